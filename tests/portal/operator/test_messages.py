"""What died is read without being lost, sent again once, or thrown away with a reason."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from deploy.native.stack import Stack
from services.portal.store import dead_letters as letters
from services.portal.store.dead_letters import NewLetter
from shared.contracts.catalogue import fact_type
from shared.contracts.message import Fact
from shared.contracts.purchases import OrderPaid
from shared.messaging.depths import depths
from shared.messaging.publisher import publisher
from shared.messaging.topology import DEAD
from tests.builders import CLOCK, a_credit_line, a_purchase, an_id
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio
from tests.waiting import eventually

HERE = "/operator/messages"


async def bury(stack: Stack, body: bytes, type_name: str, reason: str) -> str:
    """Have a message die, as a door would; answers its id."""
    name = an_id()
    async with publisher(stack.amqp_urls["coffer_licensing"]) as speaks:
        await speaks.bury(body, reason=reason, type_name=type_name, message_id=name)
    return str(name)


async def page_of(desk: httpx.AsyncClient, reason: str) -> str:
    """The address of the message that died for a reason."""

    async def found() -> str:
        listed = (await desk.get(HERE)).text
        rows = [row for row in listed.split("<tr>") if reason in row]
        links = re.findall(rf"{HERE}/[0-9a-f-]{{36}}", rows[0]) if rows else []
        return links[0] if links else ""

    return str(await eventually(found, bool))


async def test_a_paid_order_that_died_is_sent_again_and_counts_once(
    desk: httpx.AsyncClient, portal_stack: Stack, studio: Studio
) -> None:
    paid = a_purchase(account_id=studio.ana, lines=(a_credit_line(credits=70_000_000),))
    name = an_id()
    fact = Fact(
        id=name,
        source="/store/shop",
        type=fact_type(OrderPaid),
        subject=studio.ana,
        time=paid.paid_at,
        data=paid,
    )
    body = fact.model_dump_json(exclude_none=True).encode()
    for reason in ("the ledger was ill", "the ledger was ill again"):
        await bury(portal_stack, body, fact_type(OrderPaid), reason)
    letter = await page_of(desk, "the ledger was ill")

    shown = await desk.get(letter)
    done = await sends(desk, letter, {"reason": "It is well again."})
    await eventually(studio.available, lambda seen: seen == "70")
    after = await eventually(lambda: text_of(desk, letter), lambda text: "sent again" in text)

    assert str(studio.ana) in shown.text
    assert "store.order.paid" in shown.text
    assert "being sent again" in done.text
    assert "It is well again." in after
    assert str(studio.ana) not in after


@pytest.mark.parametrize("is_chosen_again", [False, True])
async def test_what_dies_again_before_its_sending_is_noted_is_not_lost(
    portal: Site, oz: UUID, *, is_chosen_again: bool
) -> None:
    """All of it in a transaction that ends as nothing, for the portal itself sends such letters."""
    now = CLOCK.now()
    died = NewLetter(an_id(), an_id().bytes, str(an_id()), "no.such.type", "ill", "", b"kept")
    claimed_until = now + timedelta(seconds=30)

    async with portal.pool.acquire() as connection:
        ends_as_nothing = connection.transaction()
        await ends_as_nothing.start()
        await letters.add(connection, died, now)
        await letters.redrive(connection, [died.id], by=oz, why="Well again.", now=now)
        await letters.next_to_send(connection, now=now, busy_until=claimed_until)
        await letters.add(connection, replace(died, id=an_id(), reason="ill again"), now)
        came_back = await letters.find(connection, died.id)
        if is_chosen_again:
            await letters.redrive(connection, [died.id], by=oz, why="Now it is.", now=now)
        await letters.sent(connection, died.id, busy_until=claimed_until)
        kept = await letters.find(connection, died.id)
        await ends_as_nothing.rollback()

    assert came_back is not None
    assert kept is not None
    assert (came_back.state, came_back.reason) == ("WAITING", "ill again")
    assert (kept.state, kept.body) == ("REDRIVING" if is_chosen_again else "WAITING", b"kept")


async def text_of(desk: httpx.AsyncClient, page: str) -> str:
    return (await desk.get(page)).text


async def test_what_only_its_sender_may_say_is_explained_and_not_sent(
    desk: httpx.AsyncClient, portal_stack: Stack
) -> None:
    body = b'{"actor": "node", "owner": null}'
    type_name = "coffer.credit_ledger.authorize_hold.v1"
    await bury(portal_stack, body, type_name, "a reason of the node's")
    letter = await page_of(desk, "a reason of the node")

    shown = await desk.get(letter)

    assert "Only node may send what it asserts" in shown.text
    assert "Redrive this message" not in shown.text


@pytest.mark.parametrize("count", [1, 3])
async def test_discarding_needs_a_reason_and_in_bulk_a_word(
    desk: httpx.AsyncClient, portal_stack: Stack, count: int
) -> None:
    reasons = [f"nonsense {count}.{number}" for number in range(count)]
    for reason in reasons:
        await bury(portal_stack, reason.encode(), "no.such.type", reason)
    letters = [(await page_of(desk, reason)).rpartition("/")[2] for reason in reasons]
    fields = {"letters": letters, "act": "discard"}

    asked = await sends(desk, HERE, fields, to=f"{HERE}/chosen")
    empty = await desk.post(f"{HERE}/decide", data={"form": form_in(asked), **fields})
    full = {**fields, "reason": "Nobody knows it.", "word": "discard"}
    done = await desk.post(f"{HERE}/decide", data={"form": form_in(empty), **full})

    assert empty.status_code == 422
    assert ("Type discard" in asked.text) == (count > 1)
    assert "Thrown away" in done.text
    for letter in letters:
        assert "its content is gone" in (await desk.get(f"{HERE}/{letter}")).text


async def test_looking_takes_nothing_from_the_broker_that_is_not_kept(
    desk: httpx.AsyncClient, portal_stack: Stack
) -> None:
    await bury(portal_stack, b"{}", "no.such.type", "kept once")
    first = await page_of(desk, "kept once")
    again = await page_of(desk, "kept once")
    left = await depths(portal_stack.amqp_urls["coffer_portal"], [DEAD])

    assert first == again
    assert left[DEAD].messages == 0
