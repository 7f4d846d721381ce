"""Holds what the services answer against each other, wallet by wallet.

It asks as any client may and opens nobody's database: `coffer reconcile` recomputes the ledger's
state from its tables, this finds where two services, or two answers of one, do not agree.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

import structlog

from services.portal.asking import RefusedError
from services.portal.format import format_of
from services.portal.live.desks import desk_of
from services.portal.live.ops.health import STAFF
from services.portal.operating.comparing import Books, differences_of
from services.portal.rooms import Rooms, rooms_of
from services.portal.show import LOCALES
from services.portal.store import reconciliations as store
from services.portal.store.reconciliations import Reconciliation
from services.portal.views.books import Ask, if_any
from services.portal.views.books import Books as WalletBooks
from services.portal.views.desk import Desk
from shared.contracts.credit_queries import (
    ListCreditAccess,
    ListJournal,
    ListLots,
    ListWallets,
    ShowPool,
)
from shared.contracts.licensing import LicenseList, ListLicenses
from shared.contracts.membership import ListMembers, MemberList
from shared.contracts.organizations import ListedOrganization, ListOrganizations, OrganizationList
from shared.messaging.ask import NoAnswer
from shared.service import Running

PAGE = 500
ROWS_MAX = 100_000
DIFFERENCES_MAX = 100
TRIES = 3
PAUSE_SECONDS = 2.0
OWN = "ACCOUNT"
# Wallets looked into beside each other: most wait for answers, and nobody else should.
AT_ONCE = 8
LEFT_ALONE = timedelta(seconds=60)
# What is on its way between two services while one looks is no difference: look again.
SETTLE_SECONDS = 3.0

Read: TypeAlias = Callable[[], Awaitable[Books]]
log = structlog.get_logger()


async def reconcile(running: Running) -> None:
    """Do the runs that are asked for, for as long as each takes, whoever looks."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        run = await _take_up(rooms)
        if run is not None:
            await _work_at(rooms, run)
        await running.pause(PAUSE_SECONDS)


async def _take_up(rooms: Rooms) -> Reconciliation | None:
    now = rooms.wall.now()
    async with rooms.pool.acquire() as database:
        return await store.take_up(database, now=now, left_before=now - LEFT_ALONE)


async def _work_at(rooms: Rooms, run: Reconciliation) -> None:
    differences: list[str] = []
    trouble = None
    wallets = rows = 0
    try:
        async for several in _several(_all_books(rooms)):
            compared = await asyncio.gather(*(_compared(rooms, *each) for each in several))
            for found, booked in compared:
                differences += found
                wallets, rows = wallets + 1, rows + booked
            await _go_on(rooms, run, wallets, rows)
            if rooms.running.stopping.is_set():
                return
    except (NoAnswer, RefusedError) as error:
        trouble = str(error)
    async with rooms.pool.acquire() as database:
        await store.end(
            database,
            run.id,
            now=rooms.wall.now(),
            differences=differences[:DIFFERENCES_MAX],
            trouble=trouble,
        )


async def _go_on(rooms: Rooms, run: Reconciliation, wallets: int, rows: int) -> None:
    async with rooms.pool.acquire() as database:
        await store.go_on(
            database, run.id, now=rooms.wall.now(), wallets=wallets, journal_rows=rows
        )


async def _several(books: AsyncIterator[tuple[str, Read]]) -> AsyncIterator[list[tuple[str, Read]]]:
    several = []
    async for each in books:
        several.append(each)
        if len(several) == AT_ONCE:
            yield several
            several = []
    if several:
        yield several


async def _organizations(rooms: Rooms) -> AsyncIterator[ListedOrganization]:
    after: UUID | None = None
    while True:
        listed = await rooms.asking.show(
            ListOrganizations(after=after, limit=PAGE), OrganizationList
        )
        for organization in listed.organizations:
            yield organization
        after = listed.after
        if after is None:
            return


async def _all_books(rooms: Rooms) -> AsyncIterator[tuple[str, Read]]:
    """Each organization with its pool, then each wallet that is somebody's own."""
    reading = format_of(LOCALES[0], rooms.settings.zone)
    async for organization in _organizations(rooms):
        desk = await desk_of(rooms, organization.organization_id, reading)
        name = f"{organization.administrator_name} ({organization.organization_id})"
        yield name, partial(_read, desk)
    async for owner in _accounts(rooms):
        yield (
            f"the own wallet of {owner}",
            partial(_read_own, WalletBooks(rooms.asking, STAFF, owner)),
        )


async def _accounts(rooms: Rooms) -> AsyncIterator[UUID]:
    """Whose own wallets there are."""
    after: UUID | None = None
    while True:
        answer = await rooms.asking.ask(ListWallets(after=after, limit=PAGE), viewer=STAFF)
        for wallet in answer["wallets"]:
            if wallet["kind"] == OWN:
                yield UUID(wallet["owner"])
        if answer.get("after") is None:
            return
        after = UUID(answer["after"])


async def _compared(rooms: Rooms, name: str, read: Read) -> tuple[list[str], int]:
    """What differs each time one looks; the books go on being written meanwhile."""
    found: list[str] = []
    rows = 0
    for attempt in range(TRIES):
        books = await read()
        rows = books.journal_rows
        found = [f"{name}: {difference}" for difference in differences_of(books)]
        if not found or attempt + 1 == TRIES:
            break
        await rooms.running.pause(SETTLE_SECONDS)
    return found, rows


async def _read_own(wallet: WalletBooks) -> Books:
    """The books of a wallet that is somebody's own: nobody else draws on it, no seat goes with it.

    One that became an organization's meanwhile is that organization's pool (A11), and is compared
    as that or not at all.
    """
    return await if_any(_books_of(wallet)) or Books(members={}, products=())


async def _books_of(wallet: WalletBooks) -> Books:
    pool = await wallet.ask(ShowPool())
    balance, rows = await _replayed(wallet.ask)
    return Books(
        members={},
        products=(),
        pool=pool,
        lots=await wallet.all(ListLots(limit=PAGE), "lots", most=ROWS_MAX),
        journal_free=balance,
        journal_rows=rows,
        pool_after=await wallet.ask(ShowPool()),
    )


async def _read(desk: Desk) -> Books:
    members = await _members(desk)
    licenses = await desk.show(ListLicenses(), LicenseList)
    pool = await if_any(desk.ask(ShowPool()))
    if pool is None:
        return Books(members=members, products=licenses.products)
    seq_free, rows = await _replayed(desk.ask)
    return Books(
        members=members,
        products=licenses.products,
        pool=pool,
        lots=await desk.all(ListLots(limit=PAGE), "lots", most=ROWS_MAX),
        access=await desk.all(ListCreditAccess(limit=PAGE), "people", most=ROWS_MAX),
        journal_free=seq_free,
        journal_rows=rows,
        pool_after=await desk.ask(ShowPool()),
    )


async def _members(desk: Desk) -> dict[UUID, str]:
    members: dict[UUID, str] = {}
    after: UUID | None = None
    while True:
        listed = await desk.show(ListMembers(after=after, limit=PAGE), MemberList)
        members |= {one.account_id: one.role for one in listed.members if not one.removing}
        after = listed.after
        if after is None:
            return members


async def _replayed(ask: Ask) -> tuple[str | None, int]:
    """The balance that the last row of the journal says, and how many rows there are."""
    rows, after, balance = 0, 0, None
    while True:
        page: dict[str, Any] = await ask(ListJournal(after=after, limit=PAGE))
        rows += len(page["rows"])
        if page["rows"]:
            balance = str(page["rows"][-1]["balance"])
        if page.get("after") is None:
            return balance, rows
        after = int(page["after"])
