"""How holds end: captured in parts, voided, or lapsed; each exactly once."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.book import Book, Decision, Draw, Hold, Refusal
from services.credit_ledger.rules.chart import HoldState, LedgerAccount
from services.credit_ledger.rules.holds import capture, lapse, void
from services.credit_ledger.rules.terms import Terms
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
    applied,
    in_days,
    refused,
)

AT_THE_END = NOW + timedelta(seconds=3600)


def moved(decision: object) -> list[tuple[int, int, int]]:
    """Where what amount of which lot went."""
    transfers = getattr(decision, "transfers", ())
    return [(transfer.dst, transfer.amount, transfer.lot) for transfer in transfers]


def test_T27_the_final_capture_charges_what_was_used_and_releases_the_rest() -> None:
    book = a_book()
    hold = a_hold(book, 90)

    decision = applied(book, capture(book, a_capture(hold, 84), NOW))

    assert moved(decision) == [(LedgerAccount.CONSUMED, 84, 1), (LedgerAccount.FREE, 6, 1)]
    assert decision.access == a_person(captured=84)
    assert (book.free, book.held, book.captured) == (416, 0, 84)
    assert decision.hold is not None
    assert (decision.hold.state, decision.hold.held) == (HoldState.CAPTURED, 0)


def test_T27_capturing_just_what_is_held_begins_no_count() -> None:
    book = a_book(ben=replace(a_person("quota", 120), period="day", renews_at=in_days(1)))
    hold = a_hold(book, 90, lease_seconds=7 * 86_400)

    decision = accepted(capture(book, a_capture(hold, 90), in_days(2)))

    assert (decision.records, decision.says) == ((), ())


def test_a_part_is_captured_and_the_hold_stays_open() -> None:
    book = a_book()
    hold = a_hold(book, 90)

    decision = applied(book, capture(book, a_capture(hold, 50, final=False), NOW))

    assert decision.hold is not None
    assert (decision.hold.state, decision.hold.held) == (HoldState.OPEN, 40)
    assert decision.hold.draws == (Draw(1, 40),)


def test_I10_no_capture_takes_more_than_the_hold_has_left() -> None:
    book = a_book()
    hold = a_hold(book, 90)
    applied(book, capture(book, a_capture(hold, 50, final=False), NOW))

    refusal = refused(capture(book, a_capture(hold, 41), NOW))

    assert (refusal.code, refusal.value, refusal.left) == (RefusalCode.HOLD_EXCEEDED, 90, 40)


def test_T25_what_expires_soonest_is_charged_first_and_the_latest_comes_back() -> None:
    book = a_book(a_lot(50, expires_at=in_days(300)), a_lot(50, number=2, expires_at=in_days(1)))
    hold = a_hold(book, 80)

    decision = applied(book, capture(book, a_capture(hold, 60), NOW))

    assert moved(decision) == [
        (LedgerAccount.CONSUMED, 50, 2),
        (LedgerAccount.CONSUMED, 10, 1),
        (LedgerAccount.FREE, 20, 1),
    ]


def test_T25_a_lot_that_a_part_does_not_reach_keeps_all_that_is_held() -> None:
    book = a_book(a_lot(50), a_lot(50, number=2, expires_at=in_days(1)))
    hold = a_hold(book, 80)

    decision = applied(book, capture(book, a_capture(hold, 20, final=False), NOW))

    assert moved(decision) == [(LedgerAccount.CONSUMED, 20, 2)]
    assert decision.hold is not None
    assert decision.hold.draws == (Draw(2, 30), Draw(1, 30))


def test_T24_what_is_released_from_a_lot_past_its_time_expires_at_once() -> None:
    book = a_book(a_lot(100, expires_at=NOW + timedelta(seconds=5)))
    hold = a_hold(book, 90)

    decision = applied(book, capture(book, a_capture(hold, 30), NOW + timedelta(seconds=5)))

    assert moved(decision) == [(LedgerAccount.CONSUMED, 30, 1), (LedgerAccount.EXPIRED, 60, 1)]
    assert book.expired == 60


def test_capturing_nothing_at_the_end_voids_the_hold() -> None:
    book = a_book()

    decision = applied(book, capture(book, a_capture(a_hold(book), 0), NOW))

    assert moved(decision) == [(LedgerAccount.FREE, 90, 1)]
    assert decision.hold is not None
    assert decision.hold.state == HoldState.VOIDED


def test_a_void_gives_everything_back() -> None:
    book = a_book()

    decision = applied(book, void(book, a_void(a_hold(book)), NOW))

    assert decision.hold is not None
    assert decision.hold.state == HoldState.VOIDED
    assert (book.free, book.held) == (500, 0)
    assert book.access[BEN] == a_person()


def test_a_void_after_a_part_leaves_the_hold_captured() -> None:
    book = a_book()
    hold = a_hold(book, 90)
    applied(book, capture(book, a_capture(hold, 50, final=False), NOW))

    ended = applied(book, void(book, a_void(hold), NOW)).hold

    assert ended is not None
    assert (ended.state, ended.captured) == (HoldState.CAPTURED, 50)


def test_T28_a_lapsed_lease_gives_back_what_was_not_captured() -> None:
    book = a_book()
    hold = a_hold(book, 20)
    applied(book, capture(book, a_capture(hold, 5, final=False), NOW))

    ended = applied(book, lapse(book, a_lapse(hold), AT_THE_END)).hold

    assert ended is not None
    assert ended.state == HoldState.EXPIRED
    assert (book.free, book.held, book.captured) == (495, 0, 5)


def test_T28_a_lease_that_still_runs_does_not_lapse() -> None:
    book = a_book()
    early = AT_THE_END - timedelta(microseconds=1)

    assert refused(lapse(book, a_lapse(a_hold(book)), early)).code == RefusalCode.HOLD_NOT_OPEN


def test_T28_after_its_lease_a_hold_is_neither_captured_nor_voided() -> None:
    book = a_book()
    hold = a_hold(book)

    late = [capture(book, a_capture(hold, 1), AT_THE_END), void(book, a_void(hold), AT_THE_END)]

    assert [refused(decided).code for decided in late] == [RefusalCode.HOLD_EXPIRED] * 2


def ended(book: Book, end: str, hold: Hold, now: datetime = NOW) -> Decision | Refusal:
    if end == "capture":
        return capture(book, a_capture(hold, 90), now)
    if end == "void":
        return void(book, a_void(hold), now)
    return lapse(book, a_lapse(hold), AT_THE_END)


@pytest.mark.parametrize("end", ["capture", "void", "lapse"])
def test_I9_a_hold_ends_once(end: str) -> None:
    book = a_book()
    book.terms = Terms(late_usage_hours=0)
    hold = a_hold(book)
    applied(book, ended(book, end, hold))

    others = ("capture", "void", "lapse")
    again = [refused(ended(book, other, hold, AT_THE_END)).code for other in others]

    expired = RefusalCode.HOLD_EXPIRED if end == "lapse" else RefusalCode.HOLD_NOT_OPEN
    assert again == [expired, expired, RefusalCode.HOLD_NOT_OPEN]


def test_a_hold_nobody_authorized_is_unknown() -> None:
    book = a_book()
    hold = a_hold(book)
    book.holds[hold.id] = None

    unknown = Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")
    assert capture(book, a_capture(hold, 1), NOW) == unknown
    assert void(book, a_void(hold), NOW) == unknown


def test_a_refusal_says_whether_the_hold_or_its_lease_has_ended() -> None:
    book = a_book()
    voided, open_one, lapsed = a_hold(book), a_hold(book), a_hold(book)
    applied(book, void(book, a_void(voided), NOW))
    applied(book, lapse(book, a_lapse(lapsed), AT_THE_END))

    assert void(book, a_void(voided), NOW) == Refusal((RefusalCode.HOLD_NOT_OPEN,), "hold")
    over = Refusal((RefusalCode.HOLD_EXPIRED,), "lease")
    assert void(book, a_void(open_one), AT_THE_END) == over
    assert void(book, a_void(lapsed), NOW) == over
    again = lapse(book, a_lapse(lapsed), AT_THE_END)
    assert again == Refusal((RefusalCode.HOLD_NOT_OPEN,), "lease")


def test_a_last_part_as_large_as_those_before_leaves_the_hold_captured() -> None:
    book = a_book(a_lot(40), a_lot(500, number=2))
    hold = a_hold(book, 80)
    applied(book, capture(book, a_capture(hold, 40, final=False), NOW))

    ended = applied(book, capture(book, a_capture(hold, 40), NOW)).hold

    assert ended is not None
    assert (ended.state, ended.captured) == (HoldState.CAPTURED, 80)
    assert ended.spent == (Draw(1, 40), Draw(2, 40))


def test_T24_what_a_lapse_gives_back_to_a_lot_past_its_time_expires() -> None:
    book = a_book(a_lot(90, expires_at=AT_THE_END))
    hold = a_hold(book, 90)

    decision = applied(book, lapse(book, a_lapse(hold), AT_THE_END))

    assert moved(decision) == [(LedgerAccount.EXPIRED, 90, 1)]


def test_T2_a_hold_of_somebody_removed_is_still_captured_and_counted_to_him() -> None:
    book = a_book()
    hold = a_hold(book, 50)
    book.access[BEN] = a_person("disabled", held=50, role="REMOVED")

    counted = accepted(capture(book, a_capture(hold, 38), NOW)).access

    assert counted == a_person("disabled", captured=38, role="REMOVED")


def test_a_hold_of_nobody_is_a_broken_promise() -> None:
    book = a_book()
    hold = a_hold(book)
    book.access[BEN] = None

    with pytest.raises(AssertionError, match="belongs to nobody"):
        void(book, a_void(hold), NOW)
