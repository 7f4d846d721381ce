"""People of an organization with all that is asked of them at once: access, seats, spendable."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.portal.spendable import Spendable, spendable_of
from services.portal.views.books import Ask, if_any
from services.portal.views.desk import Desk
from services.portal.views.rows import Row, cleaned
from shared.contracts.credit_queries import ListCreditAccess, ShowPool
from shared.contracts.licensing import LicenseList, ListLicenses
from shared.contracts.membership import ListMembers, MemberList, Person
from shared.contracts.money import parse_credits

FOUND_MAX = 50


@dataclass(frozen=True)
class Surroundings:
    """What is the same for everybody: what the pool has, and who of them holds which seat."""

    available: int
    debt: int
    observe: bool
    seats: dict[UUID, tuple[str, ...]]


async def rows_of(desk: Desk, people: Iterable[Person]) -> list[Row]:
    """Rows for these people, in their order; each service is asked once for all of them."""
    listed = list(people)
    ids = tuple(person.account_id for person in listed)
    around, known = await asyncio.gather(look_around(desk, ids), accesses_of(desk.ask, ids))
    return [row_of(person, known.get(person.account_id), around) for person in listed]


async def find_people(desk: Desk, accounts: tuple[UUID, ...]) -> list[Row]:
    """Those of some accounts that are in the organization, by id."""
    listed, around, known = await asyncio.gather(
        desk.show(ListMembers(accounts=accounts, limit=max(1, len(accounts))), MemberList),
        look_around(desk, accounts),
        accesses_of(desk.ask, accounts),
    )
    return [row_of(person, known.get(person.account_id), around) for person in listed.members]


async def find_person(desk: Desk, account: UUID) -> Row | None:
    """One person of the organization; nobody when he is not in it."""
    found = await find_people(desk, (account,))
    return found[0] if found else None


async def find_member(desk: Desk, account: UUID) -> Person | None:
    """One person as membership has him; nobody once he is out."""
    listed = await desk.show(ListMembers(accounts=(account,), limit=1), MemberList)
    return listed.members[0] if listed.members else None


async def find_by_email(desk: Desk, email: str) -> Row | None:
    """The person with an address or a name, if there is exactly one."""
    search = cleaned(email)
    if not search:
        return None
    listed = await desk.show(ListMembers(search=search, limit=FOUND_MAX), MemberList)
    exact = [one for one in listed.members if one.email.casefold() == email.casefold()]
    people = exact or listed.members
    return (await rows_of(desk, people))[0] if len(people) == 1 else None


async def look_around(desk: Desk, among: tuple[UUID, ...]) -> Surroundings:
    pool, licenses = await asyncio.gather(pool_of(desk), _licenses(desk, among))
    return Surroundings(
        available=parse_credits(pool["available"]),
        debt=parse_credits(pool["debt"]),
        observe=bool(desk.terms.get("observe")),
        seats=seats_by_person(licenses),
    )


async def pool_of(desk: Desk) -> dict[str, Any]:
    """What the pool has; one in which nothing was ever booked has nothing."""
    return await if_any(desk.ask(ShowPool())) or {"available": "0", "debt": "0"}


def seats_by_person(licenses: LicenseList) -> dict[UUID, tuple[str, ...]]:
    """Which products each person holds a seat of."""
    held: dict[UUID, tuple[str, ...]] = {}
    for product in licenses.products:
        for account in product.account_ids:
            held[account] = (*held.get(account, ()), product.product)
    return held


async def accesses_of(ask: Ask, accounts: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """The access that each of these has to the pool."""
    question = ListCreditAccess(accounts=tuple(accounts), limit=max(1, len(accounts)))
    answer = await if_any(ask(question)) or {"people": ()}
    return {UUID(person["account_id"]): person for person in answer["people"]}


async def access_of(ask: Ask, account: UUID) -> dict[str, Any] | None:
    """What the ledger has of one person's access; nothing of who never had any."""
    return (await accesses_of(ask, (account,))).get(account)


def row_of(person: Person, access: dict[str, Any] | None, around: Surroundings) -> Row:
    if person.role == "ADMINISTRATOR":
        access = {"used": "0", "held": "0", "limit": None} | (access or {}) | {"mode": "unlimited"}
    spendable = spendable_by(access, around, invited=person.invited, removing=person.removing)
    seats = around.seats.get(person.account_id, ())
    return Row(person, access, seats, spendable, around.available)


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


async def _licenses(desk: Desk, among: tuple[UUID, ...]) -> LicenseList:
    return await desk.show(ListLicenses(among=among), LicenseList)
