"""Whatever comes free in an indebted wallet repays its debt first, in the same commit (T23)."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from shared.contracts.credit_facts import CreditsReactivated, DebtRepaid
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_role,
    a_void,
    an_access,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.seen import lines_said
from tests.ledger.shop import Shop, shop_at
from tests.ledger.trade import a_credit_back, a_release, an_adjustment, an_opening_balance


@pytest.fixture
async def shop(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Shop]:
    async with shop_at(database, desk) as opened:
        yield opened


async def a_debtor(desk: Desk, shop: Shop, credits: int = 40) -> Larkspur:
    """Larkspur has nothing and owes what was charged back after Ben had spent it."""
    larkspur = await an_organization(desk, CREDIT)
    await desk.decide(a_debit(larkspur.id, larkspur.ben, CREDIT))
    await shop.paid(larkspur.ana, credits, order="spent")
    await desk.decide(a_debit(larkspur.id, larkspur.ben, credits * CREDIT))
    await shop.charged_back("spent", credits)
    return larkspur


async def standing(desk: Desk, owner: UUID) -> tuple[int, int]:
    """What is free and what is owed, in whole credits."""
    row = await desk.connection.fetchrow(
        "SELECT free, debt FROM wallet_name JOIN wallet ON wallet.id = wallet"
        " WHERE wallet_name.owner = $1",
        owner,
    )
    assert row is not None
    return row["free"] // CREDIT, row["debt"] // CREDIT


async def test_T23_purchases_repay_until_nothing_is_owed(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await a_debtor(desk, shop)

    await shop.paid(larkspur.ana, 15)
    owes = await standing(desk, larkspur.id)
    await shop.paid(larkspur.ana, 100)

    assert owes == (0, 25)
    assert await standing(desk, larkspur.id) == (75, 0)
    said = [(line["amount"], line["debt"]) for line in await lines_said(desk, DebtRepaid)]
    assert said == [("15", "25"), ("25", "0")]
    assert (await database.reconciled()).differences == ()


async def test_T23_what_operators_add_or_bring_in_repays(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await a_debtor(desk, shop)

    added, brought = await desk.decide(
        an_adjustment(larkspur.id, 10), an_opening_balance(larkspur.id, 50)
    )

    assert (added.available, brought.available) == (0, 20 * CREDIT)
    assert await standing(desk, larkspur.id) == (20, 0)
    assert (await database.reconciled()).differences == ()


async def test_T23_what_holds_release_and_what_failed_repays(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk, 100 * CREDIT)
    voided = an_authorize(larkspur.id, larkspur.ben, 10 * CREDIT)
    captured = an_authorize(larkspur.id, larkspur.ben, 30 * CREDIT)
    line = a_debit(larkspur.id, larkspur.ben, 60 * CREDIT)
    await desk.decide(voided, captured, line)
    await shop.paid(larkspur.ana, 40, order="L2")
    await desk.decide(a_debit(larkspur.id, larkspur.ben, 40 * CREDIT))
    await shop.refunded("L2", 40)

    owed = []
    for act in (
        a_void(larkspur.id, voided.command),
        a_capture(larkspur.id, captured.command, 25 * CREDIT),
        a_credit_back(larkspur.id, 5 * CREDIT, hold=captured.command),
        a_credit_back(larkspur.id, 12 * CREDIT, line=line.command),
        a_credit_back(larkspur.id, 12 * CREDIT, line=line.command),
    ):
        [outcome] = await desk.decide(act)
        assert outcome.refusal is None
        owed.append(await standing(desk, larkspur.id))

    assert owed == [(0, 30), (0, 25), (0, 20), (0, 8), (4, 0)]
    assert (await database.reconciled()).differences == ()


async def test_T5_T23_what_wakes_repays_and_what_is_released_as_well(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    """Eva owes 40; 30 she bought while the pool was open to her wake with the wallet."""
    larkspur = await an_organization(desk)
    eva = an_id()
    await desk.decide(a_role(larkspur.id, eva, "GUEST"))
    await shop.paid(eva, 40, order="E1")
    await desk.decide(a_debit(eva, eva, 40 * CREDIT))
    await shop.charged_back("E1", 40)
    [opened] = await desk.decide(an_access(larkspur.id, eva, by=larkspur.ana))
    await shop.paid(eva, 30, order="E2")
    asleep = await standing(desk, eva)

    await desk.decide(an_access(larkspur.id, eva, "disabled", by=eva))
    woken = await standing(desk, eva)
    [refused] = await desk.decide(an_authorize(eva, eva))
    await shop.paid(eva, 25, order="E3")

    assert opened.refusal is None
    assert (asleep, woken) == ((0, 40), (0, 10))
    assert refused.refusal is not None
    assert refused.refusal.code == RefusalCode.ORGANIZATION_IN_DEBT
    assert await standing(desk, eva) == (15, 0)
    assert [line["amount"] for line in await lines_said(desk, CreditsReactivated)] == ["30"]
    assert (await database.reconciled()).differences == ()


async def test_T18_T23_a_released_lot_repays(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    eva = an_id()
    await shop.paid(eva, 40, order="E1")
    await desk.decide(a_debit(eva, eva, 40 * CREDIT))
    await shop.charged_back("E1", 40)
    await desk.decide(a_role(larkspur.id, eva, "MEMBER"))
    await shop.paid(eva, 50, order="E2")
    await desk.decide(a_role(larkspur.id, eva, "REMOVED"))
    lot = await desk.connection.fetchval("SELECT number FROM lot WHERE order_id = 'E2'")
    withheld = await standing(desk, eva)

    [released] = await desk.decide(a_release(eva, lot))

    assert withheld == (0, 40)
    assert released.available == 10 * CREDIT
    assert await standing(desk, eva) == (10, 0)
    assert (await database.reconciled()).differences == ()
