"""Strays beside a trace: how many, what they cost, and what of it does not add up."""

from collections import Counter
from dataclasses import replace

from deploy.operator.replay.books import Books
from deploy.operator.replay.strays import StrayTally, complaints_of, counted, rounds_for

CREDIT = 1_000_000
BOOKS = Books(
    captured=5 * CREDIT,
    absorbed=400_000,
    captured_by_person={},
    journal_rows=9,
    below_zero=0,
    open_holds=0,
    parked=0,
    fact_by_place={},
    batches=[],
)


def a_tally() -> StrayTally:
    return StrayTally(Counter(overrun=2, late_usage=1), captured=5 * CREDIT, absorbed=400_000)


def test_a_round_comes_with_every_few_hundred_jobs_unless_told_otherwise() -> None:
    assert [rounds_for(jobs, None) for jobs in (1, 800, 5_000)] == [1, 1, 10]
    assert [rounds_for(800, wished) for wished in (0, 7)] == [0, 7]


def test_strays_are_counted_by_kind_with_what_they_cost() -> None:
    assert counted(a_tally()) == {
        "late_usage": 1,
        "overrun": 2,
        "captured_credits": "5",
        "absorbed_credits": "0.4",
    }


def test_verdicts_are_added_up_and_refusals_cost_nothing() -> None:
    tally = StrayTally()

    codes = [
        tally.charge({"id": "1", "result": {"captured": "1.4", "absorbed": "0.4"}}),
        tally.charge({"id": "2", "result": {"amount": "1"}}),
        tally.charge({"id": "3", "refused": {"code": "hold_exceeded"}}),
    ]

    assert codes == ["", "", "hold_exceeded"]
    assert (tally.captured, tally.absorbed) == (1_400_000, 400_000)


def test_what_the_books_say_otherwise_is_complained_about() -> None:
    tally = a_tally()

    assert complaints_of(tally, BOOKS) == []
    assert complaints_of(tally, replace(BOOKS, captured=0, absorbed=0, open_holds=3)) == [
        "strays were answered 5 credits as captured, 0 are booked",
        "strays were answered 0.4 credits as absorbed, 0 are booked",
        "3 of the strays' holds are still open",
    ]
    assert len(complaints_of(tally, replace(BOOKS, below_zero=1))) == 1
