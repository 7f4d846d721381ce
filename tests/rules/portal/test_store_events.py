"""What a store says becomes the contract that services hear, or an answer that names the field."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.api.problems import ProblemError
from services.portal.webhooks.orders import event_id_of, finish, read_event
from shared.contracts.purchases import OrderChargedBack, OrderPaid, OrderRefunded
from tests.builders import an_id
from tests.rules.portal.stores import an_event, an_order

A_REFUND = {
    "order_id": "o-1",
    "refund_id": "r-1",
    "at": "2026-02-02T10:00:00Z",
    "lines": [{"line_no": 1, "credits": "12.5"}],
}


def test_a_paid_order_becomes_the_contract() -> None:
    account = an_id()

    paid = finish(read_event(an_event("order.paid", an_order(account)), "online"))

    assert isinstance(paid, OrderPaid)
    assert (paid.store, paid.account_id) == ("online", account)
    assert paid.lines[0].model_dump(mode="json")["credits"] == "500"


@pytest.mark.parametrize(
    ("kind", "contract"),
    [("order.refunded", OrderRefunded), ("order.charged_back", OrderChargedBack)],
)
def test_money_that_goes_back_becomes_its_contract(kind: str, contract: type) -> None:
    body = an_event(kind, {**A_REFUND, "account_id": str(an_id())})

    taken_back = finish(read_event(body, "online"))

    assert type(taken_back) is contract
    assert taken_back.lines[0].model_dump(mode="json")["credits"] == "12.5"


@pytest.mark.parametrize(
    ("given_name", "value", "asked"),
    [("email", "ana@larkspur.example", "email"), ("number", "C-1", "customer_number")],
)
def test_a_buyer_may_be_named_by_what_a_store_knows(
    given_name: str, value: str, asked: str
) -> None:
    order = {**an_order(an_id()), given_name: value}
    del order["account_id"]

    told = read_event(an_event("order.paid", order), "online")

    assert told.buyer is not None
    assert getattr(told.buyer, asked) == value
    account = an_id()
    assert finish(told.bought_by(account)).account_id == account


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account_id": "Ana"}, "data.account_id"),
        ({"order_id": ""}, "data.order_id"),
        ({"order_id": "a\x00b"}, "data.order_id"),
        ({"paid_at": "2026-02-01"}, "data.paid_at"),
        ({"placed_at": None}, "data.placed_at"),
        ({"lines": []}, "data.lines"),
        ({"lines": "all"}, "data.lines"),
        ({"lines": [{"kind": "gold", "line_no": 1}]}, "data.lines.0"),
        ({"lines": [{"kind": "credits", "line_no": 1, "credits": 500}]}, "credits"),
        ({"lines": [{"kind": "credits", "line_no": 1, "credits": "-1"}]}, "credits"),
        ({"lines": [{"kind": "credits", "line_no": 0, "credits": "1"}]}, "line_no"),
        ({"store": "another"}, "data.store"),
    ],
)
def test_a_bad_field_is_named(changes: dict[str, Any], field: str) -> None:
    body = an_event("order.paid", an_order(an_id(), **changes))

    with pytest.raises(ProblemError) as caught:
        finish(read_event(body, "online"))

    assert caught.value.problem.status == 422
    assert caught.value.problem.errors is not None
    assert field in caught.value.problem.errors[0].field


def test_two_lines_of_one_number_are_told_apart_by_nobody() -> None:
    line = {"kind": "credits", "line_no": 1, "credits": "1"}
    body = an_event("order.paid", an_order(an_id(), lines=[line, line]))

    with pytest.raises(ProblemError, match=r"lines\.1\.line_no"):
        finish(read_event(body, "online"))


def test_an_order_that_names_no_buyer_is_turned_away() -> None:
    order = an_order(an_id())
    del order["account_id"]

    with pytest.raises(ProblemError, match=r"data\.account_id"):
        read_event(an_event("order.paid", order), "online")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"\xff", "body"),
        (b"[]", "body"),
        (b"{}", "type"),
        (b'{"type":"order.shipped","timestamp":"2026-02-01T10:00:00Z","data":{}}', "type"),
        (b'{"type":"order.paid","timestamp":"now","data":{}}', "timestamp"),
        (b'{"type":"order.paid","timestamp":"2026-02-01T10:00:00Z","data":[]}', "data"),
    ],
)
def test_what_is_no_event_is_turned_away(body: bytes, field: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_event(body, "online")

    assert caught.value.problem.errors is not None
    assert caught.value.problem.errors[0].field.startswith(field)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(
    st.sampled_from(["order.paid", "order.refunded"]), st.dictionaries(st.text(max_size=9), JSON)
)
def test_whatever_a_store_says_is_read_or_turned_away(kind: str, data: dict[str, Any]) -> None:
    body = json.dumps({"type": kind, "timestamp": "2026-02-01T10:00:00Z", "data": data}).encode()

    with pytest.raises(ProblemError):
        finish(read_event(body, "online"))


def test_the_same_webhook_is_the_same_event_and_another_stores_is_not() -> None:
    assert event_id_of("online", "msg_1") == event_id_of("online", "msg_1")
    assert event_id_of("online", "msg_1") != event_id_of("other", "msg_1")
    assert event_id_of("online", "msg_1") != event_id_of("online", "msg_2")
