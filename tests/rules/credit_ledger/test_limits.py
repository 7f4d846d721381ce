"""Limits by themselves: what passes, what is only flagged, and counts that begin anew."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.book import Access, Decision
from services.credit_ledger.rules.limits import (
    NOTHING,
    admitted,
    binding,
    current,
    following,
    passes,
    quota_left,
)
from services.credit_ledger.rules.records import CountEnded, Job
from services.credit_ledger.rules.spending import authorize, debit
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_facts import QuotaRestarted
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    a_book,
    a_debit,
    a_hold,
    a_lot,
    a_person,
    accepted,
    an_authorize,
    applied,
    refused,
)

QUOTA = RefusalCode.QUOTA_EXCEEDED
LATER = NOW + timedelta(days=1)


def monthly(quota: int = 100, *, captured: int = 0, held: int = 0) -> Access:
    return replace(
        a_person("quota", quota, captured=captured, held=held), period="month", renews_at=LATER
    )


@pytest.mark.parametrize(
    ("person", "debt", "job", "amount", "code"),
    [
        (a_person(), 0, None, 500, None),
        (a_person(), 0, None, 501, RefusalCode.POOL_INSUFFICIENT),
        (a_person("disabled"), 0, None, 1, RefusalCode.CREDIT_ACCESS_DISABLED),
        (a_person(), 1, None, 1, RefusalCode.ORGANIZATION_IN_DEBT),
        (a_person("quota", 100, captured=60, held=30), 0, None, 10, None),
        (a_person("quota", 100, captured=60, held=30), 0, None, 11, QUOTA),
        (a_person(), 0, Job("J1", 100, 60, 30), 10, None),
        (a_person(), 0, Job("J1", 100, 60, 30), 11, RefusalCode.JOB_CAP_EXCEEDED),
        (a_person(), 0, Job("J1", None, 60, 30), 500, None),
    ],
)
def test_what_passes_is_what_nothing_binds(
    person: Access, debt: int, job: Job | None, amount: int, code: RefusalCode | None
) -> None:
    book = a_book(debt=debt)
    refusal, flags = binding(book, person, amount, job)

    assert passes(book, person, amount, job) is (code is None)
    assert (None if refusal is None else refusal.binding) == (None if code is None else (code,))
    assert flags == ()
    assert admitted(book, person, amount, job) == (() if refusal is None else refusal)


def test_each_refusal_names_its_limit_with_what_is_left() -> None:
    indebted = a_book(a_lot(50), debt=34)
    indebted.free = 0
    told = [
        binding(a_book(), a_person("disabled"), 1, None)[0],
        binding(indebted, a_person(), 1, None)[0],
        binding(a_book(), a_person(), 6, Job("J1", 10, 3, 2))[0],
        binding(a_book(), a_person("quota", 10, captured=3, held=2), 6, None)[0],
        binding(a_book(a_lot(50)), a_person(), 51, None)[0],
    ]

    assert [(one.limit, one.value, one.left) for one in told if one is not None] == [
        ("access", None, None),
        ("debt", 34, 0),
        ("job", 10, 5),
        ("quota", 10, 5),
        ("pool", 50, 50),
    ]


def test_whoever_is_not_in_the_organization_meets_no_other_limit() -> None:
    refusal, flags = binding(a_book(a_lot(1), debt=1), None, 2, None)

    assert refusal is not None
    assert (refusal.binding, refusal.limit) == ((RefusalCode.NOT_IN_ORGANIZATION,), "access")
    assert flags == ()


def test_R51_observed_quotas_are_counted_and_flagged_and_refuse_nothing() -> None:
    book = a_book(ben=a_person("quota", 100))
    book.terms = Terms(observe=True)

    spent = applied(book, debit(book, a_debit(101), NOW))
    hold = applied(book, authorize(book, an_authorize(30), NOW))

    assert (spent.flags, hold.flags) == ((QUOTA,), (QUOTA,))
    assert book.access[BEN] == a_person("quota", 100, captured=101, held=30)


def test_R51_within_an_observed_quota_nothing_is_flagged() -> None:
    book = a_book(ben=a_person("quota", 100))
    book.terms = Terms(observe=True)

    assert applied(book, debit(book, a_debit(60), NOW)).flags == ()
    assert applied(book, authorize(book, an_authorize(40), NOW)).flags == ()


def test_R53_the_pool_binds_where_quotas_are_only_observed() -> None:
    book = a_book(a_lot(50), ben=a_person("quota", 10))
    book.terms = Terms(observe=True)

    refusal = refused(debit(book, a_debit(51), NOW))

    assert refusal.binding == (RefusalCode.POOL_INSUFFICIENT,)


def test_R53_a_quota_leaves_the_smaller_of_itself_and_the_pool() -> None:
    book = a_book(a_lot(50))

    assert quota_left(book, a_person()) == 50
    assert quota_left(book, a_person("quota", 60, captured=20, held=10)) == 30
    assert quota_left(book, a_person("quota", 90)) == 50
    assert quota_left(book, a_person("quota", 10, captured=11)) == 0
    book.terms = Terms(observe=True)
    assert quota_left(book, a_person("quota", 10, captured=11)) == 50


def test_A7_a_quota_without_a_period_is_cumulative() -> None:
    access = a_person("quota", 100, captured=100)

    assert current(a_book(), access, LATER) == (access, NOTHING)
    assert current(a_book(), None, LATER) == (None, NOTHING)


def test_A7_a_quota_renews_at_its_time_and_not_before() -> None:
    access = monthly(captured=60, held=30)
    book = a_book()

    assert current(book, access, LATER - timedelta(microseconds=1)) == (access, NOTHING)
    renewed, ended = current(book, access, LATER)

    assert renewed is not None
    assert (renewed.count, renewed.captured, renewed.held) == (1, 0, 0)
    assert renewed.renews_at is not None
    assert renewed.renews_at > LATER
    assert ended.records == (CountEnded(BEN, 0, "quota", 100, 60, 30, LATER, book.seq),)
    assert [fact for fact, _ in ended.says] == [QuotaRestarted]


def test_A7_the_first_debit_past_the_renewal_has_the_whole_quota() -> None:
    book = a_book(ben=monthly(captured=100))

    assert refused(debit(book, a_debit(1), NOW)).code == QUOTA
    decision = applied(book, debit(book, a_debit(100), LATER))

    assert decision.access is not None
    assert (decision.access.count, decision.access.captured) == (1, 100)
    assert len(decision.records) == len(decision.says) == 1
    assert refused(debit(book, a_debit(1), LATER)).code == QUOTA


def test_T12_a_hold_of_the_count_before_does_not_burden_the_new_one() -> None:
    book = a_book(ben=monthly())
    a_hold(book, 100)

    decision = applied(book, authorize(book, an_authorize(100), LATER))

    assert decision.access is not None
    assert (decision.access.count, decision.access.held) == (1, 100)
    assert decision.hold is not None
    assert [draw.count for draw in decision.hold.draws] == [1]
    assert [type(record) for record in decision.records] == [CountEnded]


def test_a_refused_debit_begins_no_count() -> None:
    book = a_book(a_lot(50), ben=monthly(captured=100))

    refusal = refused(debit(book, a_debit(51), LATER))

    assert refusal.binding == (RefusalCode.POOL_INSUFFICIENT,)
    assert book.access[BEN] == monthly(captured=100)


def test_what_a_new_count_leaves_stands_before_what_follows() -> None:
    book = a_book()
    _, renewed = current(book, monthly(), LATER)
    told: dict[str, object] = {"id": "1"}
    decision = Decision(
        records=(Job("J1", 1, 0, 0),), says=((QuotaRestarted, told),), flags=(QUOTA,)
    )

    both = following(renewed, decision)

    assert both.records == (*renewed.records, *decision.records)
    assert both.says == (*renewed.says, *decision.says)
    assert both.flags == (QUOTA,)
    assert following(NOTHING, decision) is decision


def test_T14_of_two_who_want_the_last_credits_the_loser_learns_what_is_left() -> None:
    book = a_book(a_lot(100))
    accepted(authorize(book, an_authorize(60), NOW))
    applied(book, authorize(book, an_authorize(60), NOW))

    refusal = refused(authorize(book, an_authorize(60), NOW))

    assert (refusal.code, refusal.limit) == (RefusalCode.POOL_INSUFFICIENT, "pool")
    assert (refusal.value, refusal.left) == (40, 40)
