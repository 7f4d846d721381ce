"""Corrections and refunds by hand: checked before, explained, booked once."""

import asyncio
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from services.portal.asking import Asking
from services.portal.live.ops.health import STAFF
from services.portal.operating import wallets
from services.portal.operating.refunding import Refunding, record_refund
from services.portal.operating.wallets import open_wallet
from shared.clock import Clock
from shared.contracts.money import parse_credits
from shared.contracts.purchases import OrderChargedBack, ReturnedLine
from shared.messaging import publisher as publishing
from shared.messaging.ask import asker
from tests.builders import a_credit_line, a_purchase, an_id
from tests.portal.ground import Ground
from tests.portal.operator.test_messages import text_of
from tests.portal.pages.reading import links_of, main_of, words_of
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio
from tests.portal.test_unknown_outcomes import silent
from tests.speaking import Portal
from tests.waiting import eventually

FIELDS = {"amount": "12.5", "direction": "add", "reason": "A frame was lost."}


async def waiters_for(portal: Site, table: str) -> int:
    """How many wait until they may write in a table."""
    count: int = await portal.pool.fetchval(
        "SELECT count(*) FROM pg_locks WHERE relation = $1::regclass AND NOT granted", table
    )
    return count


async def test_A17_a_correction_is_checked_before_it_is_booked(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.buys("100")
    here = f"/operator/wallets/{studio.id}/adjust"

    asked = await sends(desk, here, FIELDS)
    before = await studio.available()
    form = form_in(asked)
    done = await desk.post(here, data={"form": form, **FIELDS, "sure": "yes"})
    again = await desk.post(here, data={"form": form, **FIELDS, "sure": "yes"})

    assert "Add 12.50 credits" in asked.text
    assert before == "100"
    assert "12.50 credits added" in done.text
    assert "A frame was lost." in done.text
    assert again.status_code == 200
    assert await studio.available() == "112.5"


async def test_A17_a_large_correction_waits_for_a_second_operator(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.buys("10")
    here = f"/operator/wallets/{studio.id}/adjust"
    large = {**FIELDS, "amount": "90 000", "sure": "yes"}

    asked = await sends(desk, here, large)

    assert "another operator has to confirm" in asked.text
    assert await studio.available() == "10"
    assert str(asked.url.path) in (await desk.get("/operator?kind=adjustment")).text


async def test_a_correction_that_cannot_be_read_is_asked_again(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.buys("10")

    wrong = await sends(desk, f"/operator/wallets/{studio.id}/adjust", {"amount": "1e3"})

    assert wrong.status_code == 422
    assert 'value="1e3"' in wrong.text


async def test_T20_a_refund_takes_back_what_an_order_brought_once(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.buys("100")
    here = f"/operator/wallets/{studio.id}/refunds/1"
    fields = {"amount": "100", "reason": "Bought by mistake."}

    form = form_in(await desk.get(here))
    done = await sends(desk, here, fields, with_form=form)
    await eventually(lambda: text_of(desk, str(done.url)), lambda t: "is booked" in t)
    again = await sends(desk, here, fields, with_form=form)
    shown = await desk.get(f"/operator/wallets/{studio.id}")

    assert (again.status_code, again.url) == (200, done.url)
    assert await studio.available() == "0"
    assert "100.00 of lot 1" in shown.text
    assert shown.text.count("Bought by mistake.") == 1


@pytest.mark.faults
async def test_a_refund_that_is_recorded_is_no_error_while_the_ledger_is_silent(
    portal: Site, studio: Studio, oz: UUID
) -> None:
    await studio.buys("100")
    here = f"/operator/wallets/{studio.id}/refunds/1"
    fields = {"amount": "100", "reason": "Bought by mistake."}

    async with portal.client_of(oz) as desk, portal.pool.acquire() as database:
        writing = database.transaction()
        await writing.start()
        await database.execute("LOCK TABLE operator_act IN SHARE MODE")
        sending = asyncio.create_task(sends(desk, here, fields))
        await eventually(lambda: waiters_for(portal, "operator_act"), lambda seen: seen > 0)
        with silent(portal.stack, "credit_ledger-0"):
            await writing.rollback()
            sent = await sending

    assert sent.status_code == 303
    assert sent.headers["location"].startswith(f"/operator/wallets/{studio.id}?refund=")
    assert await eventually(studio.available, lambda seen: seen == "0")


async def test_T20_an_order_that_was_taken_back_is_offered_no_more(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.buys("100")
    here = f"/operator/wallets/{studio.id}/refunds/1"
    wallet = f"/operator/wallets/{studio.id}"

    offered = await text_of(desk, wallet)
    done = await sends(desk, here, {"amount": "100", "reason": "Bought by mistake."})
    await eventually(lambda: text_of(desk, str(done.url)), lambda t: "is booked" in t)
    again = await sends(desk, here, {"amount": "1", "reason": "Once more."})

    assert here in offered
    assert here not in await text_of(desk, wallet)
    assert again.status_code == 422
    assert "At most 0.00 of this order" in again.text


async def test_T23_a_refund_counts_what_its_own_order_gave_and_not_what_others_took(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    await studio.buys("100")
    await studio.buys("50")
    refunds = f"/operator/wallets/{studio.id}/refunds"
    spent = {"amount": "80", "direction": "remove", "reason": "As if it were spent."}
    form = form_in(await sends(desk, f"/operator/wallets/{studio.id}/adjust", spent))
    await desk.post(
        f"/operator/wallets/{studio.id}/adjust", data={"form": form, **spent, "sure": "yes"}
    )
    assert await studio.available() == "70"

    taken = await sends(desk, f"{refunds}/1", {"amount": "100", "reason": "Bought by mistake."})
    await eventually(lambda: text_of(desk, str(taken.url)), lambda t: "is booked" in t)
    await studio.buys("40")
    other = words_of(await desk.get(f"{refunds}/2"))
    offered = links_of(await desk.get(f"/operator/wallets/{studio.id}"))
    repaid = words_of(await desk.get(max(link for link in offered if link.startswith(refunds))))

    assert "At most 50.00 can be refunded" in other
    assert "brought 40.00 credits. Of them 10.00 are free and 30.00 repaid a debt." in repaid


async def test_a_refund_that_the_broker_did_not_take_at_once_is_told_later(
    portal: Site, people: Portal, studio: Studio, oz: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.buys("100")
    monkeypatch.setattr(publishing, "PUBLISH_SECONDS", 0.3)
    async with publishing.publisher(portal.stack.amqp_urls["coffer_portal"]) as lost:
        pass
    async with asker(portal.stack.amqp_urls["operator"]) as staff:
        rooms = Ground(portal.pool, people.asker).rooms()
        asking = Asking(people.asker, staff, rooms.clock)
        here = replace(rooms, asking=asking, publisher=lost)
        wallet = await open_wallet(here, STAFF, studio.id)
        lot = wallet.orders[0]
        refund = Refunding(an_id(), lot, parse_credits("30"), "Bought by mistake.", oz)

        await record_refund(here, wallet, refund)

    assert await eventually(studio.available, lambda seen: seen == "70")


async def test_a_trail_tells_a_refund_of_an_operator_once_and_by_whom(
    desk: httpx.AsyncClient, studio: Studio
) -> None:
    line = a_credit_line(credits=parse_credits("100"))
    order = a_purchase(account_id=studio.ana, lines=(line,))
    await studio.shop.says(order)
    await eventually(studio.available, lambda seen: seen == "100")
    here = f"/operator/wallets/{studio.id}/refunds/1"
    await sends(desk, here, {"amount": "30", "reason": "Bought by mistake."})
    await eventually(studio.available, lambda seen: seen == "70")

    taken = OrderChargedBack(
        store=order.store,
        order_id=order.order_id,
        refund_id=str(an_id()),
        account_id=studio.ana,
        at=Clock().now(),
        lines=(ReturnedLine(line_no=line.line_no, credits=parse_credits("40")),),
    )
    await studio.shop.says(taken)

    async def trail() -> str:
        return main_of(await desk.get(f"{studio.home}/audit")).partition("the newest first")[2]

    told = await eventually(trail, lambda words: "Payment charged back" in words)

    assert "Refund recorded by Oz" in told
    assert "Credits refunded" not in told


async def test_a_refund_on_a_later_page_counts_too(
    portal: Site, people: Portal, studio: Studio, oz: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await studio.buys("100")
    await studio.buys("50")
    async with asker(portal.stack.amqp_urls["operator"]) as staff:
        rooms = Ground(portal.pool, people.asker).rooms()
        rooms = replace(rooms, asking=Asking(people.asker, staff, rooms.clock))
        monkeypatch.setattr(wallets, "PAGE", 1)
        for lot in (await open_wallet(rooms, STAFF, studio.id)).orders:
            wallet = await open_wallet(rooms, STAFF, studio.id)
            refund = Refunding(an_id(), lot, parse_credits("30"), "Bought by mistake.", oz)
            await record_refund(rooms, wallet, refund)

        async def left() -> list[int]:
            opened = await open_wallet(rooms, STAFF, studio.id)
            return sorted(opened.refundable(lot) for lot in opened.orders)

        most = [parse_credits("20"), parse_credits("70")]
        assert await eventually(left, lambda seen: seen == most)


async def test_a_wallet_that_is_none_does_not_exist(
    desk: httpx.AsyncClient, portal: Site, studio: Studio, oz: UUID
) -> None:
    foreign = await desk.get(f"/operator/wallets/{oz}")
    async with portal.client_of(studio.ana) as client:
        own = await client.get(f"/operator/wallets/{studio.id}")

    assert (foreign.status_code, own.status_code) == (404, 404)
