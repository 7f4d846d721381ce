"""Seat and credits in one decision, on a real database: decided from the ledger's own copy."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from services.credit_ledger.engine.outcomes import Outcome
from shared.contracts.credit_reports import DryRun, TriedAuthorization
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import CREDIT, a_capture, a_debit, an_authorize, an_extend
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.rights import LUMEN, a_right, entitle
from tests.ledger.window import Window, window_at

NO_ENTITLEMENT = RefusalCode.NO_ENTITLEMENT


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


def code(outcome: Outcome) -> RefusalCode | None:
    return outcome.refusal.code if outcome.refusal else None


async def test_R27_R35_each_spends_on_what_he_may_use(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    ben, dan = larkspur.ben, larkspur.dan
    await entitle(desk, a_right(ben), a_right(dan, "Tide"), a_right(dan, sources=()))

    outcomes = await desk.decide(
        an_authorize(larkspur.id, ben, product=LUMEN),
        a_debit(larkspur.id, ben, product=LUMEN),
        an_authorize(larkspur.id, ben, product="Tide"),
        an_authorize(larkspur.id, dan, product=LUMEN),
        a_debit(larkspur.id, dan, product=LUMEN),
        a_debit(larkspur.id, dan, product="Tide"),
        a_debit(larkspur.id, dan),
    )

    no = NO_ENTITLEMENT
    assert [code(outcome) for outcome in outcomes] == [None, None, no, no, no, None, None]


async def test_R27_what_was_taken_away_is_gone_with_the_next_batch(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await entitle(desk, a_right(larkspur.ben))
    [before] = await desk.decide(an_authorize(larkspur.id, larkspur.ben, product=LUMEN))

    await entitle(desk, a_right(larkspur.ben, sources=()))
    [after] = await desk.decide(an_authorize(larkspur.id, larkspur.ben, product=LUMEN))

    assert (code(before), code(after)) == (None, NO_ENTITLEMENT)


async def test_R27_a_right_runs_out_by_the_clock(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await entitle(desk, a_right(larkspur.ben, until=desk.clock.now() + timedelta(seconds=60)))
    [before] = await desk.decide(a_debit(larkspur.id, larkspur.ben, product=LUMEN))

    desk.advance(61)
    [after] = await desk.decide(a_debit(larkspur.id, larkspur.ben, product=LUMEN))

    assert (code(before), code(after)) == (None, NO_ENTITLEMENT)


async def test_T2_holds_go_on_without_the_right_that_they_began_with(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await entitle(desk, a_right(larkspur.ben))
    hold = an_authorize(larkspur.id, larkspur.ben, 5 * CREDIT, product=LUMEN)
    await desk.decide(hold)
    await entitle(desk, a_right(larkspur.ben, sources=()))

    extended, captured = await desk.decide(
        an_extend(larkspur.id, hold.command, CREDIT),
        a_capture(larkspur.id, hold.command, 6 * CREDIT),
    )

    assert (code(extended), code(captured)) == (None, None)


async def test_T21_a_refusal_is_remembered_with_its_product(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    act = an_authorize(larkspur.id, larkspur.ben, product=LUMEN)
    [first] = await desk.decide(act)
    await entitle(desk, a_right(larkspur.ben))

    [again] = await desk.decide(act)

    assert again.duplicate
    assert again.refusal == first.refusal
    assert again.refusal is not None
    assert again.refusal.product == LUMEN


async def test_T21_the_same_id_for_another_product_is_another_command(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    act = an_authorize(larkspur.id, larkspur.ben)
    await desk.decide(act)

    [again] = await desk.decide(
        an_authorize(larkspur.id, larkspur.ben, id=act.command, product=LUMEN)
    )

    assert code(again) == RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_rights_are_looked_up_once_a_batch_and_only_where_a_product_is_named(
    desk: Desk,
) -> None:
    larkspur, fern = await an_organization(desk), await an_organization(desk)
    asked: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        asked.extend([record.query] if "entitlement" in record.query else [])

    desk.connection.add_query_logger(note)
    await desk.decide(a_debit(larkspur.id, larkspur.ben), an_authorize(fern.id, fern.ben))
    without = len(asked)
    await desk.decide(
        a_debit(larkspur.id, larkspur.ben, product="Tide"),
        an_authorize(larkspur.id, larkspur.ben, product=LUMEN),
        an_authorize(fern.id, fern.ben, product=LUMEN),
    )

    assert (without, len(asked)) == (0, 1)


async def test_a_dry_run_asks_for_rights_as_well(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    await entitle(desk, a_right(larkspur.ben))
    tried = (a_try(larkspur.ben), a_try(larkspur.dan))

    told = await window.ask(DryRun(authorizations=tried), larkspur.id)

    assert [one["code"] for one in told["authorizations"]] == [None, "no_entitlement"]


def a_try(person: UUID) -> TriedAuthorization:
    return TriedAuthorization(account_id=person, amount=CREDIT, product=LUMEN)
