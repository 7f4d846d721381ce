"""Orders: who may place one, for which wallet (R12, R29, R30, R45, A14)."""

import pytest

from services.credit_ledger.rules.book import Access
from services.credit_ledger.rules.orders import place
from services.credit_ledger.rules.purchase_records import OrderPlaced
from services.credit_ledger.rules.records import ClosedRole
from shared.contracts import credit_notices
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    CHLOE,
    NOW,
    a_book,
    a_person,
    accepted,
    refused,
)
from tests.rules.credit_ledger.trade import an_order, an_own_wallet, booked


def test_R12_A14_the_administrator_orders_for_the_pool_and_nothing_moves() -> None:
    act = an_order()

    decision = accepted(place(a_book(), act, NOW))

    assert decision.transfers == ()
    assert decision.records == (OrderPlaced("online", "order", ANA, act.command, act.content, NOW),)
    [(fact, line)] = decision.says
    assert fact is credit_notices.OrderPlaced
    assert (line["account_id"], line["credits"]) == (ANA, "0.0002")
    assert decision.result == {"order_id": "order"}


def test_R29_R30_a_member_orders_nothing_for_his_organization() -> None:
    refusal = refused(place(a_book(), an_order(by=BEN), NOW))

    assert refusal.code == RefusalCode.MEMBERS_MAY_NOT_PURCHASE


@pytest.mark.parametrize("stranger", [a_person(role="GUEST"), a_person(role="REMOVED"), None])
def test_R12_nobody_else_orders_for_the_pool(stranger: Access | None) -> None:
    book = a_book()
    book.access[BEN] = stranger

    refusal = refused(place(book, an_order(by=BEN), NOW))

    assert refusal.code == RefusalCode.NOT_ADMINISTRATOR


def test_R12_nobody_orders_for_the_wallet_of_somebody_else() -> None:
    book = an_own_wallet()
    book.access[CHLOE] = None

    refusal = refused(place(book, an_order(by=CHLOE), NOW))

    assert refusal.code == RefusalCode.NOT_ADMINISTRATOR


@pytest.mark.parametrize(
    ("role", "code"),
    [
        ("MEMBER", RefusalCode.MEMBERS_MAY_NOT_PURCHASE),
        ("GUEST", RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED),
    ],
)
def test_R29_R38_R45_nothing_is_ordered_for_a_closed_wallet(
    role: ClosedRole, code: RefusalCode
) -> None:
    refusal = refused(place(an_own_wallet(closed=role), an_order(), NOW))

    assert refusal.code == code


def test_R45_a_guest_without_access_orders_for_himself() -> None:
    assert accepted(place(an_own_wallet(), an_order(), NOW)).records


def test_T21_an_order_placed_again_stands_and_is_not_placed_twice() -> None:
    book = a_book()
    booked(book, place(book, an_order(), NOW))

    again = accepted(place(book, an_order(), NOW))

    assert (again.records, again.says) == ((), ())
    assert again.result == {"order_id": "order"}


def test_T21_an_order_placed_again_with_other_content_is_refused() -> None:
    book = a_book()
    booked(book, place(book, an_order(), NOW))

    refusal = refused(place(book, an_order(content=2), NOW))

    assert refusal.code == RefusalCode.IDEMPOTENCY_KEY_REUSED


def test_T21_an_order_placed_for_another_wallet_is_refused() -> None:
    book = a_book()
    book.found[OrderPlaced, "online", "order"] = (book.id + 1, 1)

    refusal = refused(place(book, an_order(), NOW))

    assert refusal.code == RefusalCode.IDEMPOTENCY_KEY_REUSED
