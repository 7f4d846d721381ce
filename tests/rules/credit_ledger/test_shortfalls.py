"""What is missing at each limit: exactly what would have to be added there, and nothing else."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.credit_ledger.rules.book import Book, Refusal
from services.credit_ledger.rules.records import Job
from services.credit_ledger.rules.shortfalls import Shortfall, shortfalls
from services.credit_ledger.rules.spending import authorize
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    BEN,
    CHLOE,
    NOW,
    a_book,
    a_lot,
    a_person,
    an_authorize,
    refused,
)

LATER = NOW + timedelta(days=3)


def test_R51_R53_each_limit_says_how_much_it_lacks() -> None:
    ben = replace(a_person("quota", 60, captured=20, held=30), period="month", renews_at=LATER)
    book = a_book(a_lot(40), ben=ben)
    book.jobs["J1"] = Job("J1", 25, 3, 2)

    assert short_of(book, 100, job="J1") == (
        Shortfall(RefusalCode.JOB_CAP_EXCEEDED, 80),
        Shortfall(RefusalCode.QUOTA_EXCEEDED, 90, LATER),
        Shortfall(RefusalCode.POOL_INSUFFICIENT, 60),
    )


def test_T10_a_quota_cut_beneath_its_use_lacks_that_difference_too() -> None:
    book = a_book(ben=a_person("quota", 10, captured=50))

    assert short_of(book, 7) == (Shortfall(RefusalCode.QUOTA_EXCEEDED, 47),)


def test_A7_a_quota_whose_period_is_over_is_judged_by_its_new_count() -> None:
    ben = replace(a_person("quota", 60, captured=60), period="day", renews_at=NOW)

    [quota] = short_of(a_book(ben=ben), 61)

    assert quota.short == 1
    assert quota.resets_at is not None
    assert quota.resets_at > NOW


def test_T23_a_debt_is_what_has_to_be_paid_first() -> None:
    book = a_book(a_lot(0), debt=34)

    assert short_of(book, 5) == (
        Shortfall(RefusalCode.ORGANIZATION_IN_DEBT, 34),
        Shortfall(RefusalCode.POOL_INSUFFICIENT, 5),
    )


def test_R21_no_amount_of_credits_gives_access() -> None:
    disabled = a_book(ben=a_person("disabled"))
    stranger = a_book()
    stranger.access[BEN] = stranger.access[CHLOE]

    assert short_of(disabled, 5) == (Shortfall(RefusalCode.CREDIT_ACCESS_DISABLED),)
    assert short_of(stranger, 5) == (Shortfall(RefusalCode.NOT_IN_ORGANIZATION),)


@given(
    free=st.integers(0, 50),
    quota=st.integers(1, 50),
    used=st.integers(0, 60),
    cap=st.integers(1, 50),
    amount=st.integers(1, 60),
)
def test_R51_R53_with_what_is_missing_it_passes_and_with_one_less_it_does_not(
    free: int, quota: int, used: int, cap: int, amount: int
) -> None:
    def book(**more: int) -> Book:
        ben = a_person("quota", quota + more.get(RefusalCode.QUOTA_EXCEEDED, 0), captured=used)
        made = a_book(a_lot(free + more.get(RefusalCode.POOL_INSUFFICIENT, 0)), ben=ben)
        made.jobs["J1"] = Job("J1", cap + more.get(RefusalCode.JOB_CAP_EXCEEDED, 0), 0, 0)
        return made

    act = replace(an_authorize(amount), job="J1")
    decided = authorize(book(), act, NOW)
    if not isinstance(decided, Refusal):
        return
    missing = {s.code: s.short or 0 for s in shortfalls(book(), act, decided, NOW)}

    assert not isinstance(authorize(book(**missing), act, NOW), Refusal)
    for code, short in missing.items():
        almost = authorize(book(**{**missing, code: short - 1}), act, NOW)
        assert refused(almost).binding == (code,)


def short_of(book: Book, amount: int, *, job: str | None = None) -> tuple[Shortfall, ...]:
    act = replace(an_authorize(amount), job=job)
    return shortfalls(book, act, refused(authorize(book, act, NOW)), NOW)
