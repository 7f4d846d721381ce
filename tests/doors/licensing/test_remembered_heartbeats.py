"""What was asked of checkouts is remembered for its time, and is never decided anew (A12)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.native.stack import Stack
from services.licensing import timers
from services.licensing.rules.remembering import AHEAD_MAX, REMEMBERED
from services.licensing.store import remembering
from shared.clock import Clock, id_at
from shared.contracts.checkouts import (
    BorrowCheckout,
    CloseCheckout,
    OpenCheckout,
    RenewCheckout,
)
from shared.contracts.licensing import AssignLicense
from shared.contracts.message import CommandData, Verdict
from shared.contracts.refusals import RefusalCode
from shared.postgres.pool import Connection
from shared.service import Running
from shared.settings import Settings
from tests.builders import LUMEN, an_id
from tests.databases import Database
from tests.doors.licensing.studio import Ground, Studio, code_of, id_of
from tests.ledger.databases import at
from tests.plans import nodes, plan_inside
from tests.waiting import eventually

CLOCK = Clock()
A_MINUTE = timedelta(minutes=1)


def an_id_of(ago: timedelta) -> UUID:
    return id_at(CLOCK.now() - ago)


async def lease_of(studio: Studio, checkout: UUID) -> datetime:
    until: datetime = await studio.database.fetchval(
        "SELECT lease_until FROM checkout WHERE id = $1", checkout
    )
    return until


def all_doors(checkout: UUID) -> tuple[CommandData, ...]:
    """What may be asked of checkouts, of this one or for another machine."""
    return (
        OpenCheckout(product=LUMEN, machine="another"),
        RenewCheckout(checkout_id=checkout, lease_seconds=3_600),
        BorrowCheckout(checkout_id=checkout, until=CLOCK.now() + timedelta(days=3)),
        CloseCheckout(checkout_id=checkout),
    )


async def old(studio: Studio, asked: CommandData, *, by: UUID) -> Verdict:
    """Ask under an id that is about to be stale."""
    id = an_id_of(REMEMBERED - A_MINUTE / 2)
    return await studio.portal.ask(asked, by=by, owner=studio.id, id=id)


def clock_ahead(folder: Path, ahead: timedelta) -> Clock:
    file = folder / "clock"
    file.write_text(str(ahead.total_seconds()), encoding="ascii")
    return Clock(file)


@asynccontextmanager
async def forgetting(database: Database, clock: Clock) -> AsyncIterator[None]:
    """Forget what is old by this clock, as the service does each minute."""
    settings = Settings(database_url="postgresql://nobody/", amqp_url="amqp://nobody/")
    publisher: Any = None  # nothing is said when something is forgotten
    running = Running(settings, database, publisher, clock)
    work = asyncio.create_task(timers.forget_checkouts(running))
    yield
    running.stopping.set()
    await work


async def decided(database: "Database | Connection", ago: timedelta) -> UUID:
    """A heartbeat that was decided under its id, as old as that."""
    verdict = Verdict(id=an_id_of(ago), result={"checkout_id": str(an_id())})
    await database.execute(
        """
        INSERT INTO inbox (command, content, verdict, decided_at, of_checkouts)
        VALUES ($1, '', $2, now(), TRUE)
        """,
        verdict.id,
        verdict.model_dump(mode="json", exclude_none=True),
    )
    return verdict.id


async def are_remembered(database: Database, *ids: UUID) -> list[bool]:
    return [
        await database.fetchval("SELECT EXISTS (SELECT FROM inbox WHERE command = $1)", each)
        for each in ids
    ]


async def test_A12_whatever_is_older_than_what_is_remembered_changes_nothing(
    ground: Ground,
) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    assert (await studio.floats(everyone=True)).accepted
    opened = id_of(await studio.opens(ben))
    before = await lease_of(studio, opened)

    late = [
        await ground.portal.ask(each, by=ben, id=an_id_of(REMEMBERED + A_MINUTE))
        for each in all_doors(opened)
    ]
    in_time = await ground.portal.ask(
        RenewCheckout(checkout_id=opened), by=ben, id=an_id_of(REMEMBERED - A_MINUTE)
    )

    assert {code_of(each) for each in late} == {RefusalCode.STALE_REPORT}
    assert in_time.accepted
    assert await studio.seats() == (2, 0, 1)
    assert await lease_of(studio, opened) - before < A_MINUTE


async def test_A18_an_id_from_the_future_is_refused_changes_nothing_and_is_not_remembered(
    ground: Ground,
) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    assert (await studio.floats(everyone=True)).accepted
    opened = id_of(await studio.opens(ben))
    before = await lease_of(studio, opened)
    ids = [an_id_of(-AHEAD_MAX - A_MINUTE) for _ in range(4)]
    asked = zip(ids, all_doors(opened), strict=True)

    early = [await ground.portal.ask(each, by=ben, id=id) for id, each in asked]
    in_time = await ground.portal.ask(
        RenewCheckout(checkout_id=opened), by=ben, id=an_id_of(-AHEAD_MAX + A_MINUTE)
    )

    assert {code_of(each) for each in early} == {RefusalCode.CLOCK_SKEW}
    assert in_time.accepted
    assert not any(await are_remembered(ground.database, *ids))
    assert await studio.seats() == (2, 0, 1)
    assert await lease_of(studio, opened) - before < A_MINUTE


async def test_A12_whatever_was_asked_of_checkouts_is_forgotten_and_nothing_else_is(
    ground: Ground, tmp_path: Path
) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, cleo = studio.people
    assert (await studio.floats(everyone=True)).accepted
    assigned = AssignLicense(product=LUMEN, account_id=ben)

    opened = await old(studio, OpenCheckout(product=LUMEN, machine="desk"), by=ben)
    renewed = await old(studio, RenewCheckout(checkout_id=opened.id), by=ben)
    taken = await old(studio, OpenCheckout(product=LUMEN, machine="desk"), by=cleo)
    not_hers = await old(studio, CloseCheckout(checkout_id=opened.id), by=cleo)
    young = await studio.renews(opened.id, by=ben)
    refused = await old(studio, assigned, by=cleo)
    full = await old(studio, assigned, by=studio.ana)
    of_checkouts = [opened, renewed, taken, not_hers]
    others = [young, refused, full]

    assert [each.accepted for each in of_checkouts] == [True, True, False, False]
    assert code_of(taken) == code_of(full) == RefusalCode.NO_SEAT_AVAILABLE
    assert code_of(not_hers) == code_of(refused) == RefusalCode.NOT_ADMINISTRATOR
    gone, kept = [each.id for each in of_checkouts], [each.id for each in others]
    assert all(await are_remembered(ground.database, *gone, *kept))
    async with forgetting(ground.database, clock_ahead(tmp_path, timers.FORGET_LATER + A_MINUTE)):
        await eventually(lambda: are_remembered(ground.database, *gone), lambda left: not any(left))
    assert all(await are_remembered(ground.database, *kept))


async def test_A12_what_may_be_young_by_another_look_at_the_clock_is_not_forgotten_yet(
    ground: Ground,
) -> None:
    stale = REMEMBERED + A_MINUTE
    just_stale = await decided(ground.database, stale)
    long_stale = await decided(ground.database, timers.FORGET_LATER + stale)

    async with forgetting(ground.database, CLOCK):
        await eventually(
            lambda: are_remembered(ground.database, long_stale), lambda left: left == [False]
        )

    assert await are_remembered(ground.database, just_stale) == [True]


async def test_A12_a_few_are_forgotten_at_once_until_none_is_left(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "FORGOTTEN_AT_ONCE", 2)
    before = an_id_of(2 * REMEMBERED)

    # In one transaction, for what the service sees of them it forgets as well.
    async with ground.database.acquire() as connection, connection.transaction():
        for days in (1, 2, 3):
            await decided(connection, 2 * REMEMBERED + timedelta(days=days))
        is_more = [await remembering.forget_checkouts(connection, before) for _ in range(2)]

    assert is_more == [True, False]


async def test_the_service_itself_can_delete_no_verdict(ground: Ground) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ground.database.execute("DELETE FROM inbox")


@pytest.mark.parametrize("of_checkouts", [10, 15_000])
async def test_A12_what_is_old_is_found_and_forgotten_by_index(
    ground: Ground, stack: Stack, of_checkouts: int
) -> None:
    connection = await asyncpg.connect(at(stack.database_url, "coffer_licensing"))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        """
        INSERT INTO inbox (command, content, verdict, decided_at, of_checkouts)
        SELECT gen_random_uuid(), '', '{}', now(), number <= $1
        FROM generate_series(1, 20000) AS number
        """,
        of_checkouts,
    )
    await connection.execute("ANALYZE inbox")
    plan = await plan_inside(
        connection,
        "forget_checkouts",
        before=("uuid", f"'{an_id()}'"),
        at_most=("bigint", "1000"),
    )
    await transaction.rollback()
    await connection.close()

    found = list(nodes(plan))
    indexes = [node["Index Name"] for node in found if "Index Name" in node]
    assert indexes == ["inbox_of_checkouts", "inbox_pkey"]
    assert not any(node["Node Type"] in {"Seq Scan", "Sort"} for node in found)
