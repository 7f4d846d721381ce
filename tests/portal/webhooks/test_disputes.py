"""A dispute that was won: what its chargeback took is on the work list, to be given again."""

from tests.builders import an_id
from tests.portal.operator.conftest import an_operator
from tests.portal.pages.reading import links_of, words_of
from tests.portal.site import Site, form_in
from tests.portal.webhooks.test_stores import (
    credits_alone,
    eventually_available,
    registered,
    tell_stripe,
)
from tests.rules.portal.stores import a_checkout, a_dispute
from tests.speaking import Portal


async def test_T23_what_a_dispute_took_can_be_given_again_once_it_is_won(
    portal: Site, people: Portal
) -> None:
    dan, oz = await registered(people, "Dan"), await an_operator(people)
    payment = f"pi_{an_id().hex}"
    paid = await tell_stripe(portal, a_checkout(dan.account_id, payment, **credits_alone()))
    await eventually_available(people, dan.account_id, "500")
    lost = await tell_stripe(portal, a_dispute(payment, 49_999))
    await eventually_available(people, dan.account_id, "0")

    won = a_dispute(payment, 49_999, kind="charge.dispute.closed", status="won")
    told = [await tell_stripe(portal, won) for _ in range(2)]
    async with portal.client_of(oz, follow_redirects=True) as desk:
        waiting = await desk.get("/operator?kind=won_dispute")
        (item,) = {link for link in links_of(waiting) if link.startswith("/operator/items/")}
        page = await desk.get(item)
        fields = {"form": form_in(page), "decision": "do", "reason": "We won it."}
        done = await desk.post(item, data=fields)
        again = await desk.get("/operator?kind=won_dispute")

    assert {answer.status_code for answer in (paid, lost, *told)} == {200}
    assert f"500 credits of order {payment} were charged back" in words_of(page)
    assert "Credits given again" in words_of(done)
    assert item not in links_of(again)
    await eventually_available(people, dan.account_id, "500")
