"""People of an organization with all that is asked of them at once: access, seats, spendable."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.spendable import Spendable, spendable_of
from services.portal.views.desk import NO_WALLET, Desk
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.licensing import LicenseList, ListLicenses
from shared.contracts.membership import ListMembers, MemberList, Person
from shared.contracts.money import parse_credits

PAGE = 50
SCAN = 500


@dataclass(frozen=True)
class Row:
    """One person on a list."""

    person: Person
    access: dict[str, Any] | None
    seats: tuple[str, ...]
    spendable: Spendable

    @property
    def id(self) -> UUID:
        return self.person.account_id

    @property
    def name(self) -> str:
        return self.person.name or self.person.email

    @property
    def mode(self) -> str:
        if self.person.role == "ADMINISTRATOR":
            return "administrator"
        return str(self.access["mode"]) if self.access else "disabled"

    @property
    def spent_and_held(self) -> int:
        if self.access is None:
            return 0
        return parse_credits(self.access["used"]) + parse_credits(self.access["held"])

    @property
    def state(self) -> str:
        if self.person.removing:
            return "removing"
        return "invited" if self.person.invited else "active"


@dataclass(frozen=True)
class Filter:
    """Which people a list shows."""

    search: str = ""
    role: str = ""
    access: str = ""
    state: str = ""

    @property
    def is_set(self) -> bool:
        return any((self.search, self.role, self.access, self.state))

    def matches(self, row: Row) -> bool:
        if self.role and row.person.role != self.role:
            return False
        if self.state and row.state != self.state:
            return False
        if self.access and not self._matches_access(row):
            return False
        told = f"{row.person.name or ''} {row.person.email}".casefold()
        return self.search.casefold() in told

    def _matches_access(self, row: Row) -> bool:
        if self.access == "stuck":
            return row.spendable.is_stuck
        return row.mode == self.access


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
    around = await look_around(desk)
    found: list[Row] = []
    size = SCAN if chosen.is_set else PAGE
    while True:
        rows, after = await _scanned(desk, around, after, size)
        found.extend(row for row in rows if chosen.matches(row))
        if len(found) > PAGE:
            return PeoplePage(tuple(found[:PAGE]), found[PAGE - 1].id)
        if after is None or len(found) == PAGE:
            return PeoplePage(tuple(found), after)


async def everybody(desk: Desk, most: int = 10_000) -> tuple[Row, ...]:
    """All people, up to `most`."""
    around = await look_around(desk)
    found: list[Row] = []
    after: UUID | None = None
    while True:
        rows, after = await _scanned(desk, around, after, SCAN)
        found.extend(rows)
        if after is None or len(found) >= most:
            return tuple(found)


async def find_person(desk: Desk, account: UUID) -> Row | None:
    """One person of the organization; nobody when he is not in it."""
    around, (rows, _) = await asyncio.gather(
        look_around(desk), _members(desk, _just_before(account), 1)
    )
    if not rows or rows[0].account_id != account:
        return None
    access = await _access(desk, _just_before(account), account)
    return _row(rows[0], access.get(account), around)


async def find_by_email(desk: Desk, email: str) -> Row | None:
    """The person with an address or a name, if there is exactly one."""
    page = await people_page(desk, Filter(search=email), None)
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


async def _scanned(
    desk: Desk, around: Surroundings, after: UUID | None, size: int
) -> tuple[list[Row], UUID | None]:
    people, following = await _members(desk, after, size)
    if not people:
        return [], None
    access = await _access(desk, after, people[-1].account_id)
    return [_row(person, access.get(person.account_id), around) for person in people], following


async def _members(
    desk: Desk, after: UUID | None, size: int
) -> tuple[tuple[Person, ...], UUID | None]:
    listed = await desk.show(ListMembers(after=after, limit=size), MemberList)
    return listed.members, listed.after


async def _access(desk: Desk, after: UUID | None, last: UUID) -> dict[UUID, dict[str, Any]]:
    """Access of those between two ids: both lists are in the order of ids."""
    found: dict[UUID, dict[str, Any]] = {}
    try:
        while True:
            answer = await desk.ask(ListCreditAccess(after=after, limit=SCAN))
            found |= _by_id(answer["people"], last)
            after = answer.get("after") and UUID(answer["after"])
            if after is None or after >= last:
                return found
    except RefusedError as error:
        if error.refused.code != NO_WALLET:
            raise
        return found


def _by_id(people: Iterable[dict[str, Any]], last: UUID) -> dict[UUID, dict[str, Any]]:
    by_id = {UUID(person["account_id"]): person for person in people}
    return {account: person for account, person in by_id.items() if account <= last}


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
