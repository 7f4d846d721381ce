"""A job's own cap: its holds and usage lines share it, and what is given back comes back to it."""

from services.credit_ledger.rules.book import Book
from services.credit_ledger.rules.holds import capture, lapse, void
from services.credit_ledger.rules.jobs import NO_LIMIT, job_of, left_of, moved
from services.credit_ledger.rules.records import Job
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
    a_person,
    a_void,
    an_authorize,
    applied,
    in_days,
    refused,
)

CAP = RefusalCode.JOB_CAP_EXCEEDED


def j1(book: Book) -> tuple[int | None, int, int]:
    job = book.jobs["J1"]
    assert job is not None
    return job.cap, job.held, job.captured


def test_a_cap_holds_for_all_holds_and_lines_of_its_job() -> None:
    book = a_book()
    a_hold(book, 60, job="J1", max_credits=100)
    applied(book, debit(book, a_debit(30, job="J1"), NOW))

    refusal = refused(authorize(book, an_authorize(11, job="J1"), NOW))

    assert (refusal.binding, refusal.limit) == ((CAP,), "job")
    assert (refusal.value, refusal.left) == (100, 10)
    assert refused(debit(book, a_debit(11, job="J1"), NOW)).code == CAP
    applied(book, debit(book, a_debit(10, job="J1"), NOW))
    assert j1(book) == (100, 60, 40)


def test_a_cap_is_no_matter_to_other_jobs_and_to_none() -> None:
    book = a_book()
    a_hold(book, 100, job="J1", max_credits=100)

    applied(book, debit(book, a_debit(50, job="J2"), NOW))
    applied(book, debit(book, a_debit(50), NOW))

    assert j1(book) == (100, 100, 0)
    assert "J2" not in book.jobs


def test_what_is_released_comes_back_to_the_cap() -> None:
    book = a_book()
    first, second, third = (a_hold(book, 30, job="J1", max_credits=100) for _ in range(3))

    applied(book, capture(book, a_capture(first, 10), NOW))
    applied(book, void(book, a_void(second), NOW))
    applied(book, capture(book, a_capture(third, 5, final=False), NOW))
    assert j1(book) == (100, 25, 15)

    applied(book, lapse(book, a_lapse(third), in_days(1)))
    assert j1(book) == (100, 0, 15)


def test_a_later_cap_replaces_the_one_before_and_may_be_below_the_use() -> None:
    book = a_book()
    a_hold(book, 60, job="J1", max_credits=100)

    lowered = refused(authorize(book, an_authorize(1, job="J1", max_credits=50), NOW))
    raised = authorize(book, an_authorize(90, job="J1", max_credits=150), NOW)

    assert (lowered.code, lowered.value, lowered.left) == (CAP, 50, 0)
    assert j1(book) == (100, 60, 0)
    applied(book, raised)
    assert j1(book) == (150, 150, 0)


def test_a_cap_binds_after_debt_and_before_quota_and_pool() -> None:
    book = a_book(a_lot(10), ben=a_person("quota", 5), debt=1)

    refusal = refused(authorize(book, an_authorize(11, job="J1", max_credits=10), NOW))

    assert refusal.binding == (
        RefusalCode.ORGANIZATION_IN_DEBT,
        CAP,
        RefusalCode.QUOTA_EXCEEDED,
        RefusalCode.POOL_INSUFFICIENT,
    )


def test_what_a_job_took_before_its_cap_counts() -> None:
    book = a_book()
    book.jobs["J1"] = Job("J1", None, 20, 30)

    refusal = refused(authorize(book, an_authorize(51, job="J1", max_credits=100), NOW))
    applied(book, authorize(book, an_authorize(50, job="J1", max_credits=100), NOW))

    assert refusal.left == 50
    assert j1(book) == (100, 70, 30)


def test_a_job_that_has_no_cap_is_counted_and_limited_by_nothing() -> None:
    book = a_book()
    book.jobs["J1"] = Job("J1", None, 0, 0)

    applied(book, debit(book, a_debit(500, job="J1"), NOW))

    assert j1(book) == (None, 0, 500)
    assert left_of(Job("J1", None, 0, 500)) == NO_LIMIT == 2**63 - 1


def test_a_job_is_found_by_its_name_or_gets_the_cap_it_is_given() -> None:
    book = a_book()
    known = book.jobs["J1"] = Job("J1", 10, 1, 2)

    assert job_of(book, None, 5) is None
    assert job_of(book, "J2") is None
    assert job_of(book, "J1") is known
    assert job_of(book, "J1", 5) == Job("J1", 5, 1, 2)
    assert job_of(book, "J2", 5) == Job("J2", 5, 0, 0)


def test_a_cap_leaves_nothing_rather_than_less() -> None:
    assert left_of(Job("J1", 10, 3, 4)) == 3
    assert left_of(Job("J1", 10, 7, 4)) == 0


def test_what_moves_is_counted_in_a_job_alone() -> None:
    assert moved(None, held=1, captured=1) == ()
    assert moved(Job("J1", 10, 3, 4), held=-3, captured=2) == (Job("J1", 10, 0, 6),)
    assert moved(Job("J1", 10, 3, 4)) == (Job("J1", 10, 3, 4),)
