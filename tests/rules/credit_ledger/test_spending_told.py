"""Corners of spending: what jobs, several lots and work without a class come to."""

from datetime import timedelta

from services.credit_ledger.rules.acts import Debit, Work
from services.credit_ledger.rules.book import Refusal
from services.credit_ledger.rules.chart import Kind
from services.credit_ledger.rules.holds import capture, lapse
from services.credit_ledger.rules.pricing import price
from services.credit_ledger.rules.rates import COST_MAX, TOO_DEAR, Measure, estimate, priced
from services.credit_ledger.rules.records import Job, Rate
from services.credit_ledger.rules.shortfalls import Shortfall, shortfalls
from services.credit_ledger.rules.spending import authorize, debit
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    NOW,
    a_book,
    a_capture,
    a_debit,
    a_hold,
    a_lapse,
    a_lot,
    accepted,
    an_authorize,
    applied,
    in_days,
    refused,
)

AT_THE_END = NOW + timedelta(seconds=3600)


def test_R51_a_line_of_a_job_within_its_limits_is_flagged_by_none() -> None:
    book = a_book()
    book.jobs["J1"] = Job("J1", 100, 0, 0)

    assert accepted(debit(book, a_debit(90, job="J1"), NOW)).flags == ()
    assert accepted(authorize(book, an_authorize(90, job="J1"), NOW)).flags == ()


def test_T29_late_usage_is_charged_to_the_soonest_lots() -> None:
    book = a_book(a_lot(100, expires_at=in_days(9)), a_lot(50, number=2, expires_at=in_days(5)))
    hold = a_hold(book, 40)
    applied(book, lapse(book, a_lapse(hold), AT_THE_END))

    decision = accepted(capture(book, a_capture(hold, 70), AT_THE_END))

    charged = [(t.lot, t.amount) for t in decision.transfers if t.kind == Kind.CAPTURED]
    assert charged == [(2, 50), (1, 20)]


def test_R51_a_cap_that_comes_with_the_job_is_the_one_that_is_lacked() -> None:
    book, act = a_book(), an_authorize(90, job="J1", max_credits=50)
    refusal = refused(authorize(book, act, NOW))

    assert shortfalls(book, act, refusal, NOW) == (Shortfall(RefusalCode.JOB_CAP_EXCEEDED, 40),)


def test_work_that_names_neither_class_nor_unit_is_priced_by_a_rate_that_names_none() -> None:
    book = a_book()
    book.rates = [Rate(1, "", "", 6, NOW)]

    line = price(book, a_debit(0, work=Work(quantity=2_000_000)), NOW)

    assert isinstance(line, Debit)
    assert line.amount == 12


def test_what_cannot_be_priced_says_which_field_and_why() -> None:
    def invalid(field: str, message: str) -> Refusal:
        return Refusal((RefusalCode.INVALID_AMOUNT,), field, message=message)

    rates = [Rate(1, "gpu", "gpu_hour", COST_MAX, NOW)]
    below, dear, whole = (Measure("gpu", "gpu_hour", n) for n in (-1, 2_000_000, 1_000_000))

    assert priced(rates, below, NOW) == invalid("measured", "a quantity is not below zero")
    assert priced(rates, dear, NOW) == invalid("measured", TOO_DEAR)
    assert estimate(rates, [[whole]], 2, NOW) == invalid("frames", TOO_DEAR)
    assert estimate(rates, [], 1, NOW) == invalid(
        "frames", "an estimate needs a sample and a number of frames"
    )
