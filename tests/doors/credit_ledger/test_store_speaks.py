"""The store's events at the ledger's door: paid, refunded, charged back, waiting, buried."""

from datetime import timedelta

from shared.contracts.credit_facts import CreditsClawedBack
from shared.contracts.purchases import OrderChargedBack
from tests.builders import CLOCK, a_credit_line, a_purchase, a_refund, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.waiting import eventually


async def test_T20_a_refund_heard_before_its_payment_leaves_nothing_to_spend(
    farm: Farm, credit_facts: Listener
) -> None:
    order = an_id().hex

    await farm.store.says(a_refund(100 * CREDIT, order_id=order, account_id=farm.ana))
    await farm.store.says(
        a_purchase(
            account_id=farm.ana, order_id=order, lines=(a_credit_line(credits=100 * CREDIT),)
        )
    )

    said = await credit_facts.fact(CreditsClawedBack, farm.id)
    assert isinstance(said.data, CreditsClawedBack)
    assert [(line.order_id, line.amount) for line in said.data.lines] == [(order, 100 * CREDIT)]
    assert await farm.available() == "500"


async def test_T23_a_chargeback_leaves_a_debt_that_the_next_purchase_repays(farm: Farm) -> None:
    order = an_id().hex
    await farm.store.says(
        a_purchase(
            account_id=farm.ana, order_id=order, lines=(a_credit_line(credits=100 * CREDIT),)
        )
    )
    await eventually(farm.available, lambda available: available == "600")
    taken = a_refund(100 * CREDIT, order_id=order, account_id=farm.ana)
    charged_back = OrderChargedBack.model_construct(**dict(taken))

    await farm.store.says(charged_back)
    await farm.store.says(charged_back)

    await eventually(farm.available, lambda available: available == "500")


async def test_T21_a_refund_told_with_another_amount_is_buried(farm: Farm, dead: Listener) -> None:
    paid = a_purchase(account_id=farm.ana, lines=(a_credit_line(credits=100 * CREDIT),))
    await farm.store.says(paid)
    await eventually(farm.available, lambda available: available == "600")
    first = a_refund(10 * CREDIT, account_id=farm.ana, order_id=paid.order_id)
    await farm.store.says(first)
    # Two workers may take what is said in one breath in either order.
    await eventually(farm.available, lambda available: available == "590")
    other = a_refund(
        11 * CREDIT, account_id=farm.ana, order_id=first.order_id, refund_id=first.refund_id
    )

    buried = await farm.store.says(other)

    assert first.refund_id in await dead.reason_of_burial(buried)
    assert await farm.available() == "590"


async def test_A14_an_order_of_a_later_time_than_membership_told_of_waits_and_is_logged(
    farm: Farm, credit_ledger: ServiceProcess, dead: Listener
) -> None:
    later = CLOCK.now() + timedelta(hours=2)
    order = a_purchase(account_id=farm.ana, placed_at=later, lines=(a_credit_line(),))
    refunded = a_purchase(account_id=farm.ana, placed_at=later, lines=(a_credit_line(),))
    await farm.store.says(a_refund(501 * CREDIT, order_id=refunded.order_id))

    await farm.store.says(order)
    event = await farm.store.says(refunded)
    line = await credit_ledger.logs(
        lambda line: line.get("event") == "order_waits" and line.get("order") == order.order_id
    )
    before = await farm.available()
    await farm.memberships_are_known(later)

    assert line["placed_at"] == later.isoformat()
    assert before == "500"
    await eventually(farm.available, lambda available: available == "1500")
    # More was refunded than was paid: the payment stands, and an operator finds why.
    assert "invalid_amount" in await dead.reason_of_burial(event)
