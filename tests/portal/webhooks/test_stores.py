"""A store speaks to the portal: its orders are licenses and credits, once, whatever it repeats."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.portal.webhooks.orders import event_id_of
from services.portal.webhooks.signing import new_secret, signed
from shared.contracts.accounts import RegisterAccount
from shared.contracts.credit_queries import ShowPool
from shared.contracts.licensing import ListLicenses
from tests.builders import an_account, an_id
from tests.portal.site import Site
from tests.rules.portal.stores import (
    KEY,
    NEXT_KEY,
    STORE,
    a_checkout,
    a_dispute,
    a_stripe_refund,
    an_event,
    an_order,
    stripe_headers,
)
from tests.speaking import Portal
from tests.waiting import eventually

ADDRESS = f"/webhooks/store/{STORE}"
STRIPE = "/webhooks/stripe"
SEATS = {
    "kind": "license",
    "line_no": 2,
    "product": "Lumen for Max",
    "license_kind": "COMMERCIAL",
    "seats": 3,
}


async def registered(people: Portal, name: str) -> RegisterAccount:
    account = an_account(name=name)
    assert (await people.ask(account, by=account.account_id)).accepted
    return account


async def tell(
    portal: Site,
    body: bytes,
    webhook_id: str | None = None,
    *,
    key: str = KEY,
    at: datetime | None = None,
    address: str = ADDRESS,
    **changes: str,
) -> httpx.Response:
    """Tell the portal something as the store does."""
    headers = signed(
        webhook_id or f"msg_{an_id().hex}", body.decode(), (key,), at=at or datetime.now(UTC)
    )
    async with portal.nobody() as client:
        return await client.post(address, content=body, headers={**headers, **changes})


async def tell_stripe(portal: Site, body: bytes, **changes: Any) -> httpx.Response:  # noqa: ANN401
    async with portal.nobody() as client:
        return await client.post(STRIPE, content=body, headers={**stripe_headers(body), **changes})


async def available(people: Portal, owner: UUID, by: UUID) -> str | None:
    verdict = await people.ask(ShowPool(), by=by, owner=owner)
    return None if verdict.result is None else str(verdict.result["available"])


async def eventually_available(people: Portal, account: UUID, amount: str) -> None:
    """What an account has, in its own wallet or in the pool that it became (A11)."""
    await eventually(lambda: available(people, account, account), lambda seen: seen == amount)


async def test_R48_T19_an_order_that_is_told_again_and_again_counts_once(
    portal: Site, people: Portal
) -> None:
    dan = await registered(people, "Dan")
    body = an_event("order.paid", an_order(dan.account_id))

    answers = await asyncio.gather(*(tell(portal, body, "msg_order_1") for _ in range(5)))
    await eventually_available(people, dan.account_id, "500")
    again = await tell(portal, body, "msg_order_1")
    marker = an_event("order.paid", an_order(dan.account_id, lines=[_credits("1")]))
    await tell(portal, marker)
    await eventually_available(people, dan.account_id, "501")

    assert {answer.status_code for answer in (*answers, again)} == {200}
    assert {answer.json()["event_id"] for answer in (*answers, again)} == {
        str(event_id_of(STORE, "msg_order_1"))
    }
    assert again.json()["repeated"] is True


async def test_T19_one_order_under_two_webhooks_counts_once(portal: Site, people: Portal) -> None:
    dan = await registered(people, "Dan")
    order = an_order(dan.account_id)

    for _ in range(2):
        assert (await tell(portal, an_event("order.paid", order))).status_code == 200
    marker = an_event("order.paid", an_order(dan.account_id, lines=[_credits("1")]))
    await tell(portal, marker)

    await eventually_available(people, dan.account_id, "501")


async def test_a_buyer_named_by_address_or_number_gets_seats_and_credits(
    portal: Site, people: Portal
) -> None:
    ana = await registered(people, "Ana")
    order = an_order(ana.account_id, email=ana.email, lines=[_credits("500"), SEATS])
    del order["account_id"]

    told = await tell(portal, an_event("order.paid", order), key=NEXT_KEY)

    assert told.status_code == 200
    await eventually(
        lambda: people.ask(ListLicenses(), by=ana.account_id, owner=ana.account_id),
        lambda verdict: "Lumen for Max" in str(verdict.result),
    )


async def test_T20_a_refund_takes_credits_back(portal: Site, people: Portal) -> None:
    dan = await registered(people, "Dan")
    order = an_order(dan.account_id)
    await tell(portal, an_event("order.paid", order))
    await eventually_available(people, dan.account_id, "500")

    back = {
        "order_id": order["order_id"],
        "refund_id": "r-1",
        "account_id": str(dan.account_id),
        "at": "2026-02-02T10:00:00Z",
        "lines": [{"line_no": 1, "credits": "150"}],
    }
    for kind in ("order.refunded", "order.charged_back"):
        told = await tell(portal, an_event(kind, {**back, "refund_id": kind}))
        assert told.status_code == 200

    await eventually_available(people, dan.account_id, "200")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"key": new_secret()}, "webhook-signature"),
        ({"at": datetime.now(UTC) - timedelta(hours=1)}, "too old"),
        ({"at": datetime.now(UTC) + timedelta(hours=1)}, "too new"),
        ({"webhook-id": "msg_other"}, "webhook-signature"),
        ({"webhook-signature": "v1,"}, "webhook-signature"),
    ],
)
async def test_what_is_not_signed_a_moment_ago_is_turned_away(
    portal: Site, changes: dict[str, Any], told: str
) -> None:
    body = an_event("order.paid", an_order(an_id()))

    answer = await tell(portal, body, **changes)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


async def test_another_event_under_an_id_that_was_used_is_turned_away(portal: Site) -> None:
    webhook_id = f"msg_{an_id().hex}"
    first = await tell(portal, an_event("order.paid", an_order(an_id())), webhook_id)

    other = await tell(portal, an_event("order.paid", an_order(an_id())), webhook_id)

    assert first.status_code == 200
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": [{"kind": "credits", "line_no": 1, "credits": 500}]}, "data.lines.0"),
        ({"account_id": None}, "data.account_id"),
        ({"order_id": "x" * 121}, "data.order_id"),
    ],
)
async def test_a_bad_field_is_named(portal: Site, changes: dict[str, Any], field: str) -> None:
    answer = await tell(portal, an_event("order.paid", an_order(an_id(), **changes)))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field)


async def test_a_buyer_whom_nobody_knows_is_told_so(portal: Site) -> None:
    order = an_order(an_id(), email=f"{an_id().hex}@larkspur.example")
    del order["account_id"]

    answer = await tell(portal, an_event("order.paid", order))

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "unknown_account")
    assert problem["errors"][0]["field"] == "data.email"


async def test_a_store_without_a_secret_has_no_door(portal: Site) -> None:
    body = an_event("order.paid", an_order(an_id()))

    answer = await tell(portal, body, address="/webhooks/store/nobody")

    assert answer.status_code == 404


async def test_what_is_too_long_is_not_read(portal: Site) -> None:
    answer = await tell(portal, b"x" * 300_000)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_door_for_stores_is_none_for_browsers(portal: Site) -> None:
    async with portal.nobody() as client:
        assert (await client.get(ADDRESS)).status_code == 405


async def test_stripes_checkout_refund_and_dispute_are_an_order_and_its_undoing(
    portal: Site, people: Portal
) -> None:
    dan = await registered(people, "Dan")
    payment = f"pi_{an_id().hex}"

    early = await tell_stripe(portal, a_dispute(payment, 49_999))
    paid = await tell_stripe(portal, a_checkout(dan.account_id, payment, **credits_alone()))
    await eventually_available(people, dan.account_id, "500")
    part = await tell_stripe(portal, a_stripe_refund(payment, before=0, after=9_999))
    await eventually_available(people, dan.account_id, "400.008001")
    rest = await tell_stripe(portal, a_stripe_refund(payment, before=9_999, after=49_999))
    await eventually_available(people, dan.account_id, "0")

    assert (early.status_code, early.json()["errors"][0]["field"]) == (
        422,
        "data.object.payment_intent",
    )
    assert {answer.status_code for answer in (paid, part, rest)} == {200}


async def test_what_stripe_says_of_others_is_taken_and_left_aside(portal: Site) -> None:
    body = b'{"id":"evt_1","type":"customer.created","created":1,"data":{"object":{}}}'

    answer = await tell_stripe(portal, body)

    kept = await portal.pool.fetchval(
        "SELECT left_aside FROM store_webhook WHERE store = 'stripe' AND webhook_id = 'evt_1'"
    )
    assert (answer.status_code, answer.json()["ignored"]) == (200, "evt_1")
    assert kept == answer.json()["reason"] == "nothing that concerns orders"


async def test_an_event_of_stripes_that_is_replayed_counts_once(
    portal: Site, people: Portal
) -> None:
    dan = await registered(people, "Dan")
    body = a_checkout(dan.account_id, f"pi_{an_id().hex}", **credits_alone())
    counted_anew = json.dumps({**json.loads(body), "pending_webhooks": 1}).encode()
    forged = json.dumps({**json.loads(body), "data": {"object": {}}, "type": "x"}).encode()

    answers = [await tell_stripe(portal, one) for one in (body, body, counted_anew, forged)]

    assert [one.json().get("repeated") for one in answers] == [False, True, True, None]
    assert answers[-1].json()["code"] == "idempotency_key_reused"
    await eventually_available(people, dan.account_id, "500")


async def test_what_stripe_did_not_sign_is_turned_away(portal: Site) -> None:
    body = a_dispute("pi_1", 1)

    answer = await tell_stripe(portal, body, **{"stripe-signature": "t=1,v1=00"})

    assert answer.status_code == 401


def _credits(amount: str) -> dict[str, Any]:
    return {"kind": "credits", "line_no": 1, "credits": amount}


def credits_alone() -> dict[str, Any]:
    return {"metadata": {"coffer_lines": '[{"kind":"credits","line_no":1,"credits":"500"}]'}}
