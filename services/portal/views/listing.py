"""Pages of the people of an organization: who is on them is found by whoever knows it.

Names, roles and states are membership's, which also counts them; who has which access, the ledger
finds, in the order of ids. Nobody is walked past who was not asked for.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.portal.views.books import if_any
from services.portal.views.desk import Desk
from services.portal.views.people import pool_of, rows_of
from services.portal.views.places import BEGINNING, Beside, Place
from services.portal.views.rows import STUCK, Filter, Row
from shared.contracts.credit_queries import AccessWanted, ListCreditAccess
from shared.contracts.membership import (
    PEOPLE_MAX,
    ListMembers,
    MemberList,
    Person,
    PersonState,
)
from shared.contracts.money import parse_credits

PAGE = 50
# How many are looked at in one go where the filters of two services have to agree.
PORTION = 200


@dataclass(frozen=True)
class PeoplePage:
    """One page of people, and the pages beside it."""

    rows: tuple[Row, ...]
    beside: Beside

    @property
    def is_whole(self) -> bool:
        """Whether everybody who was asked for is on it."""
        return self.beside.after is None and self.beside.before is None


async def people_page(desk: Desk, chosen: Filter, place: Place = BEGINNING) -> PeoplePage:
    """A page of people who match; one that would begin before the first is the first."""
    people, beside = await people_on(desk, chosen, place)
    rows = await rows_of(desk, people)
    return PeoplePage(tuple(row for row in rows if chosen.matches_access(row)), beside)


async def people_on(desk: Desk, chosen: Filter, place: Place) -> tuple[Sequence[Person], Beside]:
    """Who is on a page, and the pages beside it."""
    wanted = await _access_wanted(desk, chosen)
    if wanted is None:
        people, beside = await _by_name(desk, chosen, place)
    else:
        people, beside = await _with_access(desk, chosen, place, wanted)
    if place.before is not None and len(people) < PAGE:
        return await people_on(desk, chosen, BEGINNING)
    return people, beside


async def everybody(desk: Desk, chosen: Filter, *, most: int) -> list[Person]:
    """All who match now, by id, up to `most`; the Administrator is never among them."""
    found: list[Person] = []
    wanted = await _access_wanted(desk, chosen)
    portions = (
        _members(desk, chosen) if wanted is None else _portions(desk, chosen, BEGINNING, wanted)
    )
    async for people in portions:
        found += [person for person in people if person.role != "ADMINISTRATOR"]
        if len(found) >= most:
            break
    return found[:most]


def unlimited_in(page: PeoplePage) -> int:
    """How many have no limit of their own; told only where everybody is on the page."""
    return sum(row.mode == "unlimited" for row in page.rows) if page.is_whole else 0


async def _access_wanted(desk: Desk, chosen: Filter) -> AccessWanted | None:
    """What to ask the ledger for; where nobody can spend anything, everybody is stuck."""
    if chosen.access is None or chosen.access != STUCK:
        return chosen.access
    pool = await pool_of(desk)
    if parse_credits(pool["debt"]) or not parse_credits(pool["available"]):
        return None
    return "disabled" if desk.terms.get("observe") else STUCK


async def _by_name(desk: Desk, chosen: Filter, place: Place) -> tuple[Sequence[Person], Beside]:
    question = _question(chosen, place, PAGE).model_copy(update={"by_name": True, "counted": True})
    listed = await desk.show(question, MemberList)
    return listed.members, Beside(listed.after, listed.before, listed.first, listed.total)


async def _with_access(
    desk: Desk, chosen: Filter, place: Place, wanted: AccessWanted
) -> tuple[Sequence[Person], Beside]:
    """Go through those whom the ledger finds until a page is full of those who match otherwise."""
    found: list[Person] = []
    is_back = place.before is not None
    async for people in _portions(desk, chosen, place, wanted):
        found = [*people, *found] if is_back else [*found, *people]
        if len(found) > PAGE:
            break
    is_cut = len(found) > PAGE
    shown = found[-PAGE:] if is_back else found[:PAGE]
    if not shown:
        return (), Beside()
    return shown, Beside(
        after=shown[-1].account_id if is_back or is_cut else None,
        before=shown[0].account_id if (is_cut if is_back else place.after is not None) else None,
    )


async def _portions(
    desk: Desk, chosen: Filter, place: Place, wanted: AccessWanted
) -> AsyncIterator[Sequence[Person]]:
    here: Place | None = place
    while here is not None:
        ids, here = await _ids(desk, here, wanted)
        if ids:
            among = {"accounts": tuple(ids), "limit": len(ids)}
            question = _question(chosen, BEGINNING, PORTION).model_copy(update=among)
            yield (await desk.show(question, MemberList)).members


async def _members(desk: Desk, chosen: Filter) -> AsyncIterator[Sequence[Person]]:
    place: Place | None = BEGINNING
    while place is not None:
        listed = await desk.show(_question(chosen, place, PEOPLE_MAX), MemberList)
        yield listed.members
        place = Place(after=listed.after) if listed.after else None


async def _ids(desk: Desk, place: Place, wanted: AccessWanted) -> tuple[list[UUID], Place | None]:
    """Ids with one access from a place on, and where it goes on; who cannot act is stuck too."""
    parts = [_with_mode(desk, place, wanted)]
    if wanted == STUCK:
        parts += [_in_state(desk, place, state) for state in ("invited", "removing")]
    return merged(await asyncio.gather(*parts), is_back=place.before is not None)


def merged(
    parts: Iterable[tuple[Sequence[UUID], bool]], *, is_back: bool
) -> tuple[list[UUID], Place | None]:
    """Several lists of ids as one; beyond where one of them was cut, no other tells anything."""
    listed = list(parts)
    ids = sorted({one for part, _ in listed for one in part})
    cuts = [min(part) if is_back else max(part) for part, is_cut in listed if is_cut]
    if not cuts:
        return ids, None
    if is_back:
        end = max(cuts)
        return [one for one in ids if one >= end], Place(before=end)
    end = min(cuts)
    return [one for one in ids if one <= end], Place(after=end)


async def _with_mode(desk: Desk, place: Place, wanted: AccessWanted) -> tuple[Sequence[UUID], bool]:
    question = ListCreditAccess(mode=wanted, after=place.after, before=place.before, limit=PORTION)
    answer = await if_any(desk.ask(question))
    if answer is None:
        return (), False
    is_cut = bool(answer.get("after") or answer.get("before"))
    return [UUID(person["account_id"]) for person in answer["people"]], is_cut


async def _in_state(desk: Desk, place: Place, state: PersonState) -> tuple[Sequence[UUID], bool]:
    listed = await desk.show(_question(Filter(state=state), place, PORTION), MemberList)
    is_cut = bool(listed.before if place.before is not None else listed.after)
    return [person.account_id for person in listed.members], is_cut


def _question(chosen: Filter, place: Place, limit: int) -> ListMembers:
    return ListMembers(
        search=chosen.search or None,
        role=chosen.role,
        state=chosen.state,
        after=place.after,
        before=place.before,
        limit=limit,
    )
