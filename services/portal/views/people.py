"""People of an organization with all that is asked of them at once: access, seats, spendable."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.spendable import Spendable, spendable_of
from services.portal.views.desk import NO_WALLET, Desk
from services.portal.views.rows import EVERYBODY, Filter, Row, cleaned
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.licensing import LicenseList, ListLicenses
from shared.contracts.membership import ListMembers, MemberList, Person
from shared.contracts.money import parse_credits

PAGE = 50
SCAN = 500


@dataclass(frozen=True)
class PeoplePage:
    """One page of people; `after` leads to the next."""

    rows: tuple[Row, ...]
    after: UUID | None


@dataclass(frozen=True)
class Surroundings:
    """What is the same for everybody: what the pool has, and who holds which seat."""

    available: int
    debt: int
    observe: bool
    seats: dict[UUID, tuple[str, ...]]


async def people_page(desk: Desk, chosen: Filter, after: UUID | None) -> PeoplePage:
    """A page of people who match, in the order of their ids."""
    size = SCAN if chosen.is_scanned else PAGE
    around, (scanned, after) = await asyncio.gather(
        look_around(desk), _scanned(desk, after, size, chosen)
    )
    found: list[Row] = []
    while True:
        rows = (_row(person, access, around) for person, access in scanned)
        found.extend(row for row in rows if chosen.matches(row))
        if len(found) > PAGE:
            return PeoplePage(tuple(found[:PAGE]), found[PAGE - 1].id)
        if after is None or len(found) == PAGE:
            return PeoplePage(tuple(found), after)
        scanned, after = await _scanned(desk, after, size, chosen)


def unlimited_in(page: PeoplePage, after: UUID | None) -> int:
    """How many have no limit of their own; told only where everybody is on the page."""
    is_whole = after is None and page.after is None
    return sum(row.mode == "unlimited" for row in page.rows) if is_whole else 0


async def find_person(desk: Desk, account: UUID) -> Row | None:
    """One person of the organization; nobody when he is not in it."""
    around, (people, _), access = await asyncio.gather(
        look_around(desk), _members(desk, _just_before(account), 1), access_of(desk, account)
    )
    if not people or people[0].account_id != account:
        return None
    return _row(people[0], access, around)


async def find_member(desk: Desk, account: UUID) -> Person | None:
    """One person as membership has him; nobody once he is out."""
    people, _ = await _members(desk, _just_before(account), 1)
    return people[0] if people and people[0].account_id == account else None


async def find_by_email(desk: Desk, email: str) -> Row | None:
    """The person with an address or a name, if there is exactly one."""
    page = await people_page(desk, Filter(search=cleaned(email)), None)
    exact = [row for row in page.rows if row.person.email.casefold() == email.casefold()]
    rows = exact or list(page.rows)
    return rows[0] if len(rows) == 1 else None


async def look_around(desk: Desk) -> Surroundings:
    pool, licenses = await asyncio.gather(_pool(desk), _licenses(desk))
    return Surroundings(
        available=parse_credits(pool["available"]),
        debt=parse_credits(pool["debt"]),
        observe=bool(desk.terms.get("observe")),
        seats=seats_by_person(licenses),
    )


def seats_by_person(licenses: LicenseList) -> dict[UUID, tuple[str, ...]]:
    """Which products each person holds a seat of."""
    held: dict[UUID, tuple[str, ...]] = {}
    for product in licenses.products:
        for account in product.account_ids:
            held[account] = (*held.get(account, ()), product.product)
    return held


Scanned = list[tuple[Person, dict[str, Any] | None]]


async def _scanned(
    desk: Desk, after: UUID | None, size: int, chosen: Filter
) -> tuple[Scanned, UUID | None]:
    """People from an id on, each with his access; both lists are in the order of ids.

    Those whom a service finds lie far apart: each is asked for by himself.
    """
    if chosen.search or (chosen.role and not chosen.is_scanned):
        people, following = await _members(desk, after, size, chosen)
        every = await asyncio.gather(*(access_of(desk, one.account_id) for one in people))
        return list(zip(people, every, strict=True)), following
    (people, following), known = await asyncio.gather(
        _members(desk, after, size), _access(desk, after, size)
    )
    while people and known.end is not None and known.end < people[-1].account_id:
        known = known.with_more(await _access(desk, known.end, size))
    return [(person, known.by_id.get(person.account_id)) for person in people], following


async def _members(
    desk: Desk, after: UUID | None, size: int, chosen: Filter = EVERYBODY
) -> tuple[tuple[Person, ...], UUID | None]:
    question = ListMembers(
        after=after, limit=size, search=chosen.search or None, role=chosen.role or None
    )
    listed = await desk.show(question, MemberList)
    return listed.members, listed.after


@dataclass(frozen=True)
class Accesses:
    """Access of those up to an id; `end` is that id while there are more behind it."""

    by_id: dict[UUID, dict[str, Any]]
    end: UUID | None = None

    def with_more(self, more: "Accesses") -> "Accesses":
        return Accesses(self.by_id | more.by_id, more.end)


async def _access(desk: Desk, after: UUID | None, size: int) -> Accesses:
    try:
        answer = await desk.ask(ListCreditAccess(after=after, limit=size))
    except RefusedError as error:
        if error.refused.code != NO_WALLET:
            raise
        return Accesses({})
    by_id = {UUID(person["account_id"]): person for person in answer["people"]}
    return Accesses(by_id, UUID(answer["after"]) if answer.get("after") else None)


async def access_of(desk: Desk, account: UUID) -> dict[str, Any] | None:
    """What the ledger has of one person's access; nothing of who never had any."""
    found = await _access(desk, _just_before(account), 1)
    return found.by_id.get(account)


def _row(person: Person, access: dict[str, Any] | None, around: Surroundings) -> Row:
    if person.role == "ADMINISTRATOR":
        access = {"used": "0", "held": "0", "limit": None} | (access or {}) | {"mode": "unlimited"}
    spendable = spendable_by(access, around, invited=person.invited, removing=person.removing)
    return Row(person, access, around.seats.get(person.account_id, ()), spendable)


def spendable_by(
    access: dict[str, Any] | None,
    around: Surroundings,
    *,
    invited: bool = False,
    removing: bool = False,
) -> Spendable:
    return spendable_of(
        access,
        available=around.available,
        debt=around.debt,
        invited=invited,
        removing=removing,
        observe=around.observe,
    )


async def _pool(desk: Desk) -> dict[str, Any]:
    try:
        return await desk.ask(ShowPool())
    except RefusedError as error:
        if error.refused.code != NO_WALLET:
            raise
        return {"available": "0", "debt": "0"}


async def _licenses(desk: Desk) -> LicenseList:
    return await desk.show(ListLicenses(), LicenseList)


def _just_before(account: UUID) -> UUID:
    return UUID(int=max(0, account.int - 1))
