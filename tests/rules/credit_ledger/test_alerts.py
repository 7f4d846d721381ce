"""Alerts compare a wallet after its batch with before: once per crossing, the deepest alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.credit_ledger.rules.alerts import Alerts, Beginning, alerts, began, is_topped_up
from services.credit_ledger.rules.book import Access, Book
from services.credit_ledger.rules.expiring import Notice, notice
from services.credit_ledger.rules.records import LotChange
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_notices import (
    CreditsExpiring,
    PersonalCreditsActive,
    PersonalCreditsExhausted,
    PoolLow,
    QuotaReached,
)
from shared.contracts.money import format_credits
from tests.builders import an_id
from tests.rules.credit_ledger.books import BEN, NOW, OWNER, a_book, a_lot, a_person, in_days

CREDIT = 1_000_000


def a_pool(free: int, *, mark: int = 100, told: int = 0) -> Book:
    book = a_book()
    book.free, book.mark, book.told = free, mark, told
    return book


def compared(book: Book, *people: Access, before: Beginning | None = None) -> Alerts:
    return alerts(book, before or began(book), people)


@pytest.mark.parametrize(
    ("free", "told"),
    [(100, 0), (21, 0), (20, 0), (19, 20), (6, 20), (5, 20), (4, 5), (0, 5), (101, 0)],
)
def test_the_pool_is_low_below_a_threshold_and_not_at_it(free: int, told: int) -> None:
    assert compared(a_pool(free)).told == told


@pytest.mark.parametrize(
    ("before", "free", "threshold"),
    [
        (0, 19, 20),
        (0, 4, 5),
        (20, 4, 5),
        (20, 19, None),
        (5, 4, None),
        (5, 19, None),
        (20, 100, None),
        (0, 20, None),
    ],
)
def test_a_threshold_is_told_when_it_is_crossed_downwards_and_the_deepest_alone(
    before: int, free: int, threshold: int | None
) -> None:
    found = compared(a_pool(free, told=before))

    told = [line["threshold"] for kind, line in found.lines if kind is PoolLow]
    assert told == ([] if threshold is None else [threshold])


def test_a_low_pool_says_what_its_threshold_is_measured_by() -> None:
    found = compared(a_pool(CREDIT, mark=500 * CREDIT))

    assert found.lines == ((PoolLow, {"threshold": 5, "mark": "500"}),)


def test_going_up_again_lowers_what_was_told_so_that_the_next_crossing_is_told() -> None:
    pool = a_pool(4)
    steps = []
    for free in (4, 10, 4, 50, 19, 4):
        pool.free = free
        found = compared(pool)
        pool.told = found.told
        steps.append([line["threshold"] for _, line in found.lines])

    assert steps == [[5], [], [5], [], [20], [5]]


def test_a_pool_that_was_never_filled_is_not_low() -> None:
    assert compared(a_pool(0, mark=0)) == Alerts(0)


def test_a_closed_pool_sleeps_and_is_not_low() -> None:
    pool = a_pool(0, told=20)
    pool.closed_by, pool.closed_role = an_id(), "GUEST"

    assert compared(pool) == Alerts(20)


def test_thresholds_are_those_of_the_terms() -> None:
    pool = a_pool(49, told=20)
    pool.terms = Terms(pool_thresholds=(50,))

    found = compared(pool)

    assert found.told == 50
    assert found.lines == ()
    pool.told = 0
    assert [line["threshold"] for _, line in compared(pool).lines] == [50]
    pool.terms = Terms(pool_thresholds=())
    assert compared(pool) == Alerts(0)


@given(free=st.integers(0, 200), mark=st.integers(0, 200), told=st.sampled_from([0, 5, 20]))
def test_what_was_told_is_told_again_only_after_it_was_left(
    free: int, mark: int, told: int
) -> None:
    pool = a_pool(free, mark=mark, told=told)

    pool.told = compared(pool).told

    assert compared(pool).lines == ()


@pytest.mark.parametrize(
    ("captured", "held", "told", "reached", "lines"),
    [
        (79, 0, 0, 0, []),
        (80, 0, 0, 80, [80]),
        (40, 40, 0, 80, [80]),
        (99, 0, 80, 80, []),
        (60, 40, 80, 100, [100]),
        (0, 100, 0, 100, [100]),
        (140, 0, 100, 100, []),
        (0, 80, 100, 80, []),
        (10, 0, 80, 0, []),
    ],
)
def test_R51_a_quota_is_told_at_each_of_its_thresholds_once(
    captured: int, held: int, told: int, reached: int, lines: list[int]
) -> None:
    ben = replace(a_person("quota", 100, captured=captured, held=held), told=told)

    found = compared(a_pool(100), ben)

    assert [line["threshold"] for _, line in found.lines] == lines
    assert found.people == ((replace(ben, told=reached),) if reached != told else ())


def test_a_threshold_is_a_matter_of_one_microcredit() -> None:
    pool = a_pool(20 * CREDIT, mark=100 * CREDIT)
    ben = a_person("quota", 100 * CREDIT, captured=80 * CREDIT - 1)

    assert compared(pool, ben) == Alerts(0)
    assert compared(pool, replace(ben, told=80)).people == (ben,)
    pool.free -= 1
    assert compared(pool, replace(ben, captured=80 * CREDIT, told=80)) == Alerts(
        20, ((PoolLow, {"threshold": 20, "mark": "100"}),)
    )


def test_who_wants_no_threshold_of_quotas_is_told_none() -> None:
    pool = a_pool(100)
    pool.terms = Terms(quota_thresholds=())

    assert compared(pool, a_person("quota", 100, captured=100)) == Alerts(0)


def test_a_reached_quota_says_whose_and_of_how_much() -> None:
    ben = a_person("quota", 100 * CREDIT, captured=90 * CREDIT, held=5 * CREDIT)

    found = compared(a_pool(100), ben)

    line = {"account_id": str(BEN), "threshold": 80, "limit": "100", "used": "95"}
    assert found.lines == ((QuotaReached, line),)


def test_without_a_quota_nothing_is_reached_and_nothing_stays_told() -> None:
    former = replace(a_person("unlimited", captured=500), told=100)

    found = compared(a_pool(100), a_person("unlimited", captured=500), former)

    assert found.lines == ()
    assert found.people == (replace(former, told=0),)


@pytest.mark.parametrize(
    ("before", "free", "held", "kind"),
    [
        (False, 1, 0, PersonalCreditsActive),
        (False, 0, 1, PersonalCreditsActive),
        (True, 0, 0, PersonalCreditsExhausted),
        (True, 0, 1, None),
        (True, 1, 0, None),
        (False, 0, 0, None),
    ],
)
def test_R39_T4_personal_credits_become_active_and_exhausted(
    *, before: bool, free: int, held: int, kind: type | None
) -> None:
    own = a_pool(free, mark=0)
    own.kind, own.held, own.dormant = "ACCOUNT", held, 9

    found = compared(own, before=Beginning(before, 0, 0))

    assert found.lines == (() if kind is None else ((kind, {"account_id": str(OWNER)}),))
    assert found.told == 0


def test_a_pool_tells_nothing_of_personal_credits_and_an_own_wallet_nothing_of_a_pool() -> None:
    own = a_pool(1, mark=100)
    own.kind = "ACCOUNT"

    assert compared(a_pool(100), before=Beginning(active=False, granted=0, adjusted=0)).lines == ()
    assert compared(own).lines == ()


def test_what_is_granted_or_added_by_hand_tops_a_pool_up_and_what_comes_back_does_not() -> None:
    pool = a_pool(100)
    before = began(pool)

    pool.credited_back += 1
    assert not is_topped_up(pool, before)
    pool.granted += 1
    assert is_topped_up(pool, before)
    pool.granted, pool.adjusted = before.granted, before.adjusted - 1
    assert is_topped_up(pool, before)
    pool.adjusted = before.adjusted + 1
    assert not is_topped_up(pool, before)


A_NOTICE = Notice(an_id(), OWNER, 0)


def test_T24_a_lot_that_runs_out_within_the_notice_is_announced() -> None:
    near, far = a_lot(40 * CREDIT, expires_at=in_days(14)), a_lot(5, number=2)
    book = a_book(near, a_lot(7, number=3, expires_at=in_days(14.01)), far)

    decision = notice(book, A_NOTICE, NOW)

    assert decision.lot_changes == (
        LotChange(1, near.expires_at, None, withheld=False, noticed=True),
    )
    line = {"lot": 1, "amount": format_credits(near.free), "expires_at": near.expires_at}
    assert decision.says == ((CreditsExpiring, line),)
    assert decision.transfers == ()


def test_a_lot_is_announced_once_and_only_what_is_free_of_it() -> None:
    announced, held, asleep = (a_lot(5, number=n, expires_at=in_days(1)) for n in (1, 2, 3))
    announced.noticed = True
    held.free, held.held = 0, 5
    asleep.free, asleep.dormant, asleep.dormant_since = 0, 5, NOW

    decision = notice(a_book(announced, held, asleep), A_NOTICE, NOW)

    assert decision.lot_changes == ()
    assert decision.says == ()


def test_the_notice_is_what_the_organization_chose() -> None:
    book = a_book(a_lot(5, expires_at=in_days(30)))
    book.terms = Terms(notice_days=29)

    assert notice(book, A_NOTICE, NOW).says == ()
    book.terms = Terms(notice_days=30)
    assert len(notice(book, A_NOTICE, NOW).says) == 1
