"""Stripe's events become ours: paid checkouts, and credits that go back as money does."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.api.problems import ProblemError
from services.portal.store.arrivals import Payment
from services.portal.webhooks.orders import Told, finish
from services.portal.webhooks.signing import BadSignatureError
from services.portal.webhooks.stripe import (
    NO_CREDITS,
    Checkout,
    LeftAside,
    TakenBack,
    check_signature,
    content_of,
    read_event,
    returned,
)
from shared.contracts.money import format_credits
from shared.contracts.purchases import OrderChargedBack, OrderPaid, OrderRefunded
from tests.builders import an_id
from tests.rules.portal.stores import (
    AT,
    STRIPE_KEY,
    a_checkout,
    a_dispute,
    a_stripe_refund,
    stripe_event,
    stripe_headers,
)


def a_payment(paid: int, *credits: int) -> Payment:
    lines = [
        {"kind": "credits", "line_no": number, "credits": format_credits(amount)}
        for number, amount in enumerate(credits, start=1)
    ]
    return Payment(an_id(), paid, lines)


def read_whole(body: bytes) -> None:
    _, said = read_event(body)
    assert isinstance(said, Checkout)
    finish(said.told)


def taken_back(before: int, after: int) -> TakenBack:
    return TakenBack(OrderRefunded, "pi_1", f"ch_1-{after}", before, after, datetime.now(UTC))


def test_a_paid_checkout_becomes_an_order_under_its_payment() -> None:
    account = an_id()

    event_id, said = read_event(a_checkout(account, "pi_1"))

    assert isinstance(said, Checkout)
    paid = finish(said.told)
    assert isinstance(paid, OrderPaid)
    assert event_id.startswith("evt_")
    assert (paid.store, paid.order_id, paid.account_id) == ("stripe", "pi_1", account)
    assert (paid.placed_at.timestamp(), paid.paid_at.timestamp()) == (AT, AT + 60)
    assert [line.line_no for line in paid.lines] == [1, 2, 3]


def test_a_checkout_that_names_no_account_names_its_buyers_address() -> None:
    _, said = read_event(a_checkout(None, "pi_1"))

    assert isinstance(said, Checkout)
    assert said.told.buyer is not None
    assert said.told.buyer.email == "nobody@larkspur.example"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (a_checkout(an_id(), "pi_1", payment_status="unpaid"), "not paid yet"),
        (stripe_event("checkout.session.async_payment_failed", {}), "the payment failed"),
        (stripe_event("checkout.session.expired", {}), "nobody paid in time"),
        (a_dispute("pi_1", 1, status="warning_needs_response"), "the bank asks"),
        (stripe_event("charge.dispute.updated", {}), "money that moves"),
        (a_dispute("pi_1", 1, kind="charge.dispute.closed", status="lost"), "closed: lost"),
        (stripe_event("charge.refund.updated", {}), "told by charge.refunded"),
        (stripe_event("customer.created", {"id": "cus_1"}), "nothing that concerns orders"),
    ],
)
def test_what_changes_nothing_is_left_aside_for_a_reason(body: bytes, why: str) -> None:
    _, said = read_event(body)

    assert isinstance(said, LeftAside)
    assert why in said.why
    assert not said.needs_staff


@pytest.mark.parametrize(
    "body",
    [
        a_dispute("pi_1", 1, kind="charge.dispute.closed", status="won"),
        stripe_event("refund.failed", {}),
    ],
)
def test_money_that_came_back_to_us_is_left_to_the_staff(body: bytes) -> None:
    _, said = read_event(body)

    assert isinstance(said, LeftAside)
    assert said.needs_staff


def test_a_payment_that_takes_days_becomes_an_order_once_it_succeeded() -> None:
    account = an_id()

    _, said = read_event(
        a_checkout(account, "pi_1", kind="checkout.session.async_payment_succeeded")
    )

    assert isinstance(said, Checkout)
    assert finish(said.told).account_id == account


def test_a_dispute_is_one_whatever_tells_that_its_money_is_gone() -> None:
    told = [
        read_event(a_dispute("pi_1", 1, kind=f"charge.dispute.{kind}", status=status))[1]
        for kind, status in (
            ("created", "needs_response"),
            ("funds_withdrawn", "warning_under_review"),
        )
    ]

    first, second = told
    assert isinstance(first, TakenBack)
    assert first == second


def test_what_is_sent_again_says_the_same_whatever_is_counted_beside_it() -> None:
    first = json.loads(a_checkout(an_id(), "pi_1"))
    again = {**dict(reversed(first.items())), "pending_webhooks": 2}
    other = {**first, "data": {"object": {}}}

    said = content_of(json.dumps({**first, "pending_webhooks": 1}).encode())

    assert content_of(json.dumps(again).encode()) == said
    assert content_of(json.dumps(other).encode()) != said


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (a_checkout(an_id(), "pi_1", metadata={}), "metadata.coffer_lines"),
        (a_checkout(an_id(), "pi_1", metadata={"coffer_lines": "{"}), "metadata.coffer_lines"),
        (a_checkout(an_id(), "pi_1", metadata={"coffer_lines": "{}"}), "metadata.coffer_lines"),
        (a_checkout(an_id(), "pi_1", metadata={"coffer_lines": "[]"}), "lines"),
        (a_checkout(an_id(), "pi_1", client_reference_id="Ana"), "account_id"),
        (a_checkout(None, "pi_1", customer_details=None), "client_reference_id"),
        (a_checkout(an_id(), "pi_1", amount_total="499"), "amount_total"),
        (a_stripe_refund("pi_1", before=10, after=10), "amount_refunded"),
        (stripe_event("charge.refunded", json.loads(b"{}")), "data.object"),
        (b'{"id": "evt_1"}', "type"),
        (b"nothing", "body"),
    ],
)
def test_a_bad_field_is_named(body: bytes, field: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_whole(body)

    assert caught.value.problem.errors is not None
    assert field in caught.value.problem.errors[0].field


def test_half_the_money_takes_half_of_each_line_back() -> None:
    _, said = read_event(a_stripe_refund("pi_1", before=0, after=50))
    assert isinstance(said, TakenBack)

    told = returned(said, a_payment(100, 500_000_000, 3_000_000))

    assert isinstance(told, Told)
    refund = finish(told)
    assert isinstance(refund, OrderRefunded)
    assert (refund.order_id, refund.refund_id) == ("pi_1", "ch_pi_1-50")
    assert [line.credits for line in refund.lines] == [250_000_000, 1_500_000]


def test_a_dispute_is_a_chargeback_of_what_the_bank_took() -> None:
    _, said = read_event(a_dispute("pi_1", 100))
    assert isinstance(said, TakenBack)

    told = returned(said, a_payment(100, 500_000_000))

    assert isinstance(told, Told)
    chargeback = finish(told)
    assert isinstance(chargeback, OrderChargedBack)
    assert chargeback.lines[0].credits == 500_000_000


def test_licenses_alone_give_no_credits_back() -> None:
    assert returned(taken_back(0, 50), a_payment(100)) == LeftAside(NO_CREDITS)


def test_what_cost_nothing_gives_nothing_back() -> None:
    assert returned(taken_back(0, 50), a_payment(0, 500_000_000)) == LeftAside(NO_CREDITS)


@given(
    st.integers(1, 10**7),
    st.lists(st.integers(1, 10**15), min_size=1, max_size=4),
    st.lists(st.integers(1, 10**7), max_size=5),
)
def test_refunds_in_any_parts_take_the_whole_back_and_no_more(
    paid: int, lines: list[int], parts: list[int]
) -> None:
    payment = a_payment(paid, *lines)
    steps = sorted({min(part, paid) for part in parts} | {paid})
    back = dict.fromkeys(range(1, len(lines) + 1), 0)

    for before, after in zip([0, *steps], steps, strict=False):
        told = returned(taken_back(before, after), payment)
        for line in finish(told).lines if isinstance(told, Told) else ():
            assert hasattr(line, "credits")
            back[line.line_no] += line.credits

    assert list(back.values()) == lines


def test_what_stripe_signed_a_moment_ago_counts() -> None:
    body = a_dispute("pi_1", 1)

    check_signature(body, stripe_headers(body), (STRIPE_KEY,), now=datetime.now(UTC))


def test_while_the_secret_changes_both_count() -> None:
    body = a_dispute("pi_1", 1)
    keys = ("whsec_of_tomorrow", STRIPE_KEY)

    check_signature(body, stripe_headers(body), keys, now=datetime.now(UTC))
    check_signature(body, stripe_headers(body, key=keys[0]), keys, now=datetime.now(UTC))


@pytest.mark.parametrize(
    "header",
    ["", "t=1", "v1=00", "t=,v1=00", "t=x,v1=00", "t=1,t=2,v1=00", "t=\N{SUPERSCRIPT TWO},v1=0"],
)
def test_a_malformed_signature_does_not_count(header: str) -> None:
    with pytest.raises(BadSignatureError):
        check_signature(b"{}", {"stripe-signature": header}, (STRIPE_KEY,), now=datetime.now(UTC))


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_signature_from_another_time_does_not_count(age: timedelta) -> None:
    body = a_dispute("pi_1", 1)
    headers = stripe_headers(body, at=datetime.now(UTC) - age)

    with pytest.raises(BadSignatureError):
        check_signature(body, headers, (STRIPE_KEY,), now=datetime.now(UTC))


def test_another_body_or_secret_does_not_count() -> None:
    body = a_dispute("pi_1", 1)
    headers = stripe_headers(body)

    for other, key in ((body + b" ", STRIPE_KEY), (body, "another")):
        with pytest.raises(BadSignatureError):
            check_signature(other, headers, (key,), now=datetime.now(UTC))
