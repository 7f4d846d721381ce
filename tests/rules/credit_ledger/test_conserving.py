"""Laws that hold whatever is asked in whatever order (I1-I4, I9, I10, I12)."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.credit_ledger.rules.acts import Grant
from services.credit_ledger.rules.book import Book, Decision, Hold, Refusal
from services.credit_ledger.rules.chart import HoldState
from services.credit_ledger.rules.holds import capture, lapse, void
from services.credit_ledger.rules.purchases import due, grant
from services.credit_ledger.rules.spending import authorize, debit
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    OWNER,
    PURCHASE,
    a_book,
    a_capture,
    a_debit,
    a_lapse,
    a_lot,
    a_person,
    a_void,
    an_authorize,
    applied,
)

Step = tuple[str, int, int]
KINDS = ("debit", "authorize", "capture", "part", "void", "lapse", "grant")
FIXED_ORDER = (
    RefusalCode.CREDIT_ACCESS_DISABLED,
    RefusalCode.ORGANIZATION_IN_DEBT,
    RefusalCode.QUOTA_EXCEEDED,
    RefusalCode.POOL_INSUFFICIENT,
)
steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 60), st.integers(0, 40)), max_size=40
)
amounts = st.integers(0, 50)


def asked(book: Book, step: Step, now: datetime) -> Decision | Refusal | None:
    """One step against the book; None when it would end a hold and there is none."""
    kind, amount, seconds = step
    if kind == "debit":
        return debit(book, a_debit(amount), now)
    if kind == "authorize":
        return authorize(book, an_authorize(amount, lease_seconds=seconds + 1), now)
    if kind == "grant":
        expires_at = now + timedelta(seconds=seconds) if seconds else None
        act = Grant(an_id(), OWNER, 1, amount, 1 + amount % 3, expires_at, PURCHASE)
        return grant(book, act, now)
    holds = [hold for hold in book.holds.values() if hold is not None]
    if not holds:
        return None
    hold = holds[amount % len(holds)]
    return ended(book, kind, hold, amount, now)


def ended(book: Book, kind: str, hold: Hold, amount: int, now: datetime) -> Decision | Refusal:
    if kind == "void":
        return void(book, a_void(hold), now)
    if kind == "lapse":
        return lapse(book, a_lapse(hold), now)
    return capture(book, a_capture(hold, amount, final=kind == "capture"), now)


@given(steps, st.integers(1, 200))
def test_no_order_of_asks_makes_or_loses_a_credit(asks: list[Step], quota: int) -> None:
    book = a_book(a_lot(100), ben=a_person("quota", quota))
    now = NOW

    for ask in asks:
        now += timedelta(seconds=ask[2] / 4)
        applied(book, Decision(due(book, now)))
        decided = asked(book, ask, now)
        if isinstance(decided, Decision):
            applied(book, decided)
            book.seq += len(decided.transfers)
            assert all(t.amount > 0 and t.src != t.dst for t in decided.transfers)

        conserves(book)
        counts(book, quota)


def conserves(book: Book) -> None:
    """I2, I3, I12: nothing is anywhere but where the totals say."""
    assert book.granted == book.free + book.held + book.captured + book.expired
    assert book.free == sum(lot.free for lot in book.lots)
    assert book.held == sum(lot.held for lot in book.lots)
    assert all(lot.free >= 0 and lot.held >= 0 for lot in book.lots)


def counts(book: Book, quota: int) -> None:
    """I4, I9, I10: nobody past his quota, no hold past what it authorized, closed ones empty."""
    ben = book.access[BEN]
    holds = [hold for hold in book.holds.values() if hold is not None]
    assert ben is not None
    assert ben.captured + ben.held <= quota
    assert (ben.captured, ben.held) == (book.captured, sum(hold.held for hold in holds))
    for hold in holds:
        assert hold.captured + hold.held <= hold.authorized
        assert hold.held == sum(draw.amount for draw in hold.draws)
        assert hold.state == HoldState.OPEN or hold.held == 0


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3), st.integers(0, 5)), min_size=1))
def test_T25_no_lot_is_touched_while_one_before_it_has_credits(
    lots: list[tuple[int, int, int]],
) -> None:
    book = a_book(
        *(
            a_lot(free, number=number, category=category, expires_at=NOW + timedelta(days=1 + days))
            for number, (free, category, days) in enumerate(lots, start=1)
        )
    )
    amount = max(1, book.free * 2 // 3)

    applied(book, debit(book, a_debit(amount), NOW))

    in_order = sorted(book.lots, key=lambda lot: (lot.expires_at, lot.category, lot.number))
    left = [lot.free for lot in in_order]
    used = [lot.granted - lot.free for lot in in_order]
    last = max(number for number, part in enumerate(used) if part)
    assert sum(used) == amount
    assert left[:last] == [0] * last


@given(amounts, amounts, amounts, amounts, st.sampled_from(["quota", "disabled", "unlimited"]))
def test_refusals_come_in_no_other_order(
    free: int, captured: int, debt: int, amount: int, mode: str
) -> None:
    person = a_person("quota", 25, captured=captured) if mode == "quota" else a_person()
    book = a_book(a_lot(free + 1), ben=a_person("disabled") if mode == "disabled" else person)
    book.debt = debt

    decided = debit(book, a_debit(amount + 1), NOW)

    binds = (
        mode == "disabled",
        debt > 0,
        mode == "quota" and captured + amount + 1 > 25,
        amount > free,
    )
    expected = tuple(code for code, bound in zip(FIXED_ORDER, binds, strict=True) if bound)
    assert (decided.binding if isinstance(decided, Refusal) else ()) == expected
