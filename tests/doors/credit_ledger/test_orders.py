"""Where paid orders go: as placed with us, or by what the buyer was (R44, R48, A14, T16-T18)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.credit_ledger.rules.access_acts import ChangeAdministrator
from services.credit_ledger.rules.acts import OpenPool, SetRole
from shared.contracts.credit_facts import CreditsGranted, CreditsReactivated
from shared.contracts.credit_notices import OrderPlaced, OrderWithheld
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import CREDIT, a_role, an_access, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine
from tests.ledger.seen import lines_said
from tests.ledger.shop import Shop, shop_at
from tests.ledger.trade import a_release, a_trial, an_order

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def shop(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Shop]:
    async with shop_at(database, desk) as opened:
        yield opened


async def standing(desk: Desk, owner: UUID) -> tuple[int, int]:
    """What is free and what sleeps in a wallet, in whole credits."""
    row = await desk.connection.fetchrow(
        "SELECT free, dormant FROM wallet_name JOIN wallet ON wallet.id = wallet"
        " WHERE wallet_name.owner = $1",
        owner,
    )
    return (row["free"] // CREDIT, row["dormant"] // CREDIT) if row else (0, 0)


async def code_of(desk: Desk, owner: UUID, by: UUID, order: str | None = None) -> str | None:
    [outcome] = await desk.decide(an_order(owner, by, order=order))
    return outcome.refusal.code if outcome.refusal else None


def joined(organization: UUID, person: UUID, at: datetime, role: str = "MEMBER") -> SetRole:
    return SetRole(an_id(), organization, 1, person, role, at)  # type: ignore[arg-type]  # a role


async def test_R12_R48_A14_the_administrators_order_feeds_the_pool_when_it_is_paid(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk)

    assert await code_of(desk, larkspur.id, larkspur.ana, "L2") is None
    await shop.paid(larkspur.ana, 100, order="L2")

    assert await standing(desk, larkspur.id) == (600, 0)
    [placed] = await lines_said(desk, OrderPlaced)
    assert (placed["order_id"], placed["credits"]) == ("L2", "100")
    assert (await database.reconciled()).differences == ()


async def test_R12_R29_R45_who_may_not_order_is_told_at_the_placement(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    guest = an_id()
    await desk.decide(a_role(larkspur.id, guest, "GUEST"))

    assert await code_of(desk, larkspur.id, larkspur.ben) == RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    assert await code_of(desk, larkspur.ben, larkspur.ben) == RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    assert await code_of(desk, larkspur.id, guest) == RefusalCode.NOT_ADMINISTRATOR
    assert await code_of(desk, larkspur.dan, larkspur.dan) == (
        RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED
    )
    assert await code_of(desk, guest, guest) is None
    assert await code_of(desk, an_id(), larkspur.ana) == RefusalCode.UNKNOWN_ORGANIZATION


async def test_T21_an_order_placed_for_one_wallet_is_not_placed_for_another(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    eva = an_id()
    await code_of(desk, larkspur.id, larkspur.ana, "L2")

    again = await desk.decide(
        an_order(larkspur.id, larkspur.ana, order="L2"),
        an_order(larkspur.id, larkspur.ana, 7, order="L2"),
        an_order(eva, eva, order="L2"),
    )

    reused = (RefusalCode.IDEMPOTENCY_KEY_REUSED,)
    assert [one.refusal and one.refusal.binding for one in again] == [None, reused, reused]


async def test_A14_R49_an_order_that_somebody_else_placed_first_is_its_buyers(
    desk: Desk, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    eva = an_id()
    assert await code_of(desk, eva, eva, "L2") is None

    await shop.paid(larkspur.ana, 100, order="L2")

    assert await standing(desk, larkspur.id) == (600, 0)
    assert await standing(desk, eva) == (0, 0)


async def test_R44_what_a_guest_buys_is_his_own(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    eva = an_id()
    await desk.decide(joined(larkspur.id, eva, desk.clock.now() - MINUTE, "GUEST"))

    await shop.paid(eva, 40)

    assert await standing(desk, eva) == (40, 0)
    assert await standing(desk, larkspur.id) == (500, 0)
    assert (await database.reconciled()).differences == ()


async def test_R38_T5_what_a_guest_with_access_paid_for_sleeps_until_he_gives_it_up(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    ends = desk.clock.now() + timedelta(days=30)

    await shop.paid(larkspur.dan, 40, expires_at=ends)
    asleep = await standing(desk, larkspur.dan)
    desk.advance(10 * 86_400)
    await desk.decide(an_access(larkspur.id, larkspur.dan, "disabled", by=larkspur.dan))

    assert asleep == (0, 40)
    assert await standing(desk, larkspur.dan) == (40, 0)
    granted = (await lines_said(desk, CreditsGranted))[-1]
    [alarm] = await lines_said(desk, OrderWithheld)
    assert granted["dormant"] is True
    assert alarm["reason"] == "organizational_credits_assigned"
    expires_at = await desk.connection.fetchval(
        "SELECT expires_at FROM lot WHERE expires_at IS NOT NULL"
    )
    assert expires_at - ends >= timedelta(days=10)
    assert (await database.reconciled()).differences == ()


async def test_T18_what_a_member_bought_elsewhere_is_withheld_until_an_operator_releases_it(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    then = desk.clock.now() - MINUTE
    chloe = an_id()
    await desk.decide(joined(larkspur.id, chloe, then))

    await shop.paid(chloe, 40, placed_at=then + MINUTE / 2)
    await desk.decide(a_role(larkspur.id, chloe, "REMOVED"))
    withheld = await standing(desk, chloe)
    [alarm] = await lines_said(desk, OrderWithheld)
    [released] = await desk.decide(a_release(chloe, alarm["lot"]))

    assert (withheld, alarm["reason"]) == ((0, 40), "members_may_not_purchase")
    assert released.extra == {"amount": "40"}
    assert await standing(desk, chloe) == (40, 0)
    assert len(await lines_said(desk, CreditsReactivated)) == 1
    assert await standing(desk, larkspur.id) == (500, 0)
    assert (await database.reconciled()).differences == ()


async def test_T18_what_was_ordered_before_or_after_he_was_a_member_is_his(
    desk: Desk, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    began = desk.clock.now() - 10 * MINUTE
    chloe = an_id()
    await desk.decide(joined(larkspur.id, chloe, began))
    await desk.decide(joined(larkspur.id, chloe, began + MINUTE, "REMOVED"))

    await shop.paid(chloe, 1, placed_at=began - MINUTE)
    await shop.paid(chloe, 2, placed_at=began + MINUTE)
    await shop.paid(chloe, 4, placed_at=began)

    assert await standing(desk, chloe) == (3, 4)


async def test_T16_T17_an_order_goes_to_the_pool_of_whom_administered_it_when_it_was_placed(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    """Step 14 of the story: ordered by Ana, who is a Member when it is paid."""
    larkspur = await an_organization(desk)
    then = desk.clock.now()
    await code_of(desk, larkspur.id, larkspur.ana, "placed")
    await desk.decide(
        ChangeAdministrator(
            an_id(), larkspur.id, 1, larkspur.ana, larkspur.ben, "MEMBER", then + MINUTE
        )
    )
    next_order = await code_of(desk, larkspur.ana, larkspur.ana)

    await shop.paid(larkspur.ana, 100, order="placed")
    await shop.paid(larkspur.ana, 20, order="elsewhere", placed_at=then + MINUTE / 2)
    await shop.paid(larkspur.ana, 3, order="later", placed_at=then + 2 * MINUTE)
    await shop.paid(larkspur.ben, 1, order="new", placed_at=then + 2 * MINUTE)

    assert next_order == RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    assert await standing(desk, larkspur.id) == (621, 0)
    assert await standing(desk, larkspur.ana) == (0, 3)
    assert (await database.reconciled()).differences == ()


async def test_T19_a_payment_told_again_after_a_transfer_is_not_granted_twice(
    desk: Desk, database: LedgerDatabase, shop: Shop
) -> None:
    larkspur = await an_organization(desk)
    await shop.paid(larkspur.ana, 100, order="L2")
    await desk.decide(
        ChangeAdministrator(
            an_id(), larkspur.id, 1, larkspur.ana, larkspur.ben, "GUEST", desk.clock.now()
        )
    )

    await shop.paid(larkspur.ana, 100, order="L2")
    await shop.refunded("L2", 100)

    assert await standing(desk, larkspur.id) == (500, 0)
    assert await standing(desk, larkspur.ana) == (0, 0)
    assert (await database.reconciled()).differences == ()


async def test_A11_an_order_from_before_the_organization_arose_is_in_its_pool(
    desk: Desk, shop: Shop
) -> None:
    fay, fern = an_id(), an_id()
    then = desk.clock.now()
    await shop.paid(fay, 50, placed_at=then)
    await desk.decide(OpenPool(an_id(), fay, 1, fern, fay, then + MINUTE))

    await shop.paid(fay, 7, placed_at=then)

    assert await standing(desk, fern) == (57, 0)


async def test_R47_A9_A15_trial_credits_count_as_his_own_and_come_once(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    eva = an_id()
    await desk.decide(a_role(larkspur.id, eva, "GUEST"))

    first, again = await desk.decide(a_trial(eva, eva), a_trial(eva, eva))
    [later] = await desk.decide(a_trial(eva, eva))
    [access] = await desk.decide(an_access(larkspur.id, eva, by=larkspur.ana))
    [dan] = await desk.decide(a_trial(larkspur.dan, larkspur.dan))

    assert first.extra == {"lot": 1, "amount": "20"}
    assert [one.refusal and one.refusal.code for one in (again, later)] == [
        RefusalCode.TRIAL_ALREADY_USED
    ] * 2
    assert access.refusal is not None
    assert access.refusal.code == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    assert dan.refusal is not None
    assert dan.refusal.code == RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED
    [held] = await desk.decide(an_authorize(eva, eva, 20 * CREDIT))
    assert held.refusal is None
    assert (await database.reconciled()).differences == ()


async def test_T6_access_and_a_purchase_are_decided_one_after_the_other(
    desk: Desk, shop: Shop
) -> None:
    """Whichever is first in the batch stands, the other meets its rule."""
    larkspur: Larkspur = await an_organization(desk)
    eva, fay = an_id(), an_id()
    for guest in (eva, fay):
        await desk.decide(a_role(larkspur.id, guest, "GUEST"))
    opens = {guest: an_access(larkspur.id, guest, by=larkspur.ana) for guest in (eva, fay)}

    first = await desk.decide(opens[eva], an_order(eva, eva))
    other = await desk.decide(an_order(fay, fay, order="F1"), opens[fay])
    await shop.paid(fay, 9, order="F1")

    codes = [one.refusal and one.refusal.code for one in (*first, *other)]
    assert codes == [None, RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED, None, None]
    assert await standing(desk, fay) == (0, 9)


async def test_T21_one_order_placed_for_two_wallets_at_once_is_placed_for_one(
    database: LedgerDatabase,
) -> None:
    eva, fay = an_id(), an_id()
    async with running_engine(database, 0) as one, running_engine(database, 1) as other:
        for number in range(10):
            [[first], [second]] = await asyncio.gather(
                one.submit([an_order(eva, eva, order=f"order-{number}")]),
                other.submit([an_order(fay, fay, order=f"order-{number}")]),
            )
            codes = {one.refusal and one.refusal.code for one in (first, second)}
            assert codes == {None, RefusalCode.IDEMPOTENCY_KEY_REUSED}
