"""A dry run says what the engine would decide now, and leaves no trace of the question."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from services.credit_ledger.rules.acts import Act
from shared.contracts.credit_reports import DryRun, TriedAuthorization
from shared.contracts.credits import LINES_MAX, SetCreditAccess
from shared.contracts.refusals import EXPLANATIONS, RefusalCode
from tests.ledger.acts import (
    CREDIT,
    a_debit,
    a_grant,
    an_access,
    an_authorize,
    an_id,
    asked,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.window import Window, window_at


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def test_each_authorization_that_passes_leaves_less_for_the_next(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)

    told = await tries(window, larkspur, *(a_try(larkspur.ben, 200) for _ in range(3)))

    assert [one["passes"] for one in told["authorizations"]] == [True, True, False]
    assert (told["passes"], told["passed"], told["refused"]) == (False, 2, 1)
    assert (told["requested"], told["authorized"]) == ("600", "400")
    assert (told["available"], told["left"]) == ("500", "100")
    [limit] = told["authorizations"][2]["limits"]
    assert limit == {
        "code": "pool_insufficient",
        "short": "100",
        "who_can_lift": EXPLANATIONS[RefusalCode.POOL_INSUFFICIENT].who_can_lift,
        "resets_at": None,
    }


async def test_every_limit_that_binds_is_told_with_what_is_missing_there(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)

    told = await tries(window, larkspur, a_try(larkspur.dan, 520, job="J1", max_credits=40))

    [one] = told["authorizations"]
    assert one["code"] == "job_cap_exceeded"
    assert [(limit["code"], limit["short"]) for limit in one["limits"]] == [
        ("job_cap_exceeded", "480"),
        ("quota_exceeded", "420"),
        ("pool_insufficient", "20"),
    ]


async def test_A7_a_quota_with_a_period_says_when_it_resets(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    quota = a_daily_quota(larkspur, larkspur.ben, 10)
    await desk.decide(quota, a_debit(larkspur.id, larkspur.ben, 10 * CREDIT))

    [today] = (await tries(window, larkspur, a_try(larkspur.ben, 4)))["authorizations"]
    desk.advance(86_400)
    [tomorrow] = (await tries(window, larkspur, a_try(larkspur.ben, 4)))["authorizations"]

    midnight = (desk.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    assert today["limits"][0]["resets_at"] == f"{midnight:%Y-%m-%dT00:00:00.000000Z}"
    assert tomorrow["passes"]


async def test_T24_a_lot_past_its_time_is_not_counted_on(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    soon = desk.clock.now() + timedelta(hours=1)
    await desk.decide(a_grant(larkspur.id, 70 * CREDIT, expires_at=soon))

    before = await tries(window, larkspur, a_try(larkspur.ben, 1))
    desk.advance(3600)
    after = await tries(window, larkspur, a_try(larkspur.ben, 1))

    assert (before["available"], after["available"]) == ("570", "500")


async def test_a_dry_run_writes_nothing_at_all(
    database: LedgerDatabase, desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    soon = desk.clock.now() + timedelta(hours=1)
    quota = a_daily_quota(larkspur, larkspur.ben, 10)
    await desk.decide(a_grant(larkspur.id, 70 * CREDIT, expires_at=soon), quota)
    desk.advance(40 * 86_400)
    before = await everything(database)

    told = await tries(
        window, larkspur, *(a_try(larkspur.ben, 3, job="J1", max_credits=8) for _ in range(5))
    )

    assert (told["passed"], told["refused"]) == (2, 3)
    assert await everything(database) == before


async def test_nobody_outside_and_no_wallet_unknown_here_passes(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)

    [stranger] = (await tries(window, larkspur, a_try(an_id(), 1)))["authorizations"]
    question = DryRun(authorizations=(a_try(larkspur.ben, 1),))
    nowhere = await window.verdict(question, an_id())

    assert [limit["code"] for limit in stranger["limits"]] == ["not_in_organization"]
    assert stranger["limits"][0]["short"] is None
    assert nowhere.refused is not None
    assert nowhere.refused.code == RefusalCode.UNKNOWN_ORGANIZATION


async def test_a_thousand_authorizations_are_tried_at_once(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)

    told = await tries(window, larkspur, *(a_try(larkspur.ben, 1) for _ in range(LINES_MAX)))

    assert (told["passed"], told["left"]) == (500, "0")


@pytest.mark.parametrize("seed", range(8))
async def test_R51_R53_the_engine_then_decides_what_the_dry_run_said(
    desk: Desk, window: Window, seed: int
) -> None:
    random = Random(seed)
    larkspur = await an_organization(desk, 30 * CREDIT, 20 * CREDIT)
    people = (larkspur.ana, larkspur.ben, larkspur.dan, an_id())
    for _ in range(12):
        await desk.decide(*(something(random, desk, larkspur) for _ in range(3)))
        desk.advance(random.choice((0, 1, 3_600, 90_000)))
        batch = [
            a_try(
                random.choice(people),
                random.randrange(1, 9),
                job=job,
                max_credits=random.choice((None, 5, 30)) if job else None,
            )
            for job in random.choices((None, "J1", "J2"), k=random.randrange(1, 12))
        ]

        told = await tries(window, larkspur, *batch)
        outcomes = await desk.decide(*(real(larkspur, desk, one) for one in batch))

        decided = [
            [code.value for code in outcome.refusal.binding] if outcome.refusal else []
            for outcome in outcomes
        ]
        assert [
            [limit["code"] for limit in one["limits"]] for one in told["authorizations"]
        ] == decided
        assert told["left"] == await available(desk, larkspur)


def something(random: Random, desk: Desk, larkspur: Larkspur) -> Act:
    """An act that changes what will pass: a purchase, a charge, another access."""
    now, new_id = desk.clock.now(), desk.clock.new_id
    person = random.choice((larkspur.ben, larkspur.dan))
    expires_at = random.choice((None, now + timedelta(hours=random.randrange(1, 50))))
    acts = (
        a_grant(larkspur.id, random.randrange(1, 20) * CREDIT, expires_at=expires_at, id=new_id()),
        a_debit(larkspur.id, person, random.randrange(1, 9) * CREDIT, id=new_id()),
        an_access(larkspur.id, person, by=larkspur.ana, id=new_id()),
        an_access(larkspur.id, person, "disabled", by=larkspur.ana, id=new_id()),
        an_access(larkspur.id, person, "quota", 9 * CREDIT, by=larkspur.ana, id=new_id()),
        a_daily_quota(larkspur, person, 9),
    )
    return random.choice(acts)


def a_daily_quota(larkspur: Larkspur, person: UUID, credits: int) -> Act:
    data = SetCreditAccess(account_id=person, mode="quota", limit=credits * CREDIT, period="day")
    return asked(data, larkspur.id, by=larkspur.ana)


def a_try(
    person: UUID, credits: int, *, job: str | None = None, max_credits: int | None = None
) -> TriedAuthorization:
    cap = None if max_credits is None else max_credits * CREDIT
    return TriedAuthorization(account_id=person, amount=credits * CREDIT, job=job, max_credits=cap)


def real(larkspur: Larkspur, desk: Desk, one: TriedAuthorization) -> Act:
    return an_authorize(
        larkspur.id,
        one.account_id,
        one.amount,
        id=desk.clock.new_id(),
        job=one.job,
        max_credits=one.max_credits,
    )


async def tries(window: Window, larkspur: Larkspur, *batch: TriedAuthorization) -> dict[str, Any]:
    return await window.ask(DryRun(authorizations=batch), larkspur.id)


async def available(desk: Desk, larkspur: Larkspur) -> str:
    free: int = await desk.connection.fetchval(
        "SELECT free FROM wallet WHERE owner = $1", larkspur.id
    )
    return str(free // CREDIT)


async def everything(database: LedgerDatabase) -> dict[str, Sequence[str]]:
    """Every row of every table, as text."""
    async with database.as_owner() as connection:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        found: dict[str, Sequence[str]] = {}
        for (table,) in tables:
            texts = f'SELECT row::text FROM "{table}" AS row ORDER BY 1'  # noqa: S608 -- a catalogue's name
            rows = await connection.fetch(texts)
            found[table] = [text for (text,) in rows]
    return found
