"""Stripe's events become ours: paid checkouts, and credits that go back as money does."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.api.problems import ProblemError
from services.portal.store.arrivals import Payment
from services.portal.webhooks.orders import finish
from services.portal.webhooks.signing import BadSignatureError
from services.portal.webhooks.stripe import (
    Checkout,
    TakenBack,
    check_signature,
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
    "body",
    [
        a_checkout(an_id(), "pi_1", payment_status="unpaid"),
        stripe_event("customer.created", {"id": "cus_1"}),
    ],
)
def test_what_is_not_paid_or_not_ours_is_nothing_yet(body: bytes) -> None:
    assert read_event(body)[1] is None


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

    assert told is not None
    refund = finish(told)
    assert isinstance(refund, OrderRefunded)
    assert (refund.order_id, refund.refund_id) == ("pi_1", "ch_pi_1-50")
    assert [line.credits for line in refund.lines] == [250_000_000, 1_500_000]


def test_a_dispute_is_a_chargeback_of_what_the_bank_took() -> None:
    _, said = read_event(a_dispute("pi_1", 100))
    assert isinstance(said, TakenBack)

    told = returned(said, a_payment(100, 500_000_000))

    assert told is not None
    chargeback = finish(told)
    assert isinstance(chargeback, OrderChargedBack)
    assert chargeback.lines[0].credits == 500_000_000


def test_licenses_alone_give_no_credits_back() -> None:
    assert returned(taken_back(0, 50), a_payment(100)) is None


def test_what_cost_nothing_gives_nothing_back() -> None:
    assert returned(taken_back(0, 50), a_payment(0, 500_000_000)) is None


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
        for line in finish(told).lines if told else ():
            assert hasattr(line, "credits")
            back[line.line_no] += line.credits

    assert list(back.values()) == lines


def test_what_stripe_signed_a_moment_ago_counts() -> None:
    body = a_dispute("pi_1", 1)

    check_signature(body, stripe_headers(body), STRIPE_KEY, now=datetime.now(UTC))


@pytest.mark.parametrize(
    "header",
    ["", "t=1", "v1=00", "t=,v1=00", "t=x,v1=00", "t=1,t=2,v1=00", "t=\N{SUPERSCRIPT TWO},v1=0"],
)
def test_a_malformed_signature_does_not_count(header: str) -> None:
    with pytest.raises(BadSignatureError):
        check_signature(b"{}", {"stripe-signature": header}, STRIPE_KEY, now=datetime.now(UTC))


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_signature_from_another_time_does_not_count(age: timedelta) -> None:
    body = a_dispute("pi_1", 1)
    headers = stripe_headers(body, at=datetime.now(UTC) - age)

    with pytest.raises(BadSignatureError):
        check_signature(body, headers, STRIPE_KEY, now=datetime.now(UTC))


def test_another_body_or_secret_does_not_count() -> None:
    body = a_dispute("pi_1", 1)
    headers = stripe_headers(body)

    for other, key in ((body + b" ", STRIPE_KEY), (body, "another")):
        with pytest.raises(BadSignatureError):
            check_signature(other, headers, key, now=datetime.now(UTC))
