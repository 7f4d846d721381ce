"""What is remembered for its time alone: refusals; what was accepted is known for ever."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from pydantic import ValidationError

from services.credit_ledger import timers
from services.credit_ledger.store import retaining
from shared.clock import id_at
from shared.contracts.refusals import RefusalCode
from shared.postgres.pool import open_pool
from shared.service import Running
from shared.settings import Settings, settings_for
from tests.ledger.acts import CREDIT, a_debit, an_access
from tests.ledger.desk import Desk, LedgerDatabase, an_organization, desk_at
from tests.plans import nodes, plan_inside
from tests.waiting import eventually

DAY = 86_400


async def remembered(desk: Desk, command: UUID) -> bool:
    found: bool = await desk.connection.fetchval(
        "SELECT EXISTS (SELECT FROM verdict WHERE command = $1)", command
    )
    return found


def an_id_of(desk: Desk, days_ago: float) -> UUID:
    return id_at(desk.clock.now() - timedelta(days=days_ago))


async def test_a_report_older_than_what_is_remembered_is_stale_and_leaves_no_trace(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    old, young = an_id_of(desk, 90.01), an_id_of(desk, 89.99)

    stale, taken = await desk.decide(
        a_debit(larkspur.id, larkspur.ben, id=old), a_debit(larkspur.id, larkspur.ben, id=young)
    )

    assert stale.refusal is not None
    assert stale.refusal.code is RefusalCode.STALE_REPORT
    assert taken.refusal is None
    assert not await remembered(desk, old)


async def test_an_accepted_id_keeps_its_verdict_for_ever_and_a_refused_one_for_its_time(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    taken = a_debit(larkspur.id, larkspur.ben)
    refused = a_debit(larkspur.id, larkspur.ben, 501 * CREDIT)
    access = an_access(larkspur.id, larkspur.dan, by=larkspur.ana)
    first = await desk.decide(taken, refused, access)

    desk.advance(89 * DAY)
    early = await desk.decide(taken, refused, access)
    desk.advance(2 * DAY)
    await retaining.forget_refusals(desk.connection, desk.clock.now() - timedelta(days=90))
    late = await desk.decide(taken, refused, access)

    assert [outcome.duplicate for outcome in early] == [True] * 3
    assert early[1].refusal == first[1].refusal
    assert [outcome.duplicate for outcome in late] == [True, False, True]
    assert late[0].captured == first[0].captured
    assert late[1].refusal is not None
    assert late[1].refusal.code is RefusalCode.STALE_REPORT
    assert not await remembered(desk, refused.command)
    assert await remembered(desk, access.command)


async def test_for_how_long_is_a_setting(database: LedgerDatabase) -> None:
    async with desk_at(database) as desk:
        desk.books.remembered = timedelta(days=7)
        larkspur = await an_organization(desk)

        [stale] = await desk.decide(a_debit(larkspur.id, larkspur.ben, id=an_id_of(desk, 7.01)))

    assert stale.refusal is not None
    assert stale.refusal.code is RefusalCode.STALE_REPORT


async def test_refusals_are_forgotten_a_few_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining, "FORGOTTEN_AT_ONCE", 2)
    larkspur = await an_organization(desk)
    for _ in range(3):
        await desk.decide(a_debit(larkspur.id, larkspur.ben, 501 * CREDIT))
    desk.advance(100 * DAY)
    before = desk.clock.now() - timedelta(days=90)

    more = [await retaining.forget_refusals(desk.connection, before) for _ in range(2)]

    assert more == [True, False]
    refused = "SELECT count(*) FROM verdict WHERE NOT accepted"
    assert await desk.connection.fetchval(refused) == 0


@pytest.mark.parametrize("refused", [10, 15_000])
async def test_old_refusals_are_found_and_forgotten_where_they_lie(
    database: LedgerDatabase, refused: int
) -> None:
    async with database.as_owner() as connection, connection.transaction():
        await connection.execute(
            """
            INSERT INTO verdict (wallet, command, content, accepted, result, decided_at)
            SELECT 1, gen_random_uuid(), 0, number > $1, '{}', now()
            FROM generate_series(1, 20000) AS number
            """,
            refused,
        )
        await connection.execute("ANALYZE verdict")

        plan = await plan_inside(
            connection,
            "forget_refusals",
            before=("timestamptz", "'infinity'"),
            at_most=("bigint", "1000"),
        )

    found = list(nodes(plan))
    assert [node["Index Name"] for node in found if "Index Name" in node] == ["verdict_refused"]
    assert not any(node["Node Type"] in {"Seq Scan", "Sort"} for node in found)


async def test_a_refusal_that_a_batch_holds_is_passed_over_and_not_waited_for(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(*(a_debit(larkspur.id, larkspur.ben, 501 * CREDIT) for _ in range(2)))
    desk.advance(100 * DAY)
    async with database.as_owner() as holding, holding.transaction():
        await holding.execute(
            "SELECT FROM verdict WHERE NOT accepted ORDER BY command LIMIT 1 FOR UPDATE"
        )
        await retaining.forget_refusals(desk.connection, desk.clock.now())

        left = await desk.connection.fetchval("SELECT count(*) FROM verdict WHERE NOT accepted")

    assert left == 1


async def test_the_service_itself_can_delete_no_verdict(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    access = an_access(larkspur.id, larkspur.dan, by=larkspur.ana)
    await desk.decide(access)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.connection.execute("DELETE FROM verdict")
    await desk.connection.fetchval("SELECT forget_refusals('infinity', 1000000)")

    assert await remembered(desk, access.command)
    async with database.as_owner() as connection:
        path = "SELECT proconfig FROM pg_proc WHERE proname = 'forget_refusals'"
        assert await connection.fetchval(path) == ["search_path=public, pg_temp"]


@pytest.mark.parametrize("given", ["0", "-1", "ninety", "3651"])
def test_a_time_that_makes_no_sense_keeps_the_service_from_starting_and_is_named(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("COFFER_CREDIT_LEDGER_DATABASE_URL", "postgresql://a@b/c")
    monkeypatch.setenv("COFFER_CREDIT_LEDGER_AMQP_URL", "amqp://u@broker/")
    monkeypatch.setenv("COFFER_LEDGER_REMEMBER_DAYS", given)

    with pytest.raises(ValidationError, match="COFFER_LEDGER_REMEMBER_DAYS"):
        settings_for("credit_ledger")


async def test_the_service_forgets_by_itself(desk: Desk, database: LedgerDatabase) -> None:
    larkspur = await an_organization(desk)
    old = a_debit(larkspur.id, larkspur.ben, 501 * CREDIT)
    await desk.decide(old)
    desk.advance(92 * DAY)
    young = a_debit(larkspur.id, larkspur.ben, 501 * CREDIT, id=an_id_of(desk, 0))
    await desk.decide(young)
    settings = Settings(database_url=database.service_url, amqp_url="amqp://nobody/")

    async with await open_pool(database.service_url) as pool:
        publisher: Any = None  # nothing is said when something is forgotten
        running = Running(settings, pool, publisher, desk.clock)
        forgetting = asyncio.create_task(timers.forget(running))
        await eventually(lambda: remembered(desk, old.command), lambda known: not known)
        running.stopping.set()
        await forgetting

    assert await remembered(desk, young.command)
