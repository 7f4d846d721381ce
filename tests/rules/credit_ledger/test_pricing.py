"""Measured work: priced by the card of its own time, before any limit is asked."""

from datetime import timedelta

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Capture, Debit, Work
from services.credit_ledger.rules.book import Book, Refusal
from services.credit_ledger.rules.hold_acts import SetRate
from services.credit_ledger.rules.pricing import price, set_rate
from services.credit_ledger.rules.records import Rate, RateAdded
from shared.contracts.credit_notices import RateSet
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    NOW,
    OWNER,
    a_book,
    a_capture,
    a_debit,
    a_hold,
    accepted,
    applied,
    in_days,
    refused,
)

CREDIT = 1_000_000
HOUR = 1_000_000
OZ = an_id()
WORK = Work(job="J1", node="rn-01", node_class="gpu", quantity=HOUR // 4, unit="gpu_hour")


def a_rate(price: int = 6 * CREDIT, *, days: float = 0, by_operator: bool = True) -> SetRate:
    return SetRate(an_id(), OWNER, 1, OZ, by_operator, "gpu", "gpu_hour", price, in_days(days))


def a_book_with_rates(*prices: int) -> Book:
    """The first holds since yesterday, each of the others a day longer."""
    book = a_book()
    book.rates = [
        Rate(number, "gpu", "gpu_hour", price, in_days(number - 2))
        for number, price in enumerate(prices, 1)
    ]
    return book


def priced(decided: Debit | Capture | Refusal) -> tuple[int, Work | None]:
    assert not isinstance(decided, Refusal), decided
    return decided.amount, decided.work


def test_a_measured_line_gets_its_price_and_the_number_of_its_rate() -> None:
    book = a_book_with_rates(6 * CREDIT)

    assert priced(price(book, a_debit(0, work=WORK), NOW)) == (
        1_500_000,
        replace(WORK, rate=1),
    )


def test_a_measured_capture_is_priced_the_same_way() -> None:
    book = a_book_with_rates(6 * CREDIT)
    act = replace(a_capture(a_hold(book), 0), work=WORK)

    decided = price(book, act, NOW)

    assert decided == replace(act, amount=1_500_000, work=replace(WORK, rate=1))


def test_A18_work_is_priced_by_the_rate_of_its_own_time() -> None:
    book = a_book_with_rates(6 * CREDIT, 8 * CREDIT)
    yesterday = replace(WORK, occurred_at=in_days(-0.5))

    assert priced(price(book, a_debit(0, work=yesterday), NOW))[0] == 1_500_000
    assert priced(price(book, a_debit(0, work=WORK), NOW))[0] == 2_000_000


def test_A18_no_rate_of_the_future_is_chosen_by_dating_ahead() -> None:
    book = a_book_with_rates(6 * CREDIT, 8 * CREDIT, CREDIT)
    ahead = replace(WORK, occurred_at=in_days(2))

    assert priced(price(book, a_debit(0, work=ahead), NOW)) == (2_000_000, replace(ahead, rate=2))


def test_work_of_another_class_or_unit_has_no_price() -> None:
    book = a_book_with_rates(6 * CREDIT)

    for other in (
        replace(WORK, node_class="cpu"),
        replace(WORK, unit="frame"),
        replace(WORK, node_class=None),
        replace(WORK, unit=None),
        replace(WORK, occurred_at=in_days(-9)),
    ):
        decided = price(book, a_debit(0, work=other), NOW)
        assert isinstance(decided, Refusal)
        assert decided.code == RefusalCode.NO_RATE


def test_an_operator_adds_a_rate_under_the_next_number() -> None:
    book = a_book()
    first, second = a_rate(), a_rate(7 * CREDIT, days=1)

    applied(book, set_rate(book, first, NOW))
    decision = applied(book, set_rate(book, second, NOW))

    assert book.rates == [
        Rate(1, "gpu", "gpu_hour", 6 * CREDIT, NOW),
        Rate(2, "gpu", "gpu_hour", 7 * CREDIT, in_days(1)),
    ]
    assert decision.records == (RateAdded(2, "gpu", "gpu_hour", 7 * CREDIT, in_days(1), OZ, NOW),)
    line = {
        "id": str(second.command),
        "node_class": "gpu",
        "unit": "gpu_hour",
        "credits_per_unit": "7",
        "effective_from": in_days(1),
        "by": str(OZ),
    }
    assert decision.says == ((RateSet, line),)


def test_numbers_go_on_from_the_highest() -> None:
    book = a_book()
    book.rates = [Rate(7, "gpu", "frame", 1, NOW), Rate(3, "gpu", "frame", 1, NOW)]

    [rate] = accepted(set_rate(book, a_rate(), NOW)).rates

    assert rate.number == 8


def test_A17_only_an_operator_sets_a_rate_and_his_id_may_come_again() -> None:
    refusal = refused(set_rate(a_book(), a_rate(by_operator=False), NOW))

    assert (refusal.code, refusal.limit) == (RefusalCode.OPERATOR_REQUIRED, "actor")
    assert refusal.passing


def test_a_rate_never_takes_effect_in_the_past() -> None:
    moment_ago = replace(a_rate(), effective_from=NOW - timedelta(microseconds=1))

    refusal = refused(set_rate(a_book(), moment_ago, NOW))

    assert (refusal.code, refusal.limit) == (RefusalCode.RATE_IN_THE_PAST, "effective_from")
    assert not refusal.passing
