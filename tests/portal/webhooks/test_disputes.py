"""A dispute that was won: what its chargeback took is on the work list, to be given again."""

from typing import cast

import httpx
import pytest

from services.portal.operating.winning import Won, note_won
from shared.messaging.ask import Asker, NoAnswer
from shared.messaging.publisher import NotTaken, Outgoing, Publisher
from tests.builders import an_id
from tests.portal.ground import Ground
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

    won, told_otherwise = [closed_as_won(payment) for _ in range(2)]
    told = [await tell_stripe(portal, event) for event in (won, won, told_otherwise)]
    async with portal.client_of(oz, follow_redirects=True) as desk:
        waiting = await desk.get("/operator?kind=won_dispute")
        (item,) = items_of(waiting)
        page = await desk.get(item)
        fields = {"form": form_in(page), "decision": "do", "reason": "We won it."}
        done = await desk.post(item, data=fields)
        again = await desk.get("/operator?kind=won_dispute")

    assert {answer.status_code for answer in (paid, lost, *told)} == {200}
    assert f"500 credits of order {payment} were charged back" in words_of(page)
    assert "Credits given again" in words_of(done)
    assert item not in links_of(again)
    await eventually_available(people, dan.account_id, "500")


async def test_T23_a_won_dispute_whose_chargeback_is_not_found_is_looked_for_by_hand(
    portal: Site, people: Portal
) -> None:
    dan, oz = await registered(people, "Dan"), await an_operator(people)
    payment = f"pi_{an_id().hex}"
    await tell_stripe(portal, a_checkout(dan.account_id, payment, **credits_alone()))

    told = [await tell_stripe(portal, closed_as_won(payment)) for _ in range(2)]
    async with portal.client_of(oz, follow_redirects=True) as desk:
        (item,) = items_of(await desk.get("/operator?kind=won_dispute"))
        page = await desk.get(item)
        fields = {"form": form_in(page), "decision": "do", "reason": "We won it."}
        undone = await desk.post(item, data=fields)
        left = await desk.post(item, data={**fields, "decision": "leave", "why": "Found."})

    assert {answer.status_code for answer in told} == {200}
    assert f"The dispute about order {payment} was won" in words_of(page)
    assert "Give the credits again" not in words_of(page)
    assert undone.status_code == 404
    assert item not in links_of(left)


async def test_a_won_dispute_is_told_again_where_a_queue_is_full(
    portal: Site, people: Portal
) -> None:
    full = Asker(publisher=cast("Publisher", Full()), reply_queue="none")
    rooms = Ground(portal.pool, full).rooms()
    won = Won(item=an_id(), buyer=an_id(), store="stripe", order_id="pi_1", refund="dp_1")

    with pytest.raises(NoAnswer):
        await note_won(rooms, won)


class Full:
    """A broker whose queue takes no more."""

    user = "coffer_portal"

    async def publish(self, outgoing: Outgoing) -> None:
        raise NotTaken(outgoing.routing_key)


def closed_as_won(payment: str) -> bytes:
    """The end of a dispute, under an id of its own each time it is told."""
    return a_dispute(payment, 49_999, kind="charge.dispute.closed", status="won")


def items_of(page: httpx.Response) -> set[str]:
    return {link for link in links_of(page) if link.startswith("/operator/items/")}
