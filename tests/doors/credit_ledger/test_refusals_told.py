"""What is told of refusals: those that somebody met, by owner and code, and none of our own."""

from uuid import UUID

from structlog.testing import capture_logs

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.timers import sweep_once
from shared.postgres.pool import open_pool
from tests.ledger.acts import CREDIT, a_capture, a_debit, a_lapse, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine
from tests.ledger.seen import uid_of


def refused_of(engine: Engine, larkspur: Larkspur) -> dict[str, int]:
    """What was counted for an organization, and for nobody else."""
    counted = engine.take_refused()
    assert counted.keys() <= {larkspur.id}
    return {str(code.value): n for code, n in counted.get(larkspur.id, {}).items()}  # type: ignore[attr-defined]  # a code


async def test_T28_a_lapse_that_came_too_late_is_nobodys_refusal(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben)
    await desk.decide(hold)

    async with running_engine(database) as engine:
        outcomes = await engine.submit(
            [
                a_lapse(larkspur.id, hold.command),
                a_debit(larkspur.id, larkspur.ben, 501 * CREDIT),
            ]
        )
        counted = refused_of(engine, larkspur)

    assert all(outcome.refusal is not None for outcome in outcomes)
    assert counted == {"pool_insufficient": 1}


async def test_T21_an_id_used_for_something_else_is_an_alarm_and_is_counted(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur, first, second = await an_organization(desk), an_id(), an_id()
    await desk.decide(a_debit(larkspur.id, larkspur.ben, id=first))

    async with running_engine(database) as engine:
        with capture_logs() as logs:
            await engine.submit(
                [
                    a_debit(larkspur.id, larkspur.ben, 2 * CREDIT, id=first),
                    a_debit(larkspur.id, larkspur.ben, id=second),
                    a_debit(larkspur.id, larkspur.ben, 2 * CREDIT, id=second),
                    a_debit(larkspur.id, larkspur.ben, id=second),
                ]
            )
        counted = refused_of(engine, larkspur)

    alarms = [log for log in logs if log["event"] == "idempotency_key_reused"]
    assert [(log["log_level"], log["owner"], log["id"]) for log in alarms] == [
        ("error", str(larkspur.id), str(first)),
        ("error", str(larkspur.id), str(second)),
    ]
    assert counted == {"idempotency_key_reused": 2}


async def test_what_waited_in_vain_is_counted_by_its_owners_name(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_capture(larkspur.id, an_id()))
    desk.advance(61)

    async with (
        await open_pool(database.service_url) as pool,
        running_engine(database, clock=desk.clock) as engine,
    ):
        await sweep_once(pool, engine)
        assert refused_of(engine, larkspur) == {"unknown_hold": 1}
        uid: UUID = await uid_of(desk, larkspur.id)
        await engine.submit([a_debit(uid, larkspur.ben, 501 * CREDIT)])
        assert refused_of(engine, larkspur) == {"pool_insufficient": 1}
