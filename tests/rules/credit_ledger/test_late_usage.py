"""Usage that comes after its hold's lease ran out."""

from datetime import timedelta

from hypothesis import given
from hypothesis.strategies import integers, lists
from msgspec.structs import replace

from services.credit_ledger.rules.book import Book, Decision, Draw, Hold
from services.credit_ledger.rules.chart import HoldState, Kind
from services.credit_ledger.rules.extending import extend
from services.credit_ledger.rules.holds import capture, lapse
from services.credit_ledger.rules.records import CoveredCapture
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_facts import QuotaRestarted
from shared.contracts.credit_notices import LateUsage, LateUsageRefused
from shared.contracts.money import format_credits
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
    accepted,
    an_extend,
    applied,
    refused,
)

AT_THE_END = NOW + timedelta(seconds=3600)
AFTER = AT_THE_END + timedelta(hours=1)
QUOTA = RefusalCode.QUOTA_EXCEEDED


def moved(decision: Decision) -> list[tuple[int, int, int]]:
    return [(transfer.kind, transfer.amount, transfer.lot) for transfer in decision.transfers]


def a_lapsed_hold(
    book: Book, amount: int = 90, *, job: str | None = None, metered: int | None = None
) -> Hold:
    hold = a_hold(book, amount, job=job, max_credits=None if job is None else 100)
    applied(book, extend(book, an_extend(hold, metered=metered), NOW))
    applied(book, lapse(book, a_lapse(hold), AT_THE_END))
    return hold


def test_T29_late_usage_is_charged_as_of_now_through_its_hold() -> None:
    book = a_book()
    hold = a_lapsed_hold(book)
    act = a_capture(hold, 30)

    decision = applied(book, capture(book, act, AFTER))

    assert moved(decision) == [(Kind.AUTHORIZED, 30, 1), (Kind.CAPTURED, 30, 1)]
    assert decision.access == a_person(captured=30)
    assert decision.hold is not None
    assert (decision.hold.state, decision.hold.held) == (HoldState.EXPIRED, 0)
    assert (decision.hold.authorized, decision.hold.captured) == (120, 30)
    assert decision.hold.spent == (Draw(1, 30),)
    line = {"id": act.command, "account_id": BEN, "hold_id": hold.id}
    said = {name: str(value) for name, value in line.items()} | {"amount": format_credits(30)}
    assert decision.says == ((LateUsage, said),)
    assert (book.free, book.held, book.captured) == (470, 0, 30)


def test_T29_late_usage_comes_in_parts_too_and_opens_nothing() -> None:
    book = a_book()
    hold = a_lapsed_hold(book)

    applied(book, capture(book, a_capture(hold, 30, final=False), AFTER))
    again = applied(book, capture(book, a_capture(hold, 7), AFTER)).hold

    assert again is not None
    assert (again.state, again.captured) == (HoldState.EXPIRED, 37)


def test_T29_late_usage_is_taken_for_the_agreed_hours() -> None:
    book = a_book()
    book.terms = Terms(late_usage_hours=2)
    hold = a_lapsed_hold(book)
    until = AT_THE_END + timedelta(hours=2)

    just_in_time = capture(book, a_capture(hold, 1), until - timedelta(microseconds=1))
    too_late = refused(capture(book, a_capture(hold, 1), until))

    assert accepted(just_in_time).transfers
    assert (too_late.code, too_late.limit) == (RefusalCode.HOLD_EXPIRED, "lease")


def test_T29_nothing_late_is_nothing() -> None:
    book = a_book()
    hold = a_lapsed_hold(book)

    assert refused(capture(book, a_capture(hold, 0), AFTER)).code == RefusalCode.HOLD_EXPIRED


def test_T29_late_usage_meets_every_limit_of_now() -> None:
    book = a_book(a_lot(100), ben=a_person("quota", 100))
    hold = a_lapsed_hold(book, job="J1")
    book.access[BEN] = a_person("quota", 100, captured=99)
    book.free = 0

    refusal = refused(capture(book, a_capture(hold, 101), AFTER))

    assert refusal.binding == (
        RefusalCode.JOB_CAP_EXCEEDED,
        QUOTA,
        RefusalCode.POOL_INSUFFICIENT,
    )


def test_T29_late_usage_of_somebody_without_access_is_refused() -> None:
    book = a_book()
    hold = a_lapsed_hold(book)
    book.access[BEN] = a_person("disabled", role="REMOVED")

    refusal = refused(capture(book, a_capture(hold, 1), AFTER))

    assert refusal.binding == (RefusalCode.CREDIT_ACCESS_DISABLED,)


def test_T29_late_usage_counts_in_the_cap_of_its_job() -> None:
    book = a_book()
    hold = a_lapsed_hold(book, job="J1")

    applied(book, capture(book, a_capture(hold, 60), AFTER))

    job = book.jobs["J1"]
    assert job is not None
    assert (job.held, job.captured) == (0, 60)


def test_T12_late_usage_counts_in_the_count_of_now() -> None:
    book = a_book(ben=a_person("quota", 100))
    hold = a_lapsed_hold(book)
    book.access[BEN] = replace(a_person("quota", 100), period="day", renews_at=AFTER)

    decision = applied(book, capture(book, a_capture(hold, 100), AFTER))

    assert decision.access is not None
    assert (decision.access.count, decision.access.captured) == (1, 100)
    assert decision.hold is not None
    assert decision.hold.spent == (Draw(1, 100, 1),)
    assert [fact for fact, _ in decision.says] == [QuotaRestarted, LateUsage]


def test_R51_where_quotas_are_observed_late_usage_past_one_is_flagged() -> None:
    book = a_book(ben=a_person("quota", 100))
    book.terms = Terms(observe=True)
    hold = a_lapsed_hold(book)

    assert accepted(capture(book, a_capture(hold, 100), AFTER)).flags == ()
    assert accepted(capture(book, a_capture(hold, 101), AFTER)).flags == (QUOTA,)


def test_T29_what_the_lapse_charged_as_metered_is_not_charged_by_the_capture_again() -> None:
    book = a_book()
    hold = a_lapsed_hold(book, 20, metered=12)

    decision = applied(book, capture(book, a_capture(hold, 15), AFTER))

    assert moved(decision) == [(Kind.AUTHORIZED, 3, 1), (Kind.CAPTURED, 3, 1)]
    assert (book.free, book.captured) == (485, 15)
    [(_, line)] = decision.says
    assert line["amount"] == format_credits(3)


def test_T29_late_captures_of_no_more_than_was_metered_are_taken_and_cost_nothing() -> None:
    book = a_book()
    hold = a_lapsed_hold(book, 20, metered=12)
    book.access[BEN] = a_person("disabled", captured=12, role="REMOVED")
    much_later = AFTER + timedelta(days=9)

    acts = [a_capture(hold, 6) for _ in range(2)]
    parts = [applied(book, capture(book, act, much_later)) for act in acts]

    assert [(part.transfers, part.says) for part in parts] == [((), ()), ((), ())]
    assert [part.records for part in parts] == [
        (CoveredCapture(act.command, hold.id, much_later),) for act in acts
    ]
    assert book.captured == 12
    late = refused(capture(book, a_capture(hold, 1), AFTER))
    assert late.code == RefusalCode.CREDIT_ACCESS_DISABLED


def test_T29_of_metered_work_no_more_is_charged_ahead_than_was_held() -> None:
    book = a_book()
    hold = a_lapsed_hold(book, 20, metered=50)

    applied(book, capture(book, a_capture(hold, 50), AFTER))

    assert (book.free, book.captured) == (450, 50)


def test_T29_what_a_refused_capture_told_of_is_used_up() -> None:
    book = a_book()
    hold = a_lapsed_hold(book, 60, metered=60)
    access = book.access[BEN]
    book.access[BEN] = a_person("disabled", captured=60, role="REMOVED")

    refusal = refused(capture(book, a_capture(hold, 100), AFTER))
    known = book.holds[hold.id]
    assert known is not None
    assert refusal.hold == replace(known, charged_ahead=0)
    book.holds[hold.id], book.access[BEN] = refusal.hold, access
    applied(book, capture(book, a_capture(hold, 60), AFTER))

    # Used 160: told 40 as refused, charged 60 and 60.
    [(_, line)] = refusal.says
    assert (line["amount"], book.captured) == (format_credits(40), 120)


def test_T29_a_capture_of_nothing_leaves_its_hold_as_it_was() -> None:
    book = a_book()
    hold = a_lapsed_hold(book, 60, metered=60)

    assert refused(capture(book, a_capture(hold, 0), AFTER)).hold is None


@given(
    metered=integers(0, 40),
    before=lists(integers(1, 30), max_size=3),
    late=lists(integers(1, 30), max_size=4),
)
def test_T29_a_hold_is_charged_what_its_captures_tell_or_what_was_metered_if_that_is_more(
    metered: int, before: list[int], late: list[int]
) -> None:
    book = a_book()
    hold = a_hold(book, 90)
    for amount in before:
        applied(book, capture(book, a_capture(hold, amount, final=False), NOW))
    applied(book, extend(book, an_extend(hold, metered=metered), NOW))
    applied(book, lapse(book, a_lapse(hold), AFTER))
    for amount in late:
        applied(book, capture(book, a_capture(hold, amount), AFTER))

    ahead = min(metered, 90 - sum(before))
    assert book.captured == sum(before) + max(ahead, sum(late))


def test_T29_late_usage_that_nobody_is_charged_for_is_told_so_that_it_can_be_billed() -> None:
    book = a_book(a_lot(20), ben=a_person("quota", 20))
    hold = a_lapsed_hold(book, 20, job="J1", metered=12)
    act = a_capture(hold, 40)

    refusal = refused(capture(book, act, AFTER))
    too_late = refused(capture(book, act, AFTER + timedelta(days=9)))

    line = {"id": str(act.command), "account_id": str(BEN), "hold_id": str(hold.id)}
    line |= {"amount": format_credits(28), "job": "J1"}
    codes = ["quota_exceeded", "pool_insufficient"]
    assert refusal.says == ((LateUsageRefused, {**line, "refused": codes}),)
    assert too_late.says == ((LateUsageRefused, {**line, "refused": ["hold_expired"]}),)
    assert refused(capture(book, a_capture(hold, 0), AFTER)).says == ()
