"""A job's own cap on a real database: across holds, usage lines, batches and engines."""

import asyncio

import pytest

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.records import Job
from services.credit_ledger.rules.terms import Terms
from services.credit_ledger.store import beside
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_lapse,
    a_void,
    an_authorize,
    an_extend,
)
from tests.ledger.desk import Desk, LedgerDatabase, an_organization, desk_at
from tests.ledger.engines import running_engine
from tests.ledger.seen import agree_on
from tests.ledger.trade import a_credit_back
from tests.ledger.usage import project_all

CAP = RefusalCode.JOB_CAP_EXCEEDED
HUNDRED = 100 * CREDIT


def binding(outcome: Outcome) -> tuple[RefusalCode, ...]:
    return () if outcome.refusal is None else outcome.refusal.binding


async def job_row(desk: Desk, name: str = "J1") -> tuple[int, int, int] | None:
    row = await desk.connection.fetchrow(
        "SELECT cap, held, captured FROM job WHERE name = $1", name
    )
    return None if row is None else tuple(number // CREDIT for number in row)


async def test_a_cap_holds_over_holds_lines_and_extensions(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    ben = larkspur.ben
    first = an_authorize(larkspur.id, ben, 40 * CREDIT, job="J1", max_credits=HUNDRED)
    second = an_authorize(larkspur.id, ben, 40 * CREDIT, job="J1")
    await desk.decide(first, second, a_debit(larkspur.id, ben, 10 * CREDIT, job="J1"))

    outcomes = await desk.decide(
        an_extend(larkspur.id, first.command, 11 * CREDIT),
        a_debit(larkspur.id, ben, 11 * CREDIT, job="J1"),
        an_authorize(larkspur.id, ben, 11 * CREDIT, job="J1"),
        a_debit(larkspur.id, ben, 11 * CREDIT, job="J2"),
        an_extend(larkspur.id, first.command, 10 * CREDIT),
    )

    assert [binding(outcome) for outcome in outcomes] == [(CAP,), (CAP,), (CAP,), (), ()]
    assert await job_row(desk) == (100, 90, 10)
    assert await job_row(desk, "J2") is None
    assert (await database.reconciled()).differences == ()


async def test_what_is_released_comes_back_to_the_cap(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    holds = [
        an_authorize(
            larkspur.id,
            larkspur.ben,
            30 * CREDIT,
            job="J1",
            max_credits=HUNDRED,
            lease_seconds=60,
        )
        for _ in range(3)
    ]
    await desk.decide(*holds)
    assert await job_row(desk) == (100, 90, 0)

    await desk.decide(
        a_capture(larkspur.id, holds[0].command, 12 * CREDIT),
        a_void(larkspur.id, holds[1].command),
    )
    assert await job_row(desk) == (100, 30, 12)
    desk.advance(61)
    await desk.decide(a_lapse(larkspur.id, holds[2].command))
    assert await job_row(desk) == (100, 0, 12)


async def test_a_cap_lowered_below_the_use_stops_the_job_and_takes_nothing_back(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 60 * CREDIT, job="J1", max_credits=HUNDRED)
    small = an_authorize(larkspur.id, larkspur.ben, CREDIT, job="J1", max_credits=61 * CREDIT)
    await desk.decide(hold, small)
    assert await job_row(desk) == (61, 61, 0)

    lowered, spent, captured = await desk.decide(
        an_authorize(larkspur.id, larkspur.ben, CREDIT, job="J1", max_credits=5 * CREDIT),
        a_debit(larkspur.id, larkspur.ben, job="J1"),
        a_capture(larkspur.id, hold.command, 60 * CREDIT),
    )

    assert (binding(lowered), binding(spent), binding(captured)) == ((CAP,), (CAP,), ())
    assert await job_row(desk) == (61, 1, 60)
    assert (await database.reconciled()).differences == ()


async def test_what_a_job_took_before_it_got_a_cap_counts(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    early = an_authorize(larkspur.id, larkspur.ben, 40 * CREDIT, job="J1")
    line = a_debit(larkspur.id, larkspur.ben, 10 * CREDIT, job="J1")
    await desk.decide(early, line, a_capture(larkspur.id, early.command, 5 * CREDIT, final=False))

    same_batch, refused, capped, ended = await desk.decide(
        a_debit(larkspur.id, larkspur.ben, 20 * CREDIT, job="J1"),
        an_authorize(larkspur.id, larkspur.ben, 31 * CREDIT, job="J1", max_credits=HUNDRED),
        an_authorize(larkspur.id, larkspur.ben, 30 * CREDIT, job="J1", max_credits=HUNDRED),
        a_capture(larkspur.id, early.command, 15 * CREDIT),
    )

    assert [binding(one) for one in (same_batch, refused, capped, ended)] == [(), (CAP,), (), ()]
    assert await job_row(desk) == (100, 30, 50)
    assert (await database.reconciled()).differences == ()


async def test_what_a_job_took_is_the_same_from_usage_and_from_the_journal(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    larkspur = await an_organization(desk, HUNDRED)
    await agree_on(desk, larkspur.id, Terms(overrun_max=20 * CREDIT))
    hold = an_authorize(larkspur.id, larkspur.ben, 40 * CREDIT, job="J1")
    other = an_authorize(larkspur.id, larkspur.ben, 3 * CREDIT, job="J1")
    line = a_debit(larkspur.id, larkspur.ben, 50 * CREDIT, job="J1")
    late_line = a_debit(larkspur.id, larkspur.ben, CREDIT, job="J1")
    await desk.decide(hold, other, line, a_debit(larkspur.id, larkspur.ben, CREDIT, job="J2"))
    capture = a_capture(larkspur.id, hold.command, 50 * CREDIT)
    wallet: int = await desk.connection.fetchval("SELECT wallet FROM hold LIMIT 1")

    async def used() -> Job:
        return (await beside.uses_of_jobs(desk.connection, wallet, ["J1"]))["J1"]

    found: list[list[Job]] = []
    for acts in (
        (capture, a_credit_back(larkspur.id, 2 * CREDIT, line=line.command)),
        (a_credit_back(larkspur.id, 4 * CREDIT, hold=hold.command), late_line),
    ):
        await desk.decide(*acts)
        behind = await used()
        await project_all(desk.connection)
        with monkeypatch.context() as context:
            context.setattr(beside, "BEHIND_MAX", -1)
            from_journal = await used()
        found.append([behind, from_journal, await used()])

    first = Job("J1", None, 3 * CREDIT, 94 * CREDIT)
    second = Job("J1", None, 3 * CREDIT, 91 * CREDIT)
    assert found == [[first] * 3, [second] * 3]


async def test_another_engine_knows_what_a_job_took(desk: Desk, database: LedgerDatabase) -> None:
    larkspur = await an_organization(desk)
    async with desk_at(database) as other:
        hold = an_authorize(larkspur.id, larkspur.ben, 60 * CREDIT, job="J1", max_credits=HUNDRED)
        await desk.decide(hold)
        await other.decide(a_debit(larkspur.id, larkspur.ben, 30 * CREDIT, job="J1"))
        await other.decide(a_capture(larkspur.id, hold.command, 50 * CREDIT))

        [too_much] = await desk.decide(a_debit(larkspur.id, larkspur.ben, 21 * CREDIT, job="J1"))
        [fits] = await desk.decide(a_debit(larkspur.id, larkspur.ben, 20 * CREDIT, job="J1"))

    assert (binding(too_much), binding(fits)) == ((CAP,), ())
    assert await job_row(desk) == (100, 0, 100)


async def test_two_engines_that_race_never_pass_the_cap(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(
        an_authorize(larkspur.id, larkspur.ben, CREDIT, job="J1", max_credits=HUNDRED)
    )
    async with running_engine(database, 0) as one, running_engine(database, 1) as two:
        asked = await asyncio.gather(
            *(
                engine.submit([a_debit(larkspur.id, larkspur.ben, 3 * CREDIT, job="J1")])
                for _ in range(30)
                for engine in (one, two)
            )
        )

    accepted = [outcome for [outcome] in asked if outcome.refusal is None]
    assert len(accepted) == 33
    assert {binding(outcome) for [outcome] in asked} == {(), (CAP,)}
    assert await job_row(desk) == (100, 1, 99)
    assert (await database.reconciled()).differences == ()
