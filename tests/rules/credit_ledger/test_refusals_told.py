"""A refusal names the limit that bound, its value and what was left of it (conventions 6).

These are the refusals of purchases, refunds, corrections, orders and roles; what binds whoever
spends is in test_limits.py.
"""

from collections.abc import Callable

import pytest

from services.credit_ledger.rules.adjustments import adjust, bring_in, release
from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.clawbacks import claw_back
from services.credit_ledger.rules.credit_back import give_back
from services.credit_ledger.rules.orders import place
from services.credit_ledger.rules.purchases import grant_trial
from services.credit_ledger.rules.roles import open_pool
from services.credit_ledger.rules.terms import ADJUSTMENT_MAX
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import BEN, NOW, OWNER, a_book, a_hold, a_person, refused
from tests.rules.credit_ledger.people import a_pool, an_opening
from tests.rules.credit_ledger.trade import (
    OZ,
    a_balance,
    a_claw_back,
    a_give_back,
    a_release,
    a_sold_lot,
    a_trial,
    an_adjustment,
    an_order,
    an_own_wallet,
    booked,
)

MUCH = ADJUSTMENT_MAX + 1


def too_much_alone() -> Decision | Refusal:
    return adjust(a_book(), an_adjustment(MUCH), NOW)


def his_own_confirmation() -> Decision | Refusal:
    book, asked = a_book(), an_adjustment(MUCH, by=OZ)
    booked(book, adjust(book, asked, NOW))
    return adjust(book, an_adjustment(MUCH, by=OZ, confirms=asked.command), NOW)


def more_than_is_free() -> Decision | Refusal:
    return adjust(a_book(), an_adjustment(501, "remove"), NOW)


def a_lot_of_nobody() -> Decision | Refusal:
    return release(a_book(), a_release(9), NOW)


def a_reference_for_something_else() -> Decision | Refusal:
    book = an_own_wallet()
    booked(book, bring_in(book, a_balance(300), NOW))
    return bring_in(book, a_balance(300, content=2), NOW)


def more_than_was_bought() -> Decision | Refusal:
    book = a_book(a_sold_lot("L1", 100, number=1))
    booked(book, claw_back(book, a_claw_back("L1", 30), NOW))
    return claw_back(book, a_claw_back("L1", 71), NOW)


def more_than_it_cost() -> Decision | Refusal:
    book = a_book()
    return give_back(book, a_give_back(1, hold=a_hold(book, 90).id), NOW)


def a_hold_of_nobody() -> Decision | Refusal:
    book, hold = a_book(), an_id()
    book.holds[hold] = None
    return give_back(book, a_give_back(1, hold=hold), NOW)


def a_line_nobody_booked() -> Decision | Refusal:
    return give_back(a_book(), a_give_back(1, line=an_id()), NOW)


def a_second_trial() -> Decision | Refusal:
    book = an_own_wallet()
    booked(book, grant_trial(book, a_trial(), NOW))
    return grant_trial(book, a_trial(), NOW)


def an_order_of_a_member() -> Decision | Refusal:
    return place(a_book(), an_order(by=BEN), NOW)


def an_order_of_a_guest() -> Decision | Refusal:
    return place(a_book(ben=a_person(role="GUEST")), an_order(by=BEN), NOW)


def an_order_for_a_closed_wallet() -> Decision | Refusal:
    return place(an_own_wallet(closed="GUEST"), an_order(), NOW)


def a_second_pool() -> Decision | Refusal:
    book = a_pool()
    book.own[OWNER] = an_own_wallet()
    return open_pool(book, an_opening(), NOW)


def a_second_organization() -> Decision | Refusal:
    book: Book = a_pool()
    return open_pool(book, an_opening(an_id()), NOW)


Case = tuple[Callable[[], Decision | Refusal], RefusalCode, str, int | None, int | None]
CASES: list[Case] = [
    (
        too_much_alone,
        RefusalCode.SECOND_OPERATOR_REQUIRED,
        "adjustment",
        ADJUSTMENT_MAX,
        ADJUSTMENT_MAX,
    ),
    (his_own_confirmation, RefusalCode.SECOND_OPERATOR_REQUIRED, "confirms", None, None),
    (more_than_is_free, RefusalCode.POOL_INSUFFICIENT, "pool", 500, 500),
    (a_lot_of_nobody, RefusalCode.UNKNOWN_LOT, "lot", None, None),
    (a_reference_for_something_else, RefusalCode.IDEMPOTENCY_KEY_REUSED, "reference", None, None),
    (more_than_was_bought, RefusalCode.INVALID_AMOUNT, "lot", 100, 70),
    (more_than_it_cost, RefusalCode.CREDIT_BACK_EXCEEDED, "charge", 0, 0),
    (a_hold_of_nobody, RefusalCode.UNKNOWN_HOLD, "hold", None, None),
    (a_line_nobody_booked, RefusalCode.UNKNOWN_ENTRY, "line", None, None),
    (a_second_trial, RefusalCode.TRIAL_ALREADY_USED, "offer", None, None),
    (an_order_of_a_member, RefusalCode.MEMBERS_MAY_NOT_PURCHASE, "role", None, None),
    (an_order_of_a_guest, RefusalCode.NOT_ADMINISTRATOR, "role", None, None),
    (
        an_order_for_a_closed_wallet,
        RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED,
        "role",
        None,
        None,
    ),
    (a_second_pool, RefusalCode.ADMINISTRATOR_EXISTS, "owner", None, None),
    (a_second_organization, RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION, "owner", None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_a_refusal_names_the_limit_its_value_and_what_was_left(case: Case) -> None:
    decide, *told = case

    refusal = refused(decide())

    assert [refusal.code, refusal.limit, refusal.value, refusal.left] == told


def test_T16_only_what_a_later_message_may_change_is_not_remembered() -> None:
    passing = [decide for decide, *_ in CASES if refused(decide()).passing]

    assert passing == [a_second_organization]
