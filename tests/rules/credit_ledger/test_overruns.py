"""Frames that cost more than their hold: the pool pays what it can, the vendor the rest."""

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Capture
from services.credit_ledger.rules.book import Access, Book, Decision, Hold
from services.credit_ledger.rules.chart import NO_LOT, HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.extending import extend
from services.credit_ledger.rules.holds import capture
from services.credit_ledger.rules.records import CountEnded, CountMoved
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_facts import HoldsExtended, QuotaRestarted
from shared.contracts.credit_notices import UsageOverran
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    a_book,
    a_capture,
    a_hold,
    a_lot,
    a_person,
    accepted,
    an_extend,
    applied,
    in_days,
    refused,
)

QUOTA = RefusalCode.QUOTA_EXCEEDED


def moved(decision: Decision) -> list[tuple[int, int, int]]:
    return [(transfer.kind, transfer.amount, transfer.lot) for transfer in decision.transfers]


def a_book_with_grace(free: int, *, grace: int = 20, ben: Access | None = None) -> Book:
    book = a_book(a_lot(free), ben=ben)
    book.terms = Terms(overrun_max=grace)
    return book


def told(act: Capture, hold: Hold, **amounts: int) -> dict[str, object]:
    line: dict[str, object] = {
        "id": str(act.command),
        "account_id": str(BEN),
        "hold_id": str(hold.id),
    }
    return line | {name: format_credits(amount) for name, amount in amounts.items()}


def test_T26_without_an_agreed_overrun_a_capture_stays_within_its_hold() -> None:
    book = a_book_with_grace(500, grace=0)
    hold = a_hold(book, 90)

    refusal = refused(capture(book, a_capture(hold, 91), NOW))

    assert (refusal.binding, refusal.limit) == ((RefusalCode.HOLD_EXCEEDED,), "hold")
    assert (refusal.value, refusal.left) == (90, 90)


def test_T26_an_overrun_beyond_what_was_agreed_is_refused() -> None:
    book = a_book_with_grace(500)
    hold = a_hold(book, 90)

    assert accepted(capture(book, a_capture(hold, 110), NOW)).transfers
    assert refused(capture(book, a_capture(hold, 111), NOW)).code == RefusalCode.HOLD_EXCEEDED


def test_T26_the_pool_pays_an_overrun_it_can_pay() -> None:
    book = a_book_with_grace(500)
    hold = a_hold(book, 90)
    act = a_capture(hold, 100)

    decision = applied(book, capture(book, act, NOW))

    assert moved(decision) == [(Kind.AUTHORIZED, 10, 1), (Kind.CAPTURED, 100, 1)]
    assert decision.access == a_person(captured=100)
    assert decision.hold is not None
    assert (decision.hold.authorized, decision.hold.captured) == (100, 100)
    assert (decision.hold.state, decision.hold.held) == (HoldState.CAPTURED, 0)
    assert decision.says == ((HoldsExtended, told(act, hold, amount=10)),)
    assert decision.result is None
    assert (book.free, book.held, book.captured, book.absorbed) == (400, 0, 100, 0)


def test_T26_what_the_pool_cannot_pay_the_vendor_absorbs() -> None:
    book = a_book_with_grace(96)
    hold = a_hold(book, 90)
    act = a_capture(hold, 100)

    decision = applied(book, capture(book, act, NOW))

    assert moved(decision) == [
        (Kind.AUTHORIZED, 6, 1),
        (Kind.CAPTURED, 96, 1),
        (Kind.ABSORBED, 4, NO_LOT),
    ]
    assert decision.access == a_person(captured=96)
    assert decision.says == (
        (HoldsExtended, told(act, hold, amount=6)),
        (UsageOverran, told(act, hold, absorbed=4)),
    )
    assert decision.result == {"absorbed": "0.000004"}
    assert (book.free, book.captured, book.absorbed) == (0, 96, 4)


def test_T26_a_dry_pool_pays_nothing_of_an_overrun() -> None:
    book = a_book_with_grace(90)
    hold = a_hold(book, 90)
    act = a_capture(hold, 91)

    decision = applied(book, capture(book, act, NOW))

    assert moved(decision) == [(Kind.CAPTURED, 90, 1), (Kind.ABSORBED, 1, NO_LOT)]
    assert decision.says == ((UsageOverran, told(act, hold, absorbed=1)),)
    assert decision.hold is not None
    assert (decision.hold.authorized, decision.hold.draws) == (90, ())


def test_R51_an_overrun_past_the_quota_is_paid_by_the_vendor() -> None:
    book = a_book_with_grace(500, ben=a_person("quota", 95))
    hold = a_hold(book, 90)

    decision = applied(book, capture(book, a_capture(hold, 100), NOW))

    assert decision.access == a_person("quota", 95, captured=95)
    assert (book.captured, book.absorbed) == (95, 5)


def test_T10_an_overrun_over_a_quota_lowered_below_its_use_takes_nothing_of_the_pool() -> None:
    book = a_book_with_grace(500)
    hold = a_hold(book, 90)
    book.access[BEN] = a_person("quota", 60, held=90)

    decision = applied(book, capture(book, a_capture(hold, 100), NOW))

    assert decision.access == a_person("quota", 60, captured=90)
    assert book.absorbed == 10


def test_R51_where_quotas_are_observed_the_pool_pays_and_the_verdict_says_so() -> None:
    book = a_book_with_grace(500, ben=a_person("quota", 95))
    book.terms = Terms(overrun_max=20, observe=True)
    hold = a_hold(book, 90)

    assert accepted(capture(book, a_capture(hold, 95), NOW)).flags == ()
    decision = applied(book, capture(book, a_capture(hold, 100), NOW))

    assert decision.flags == (QUOTA,)
    assert (book.captured, book.absorbed) == (100, 0)


def test_T2_an_overrun_of_somebody_removed_is_not_charged_to_the_pool() -> None:
    book = a_book_with_grace(500)
    hold = a_hold(book, 90)
    book.access[BEN] = a_person("disabled", held=90, role="REMOVED")

    applied(book, capture(book, a_capture(hold, 100), NOW))

    assert (book.free, book.captured, book.absorbed) == (410, 90, 10)


def test_an_overrun_past_the_cap_of_its_job_is_paid_by_the_vendor() -> None:
    book = a_book_with_grace(500)
    hold = a_hold(book, 90, job="J1", max_credits=93)

    applied(book, capture(book, a_capture(hold, 100), NOW))

    job = book.jobs["J1"]
    assert job is not None
    assert (job.held, job.captured) == (0, 93)
    assert book.absorbed == 7


def test_T26_a_part_may_overrun_as_well_and_the_hold_lives_on() -> None:
    book = a_book_with_grace(500)
    hold = a_hold(book, 90)

    left = applied(book, capture(book, a_capture(hold, 95, final=False), NOW)).hold
    again = applied(book, capture(book, a_capture(hold, 5, final=False), NOW)).hold

    assert left is not None
    assert (left.state, left.held, left.authorized) == (HoldState.OPEN, 0, 95)
    assert again is not None
    assert (again.state, again.captured, again.authorized) == (HoldState.OPEN, 100, 100)
    assert (book.free, book.held) == (400, 0)


def test_T28_what_an_overrun_settled_is_not_charged_by_the_lapse_once_more() -> None:
    book = a_book_with_grace(90)
    hold = a_hold(book, 90)
    applied(book, extend(book, an_extend(hold, metered=100), NOW))

    part = applied(book, capture(book, a_capture(hold, 95, final=False), NOW)).hold
    more = applied(book, capture(book, a_capture(hold, 6, final=False), NOW)).hold

    assert part is not None
    assert more is not None
    assert (part.metered, more.metered) == (5, 0)


def test_T26_what_is_absorbed_comes_from_the_vendor() -> None:
    book = a_book_with_grace(90)
    hold = a_hold(book, 90)

    *_, row = applied(book, capture(book, a_capture(hold, 91), NOW)).transfers

    assert (row.src, row.dst) == (LedgerAccount.VENDOR_ABSORBED, LedgerAccount.CONSUMED)


def test_T25_an_overrun_draws_on_the_lots_in_their_order() -> None:
    book = a_book_with_grace(90)
    book.lots.append(a_lot(3, number=2, expires_at=in_days(1)))
    book.lots.append(a_lot(500, number=3, expires_at=in_days(9)))
    hold = a_hold(book, 3)
    book.lots.sort(key=lambda lot: lot.burn_down_key)
    book.free += 503

    decision = applied(book, capture(book, a_capture(hold, 13), NOW))

    assert moved(decision) == [
        (Kind.AUTHORIZED, 3, 2),
        (Kind.AUTHORIZED, 7, 3),
        (Kind.CAPTURED, 3, 2),
        (Kind.CAPTURED, 7, 3),
        (Kind.CAPTURED, 3, 1),
    ]


def test_T12_what_was_held_counts_where_it_was_authorized_and_the_overrun_now() -> None:
    book = a_book_with_grace(500, ben=a_person("quota", 100))
    hold = a_hold(book, 90)
    book.access[BEN] = replace(a_person("quota", 100), count=1)

    decision = applied(book, capture(book, a_capture(hold, 100), NOW))

    assert decision.access == replace(a_person("quota", 100, captured=10), count=1)
    assert decision.records == (CountMoved(BEN, 0, 90, -90),)


def test_A7_an_overrun_past_the_renewal_begins_a_new_count_first() -> None:
    book = a_book_with_grace(500, ben=a_person("quota", 90))
    hold = a_hold(book, 90)
    person = a_person("quota", 90, held=90)
    book.access[BEN] = replace(person, period="day", renews_at=NOW)

    decision = applied(book, capture(book, a_capture(hold, 100), NOW))

    assert decision.access is not None
    assert (decision.access.count, decision.access.captured) == (1, 10)
    ended, followed = decision.records
    assert isinstance(ended, CountEnded)
    assert followed == CountMoved(BEN, 0, 90, -90)
    assert [fact for fact, _ in decision.says] == [QuotaRestarted, HoldsExtended]


def test_A7_an_overrun_of_which_the_pool_pays_nothing_begins_no_new_count() -> None:
    book = a_book_with_grace(90, ben=a_person("quota", 90))
    hold = a_hold(book, 90)
    person = a_person("quota", 90, held=90)
    book.access[BEN] = replace(person, period="day", renews_at=NOW)

    decision = applied(book, capture(book, a_capture(hold, 91), NOW))

    assert decision.access is not None
    assert (decision.access.count, decision.access.captured, decision.access.held) == (0, 90, 0)
    assert decision.access.renews_at == NOW
    assert decision.records == ()
    assert [fact for fact, _ in decision.says] == [UsageOverran]


def test_T2_what_the_vendor_bears_of_one_hold_is_bounded_however_many_frames_overrun() -> None:
    book = a_book_with_grace(500, grace=10)
    hold = a_hold(book, 1)
    book.access[BEN] = a_person("disabled", held=1, role="REMOVED")

    first = applied(book, capture(book, a_capture(hold, 10, final=False), NOW)).hold
    refusal = refused(capture(book, a_capture(hold, 2, final=False), NOW))
    last = applied(book, capture(book, a_capture(hold, 1, final=False), NOW)).hold

    assert refusal.binding == (RefusalCode.HOLD_EXCEEDED,)
    assert first is not None
    assert last is not None
    assert (first.absorbed, last.absorbed, book.absorbed) == (9, 10, 10)
    assert refused(capture(book, a_capture(hold, 1), NOW)).code == RefusalCode.HOLD_EXCEEDED


def test_T26_what_the_pool_pays_does_not_use_up_what_the_vendor_bears() -> None:
    book = a_book_with_grace(100, grace=10)
    hold = a_hold(book, 90)

    applied(book, capture(book, a_capture(hold, 100, final=False), NOW))
    decision = applied(book, capture(book, a_capture(hold, 10, final=False), NOW))

    assert decision.hold is not None
    assert (decision.hold.authorized, decision.hold.absorbed) == (100, 10)
