"""Holds that live on: heartbeats renew their lease, extensions set more aside."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.book import Draw, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.extending import extend
from services.credit_ledger.rules.holds import capture, lapse, void
from services.credit_ledger.rules.records import CountEnded
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_facts import QuotaRestarted
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    a_book,
    a_capture,
    a_hold,
    a_lapse,
    a_lot,
    a_person,
    a_void,
    accepted,
    an_extend,
    applied,
    in_days,
    refused,
)

HALF_WAY = NOW + timedelta(seconds=1800)
AT_THE_END = NOW + timedelta(seconds=3600)


def test_T11_an_extension_sets_more_aside_for_the_same_hold() -> None:
    book = a_book()
    hold = a_hold(book, 90)

    decision = applied(book, extend(book, an_extend(hold, 40), HALF_WAY))

    assert decision.transfers == (
        Transfer(Kind.AUTHORIZED, LedgerAccount.FREE, LedgerAccount.HELD, 40, 1),
    )
    assert decision.access == a_person(held=130)
    longer = book.holds[hold.id]
    assert longer is not None
    assert (longer.authorized, longer.held, longer.draws) == (130, 130, (Draw(1, 130),))
    assert longer.lease_until == HALF_WAY + timedelta(seconds=3600)


def test_T26_a_heartbeat_renews_the_lease_and_moves_nothing() -> None:
    book = a_book()
    hold = a_hold(book, 90)

    decision = accepted(extend(book, an_extend(hold), HALF_WAY))

    later = HALF_WAY + timedelta(seconds=3600)
    assert decision.hold == replace(hold, lease_until=later)
    assert (decision.transfers, decision.access) == ((), None)


def test_T2_a_heartbeat_needs_no_access_and_no_credits() -> None:
    book = a_book(a_lot(90), ben=a_person("quota", 90))
    hold = a_hold(book, 90)
    book.access[BEN] = a_person("disabled", held=90, role="REMOVED")

    assert accepted(extend(book, an_extend(hold), HALF_WAY)).hold is not None
    assert refused(extend(book, an_extend(hold, 1), HALF_WAY)).binding == (
        RefusalCode.CREDIT_ACCESS_DISABLED,
        RefusalCode.POOL_INSUFFICIENT,
    )


def test_T28_a_lease_is_never_shortened() -> None:
    book = a_book()
    hold = a_hold(book, 90)

    kept = accepted(extend(book, an_extend(hold, lease_seconds=1), HALF_WAY)).hold

    assert kept is not None
    assert kept.lease_until == AT_THE_END


def test_T28_what_was_metered_is_kept_until_it_is_said_anew() -> None:
    book = a_book()
    hold = a_hold(book, 20)
    said = applied(book, extend(book, an_extend(hold, metered=5), NOW)).hold
    kept = applied(book, extend(book, an_extend(hold), NOW)).hold
    less = applied(book, extend(book, an_extend(hold, metered=0), NOW)).hold

    assert said is not None
    assert kept is not None
    assert less is not None
    assert (said.metered, kept.metered, less.metered) == (5, 5, 0)


def test_T28_a_lapse_charges_what_was_metered_and_gives_back_the_rest() -> None:
    book = a_book(a_lot(153))
    hold = a_hold(book, 20)
    applied(book, extend(book, an_extend(hold, metered=5), NOW))

    decision = applied(book, lapse(book, a_lapse(hold), AT_THE_END))

    assert decision.transfers == (
        Transfer(Kind.CAPTURED, LedgerAccount.HELD, LedgerAccount.CONSUMED, 5, 1),
        Transfer(Kind.LAPSED, LedgerAccount.HELD, LedgerAccount.FREE, 15, 1),
    )
    assert decision.access == a_person(captured=5)
    assert (book.free, book.captured) == (148, 5)


def test_T28_a_lapse_charges_no_more_than_is_held() -> None:
    book = a_book()
    hold = a_hold(book, 20)
    applied(book, extend(book, an_extend(hold, metered=25), NOW))

    decision = applied(book, lapse(book, a_lapse(hold), AT_THE_END))

    assert (book.captured, book.free) == (20, 480)
    assert decision.hold is not None
    assert (decision.hold.metered, decision.hold.captured) == (0, 20)


def test_what_is_captured_is_no_longer_metered() -> None:
    book = a_book()
    hold = a_hold(book, 90)
    applied(book, extend(book, an_extend(hold, metered=30), NOW))

    part = applied(book, capture(book, a_capture(hold, 20, final=False), NOW)).hold
    more = applied(book, capture(book, a_capture(hold, 20, final=False), NOW)).hold

    assert part is not None
    assert more is not None
    assert (part.metered, more.metered) == (10, 0)


def test_T11_a_refused_extension_names_all_that_binds_and_leaves_the_hold() -> None:
    book = a_book(a_lot(100), ben=a_person("quota", 100))
    hold = a_hold(book, 90, job="J1", max_credits=95)

    refusal = refused(extend(book, an_extend(hold, 11), HALF_WAY))

    assert refusal.binding == (
        RefusalCode.JOB_CAP_EXCEEDED,
        RefusalCode.QUOTA_EXCEEDED,
        RefusalCode.POOL_INSUFFICIENT,
    )
    assert (refusal.limit, refusal.value, refusal.left) == ("job", 95, 5)
    assert book.holds[hold.id] == hold


def test_T23_a_pool_in_debt_extends_nothing_but_lets_the_hold_live() -> None:
    book = a_book()
    hold = a_hold(book, 500)
    book.debt = 1

    refusal = refused(extend(book, an_extend(hold, 1), NOW))

    assert refusal.binding == (
        RefusalCode.ORGANIZATION_IN_DEBT,
        RefusalCode.POOL_INSUFFICIENT,
    )
    assert accepted(extend(book, an_extend(hold), NOW)).hold is not None


def test_T25_an_extension_draws_on_what_now_expires_soonest() -> None:
    book = a_book(a_lot(500, expires_at=in_days(365)))
    hold = a_hold(book, 380)
    book.lots.insert(0, a_lot(200, number=2, expires_at=in_days(120)))
    book.free += 200

    applied(book, extend(book, an_extend(hold, 40), NOW))
    ended = applied(book, capture(book, a_capture(hold, 410), NOW))

    moved = [(t.kind, t.amount, t.lot) for t in ended.transfers]
    assert moved == [
        (Kind.CAPTURED, 40, 2),
        (Kind.CAPTURED, 370, 1),
        (Kind.RELEASED, 10, 1),
    ]


def test_T12_an_extension_counts_in_the_count_of_now() -> None:
    book = a_book(ben=a_person("quota", 100))
    hold = a_hold(book, 90)
    book.access[BEN] = replace(a_person("quota", 100), count=1)

    decision = applied(book, extend(book, an_extend(hold, 100), NOW))

    assert decision.access == replace(a_person("quota", 100, held=100), count=1)
    longer = book.holds[hold.id]
    assert longer is not None
    assert longer.draws == (Draw(1, 90), Draw(1, 100, 1))


def test_A7_an_extension_past_the_renewal_begins_a_new_count_first() -> None:
    book = a_book(ben=a_person("quota", 100))
    hold = a_hold(book, 90)
    book.access[BEN] = replace(
        a_person("quota", 100, held=90), period="day", renews_at=NOW + timedelta(seconds=1)
    )

    decision = applied(book, extend(book, an_extend(hold, 100), NOW + timedelta(seconds=1)))

    assert decision.access is not None
    assert (decision.access.count, decision.access.held) == (1, 100)
    [ended] = decision.records
    assert isinstance(ended, CountEnded)
    assert (ended.count, ended.held) == (0, 90)
    assert [fact for fact, _ in decision.says] == [QuotaRestarted]


def test_R51_where_quotas_are_observed_an_extension_past_one_is_flagged() -> None:
    book = a_book(ben=a_person("quota", 100))
    book.terms = Terms(observe=True)
    hold = a_hold(book, 90)

    assert accepted(extend(book, an_extend(hold, 10), NOW)).flags == ()
    assert accepted(extend(book, an_extend(hold, 11), NOW)).flags == (RefusalCode.QUOTA_EXCEEDED,)


def test_an_extension_counts_in_the_cap_of_its_job() -> None:
    book = a_book()
    hold = a_hold(book, 90, job="J1", max_credits=100)

    applied(book, extend(book, an_extend(hold, 10), NOW))

    job = book.jobs["J1"]
    assert job is not None
    assert (job.held, job.captured) == (100, 0)
    assert refused(extend(book, an_extend(hold, 1), NOW)).code == RefusalCode.JOB_CAP_EXCEEDED


@pytest.mark.parametrize("amount", [0, 1])
def test_I9_no_hold_that_ended_lives_on(amount: int) -> None:
    book = a_book()
    hold, other = a_hold(book), a_hold(book)
    applied(book, void(book, a_void(hold), NOW))

    assert refused(extend(book, an_extend(hold, amount), NOW)).code == RefusalCode.HOLD_NOT_OPEN
    late = refused(extend(book, an_extend(other, amount), AT_THE_END))
    assert late.code == RefusalCode.HOLD_EXPIRED
    applied(book, lapse(book, a_lapse(other), AT_THE_END))
    assert refused(extend(book, an_extend(other, amount), NOW)).code == RefusalCode.HOLD_EXPIRED
    book.holds[other.id] = None
    assert refused(extend(book, an_extend(other, amount), NOW)).code == RefusalCode.UNKNOWN_HOLD


def test_T28_a_heartbeat_that_a_capture_overtook_is_not_metered_again() -> None:
    book = a_book()
    hold = a_hold(book, 90)
    overtaken = an_extend(hold, metered=5, lease_seconds=7200)

    applied(book, capture(book, a_capture(hold, 5, final=False), NOW))
    alive = applied(book, extend(book, overtaken, NOW)).hold

    assert alive is not None
    assert (alive.metered, alive.lease_until) == (0, NOW + timedelta(seconds=7200))


def test_T28_of_heartbeats_out_of_order_the_one_minted_last_counts() -> None:
    book = a_book()
    hold = a_hold(book, 90)
    earlier, later = an_extend(hold, metered=5), an_extend(hold, metered=8)

    applied(book, extend(book, later, NOW))
    kept = applied(book, extend(book, earlier, NOW)).hold

    assert kept is not None
    assert kept.metered == 8


def test_T28_a_capture_that_a_heartbeat_overtook_settles_and_makes_nothing_stale() -> None:
    book = a_book()
    hold = a_hold(book, 90)
    overtaken = a_capture(hold, 5, final=False)

    applied(book, extend(book, an_extend(hold, metered=8), NOW))
    told = applied(book, capture(book, overtaken, NOW)).hold
    next_one = applied(book, extend(book, an_extend(hold, metered=4), NOW)).hold

    assert told is not None
    assert next_one is not None
    assert (told.metered, next_one.metered) == (3, 4)
