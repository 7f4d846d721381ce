"""Ending holds: captured in parts, voided, or lapsed with their lease."""

from datetime import datetime

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Capture, Lapse, Void
from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.chart import HoldState, Kind
from services.credit_ledger.rules.metering import told_of
from services.credit_ledger.rules.overruns import late, overrun
from services.credit_ledger.rules.settling import opened, settled, standing
from shared.contracts.refusals import RefusalCode


def capture(book: Book, act: Capture, now: datetime) -> Decision | Refusal:
    """Charge part of a hold; the final part releases the remainder in the same decision (T27).

    What a running frame cost beyond its hold, or what comes after the lease ran out, is another
    matter (T26, T29).
    """
    known = book.holds[act.hold]
    if known is not None and known.state == HoldState.EXPIRED:
        return late(book, act, known, now)
    hold = opened(known, now)
    if isinstance(hold, Refusal):
        return hold
    if act.amount > hold.held:
        return overrun(book, act, hold, now)
    state = HoldState.OPEN
    if act.final:
        state = HoldState.CAPTURED if hold.captured + act.amount else HoldState.VOIDED
    told = told_of(hold, act.command, act.amount)
    return settled(book, standing(book, told), act.amount, state, Kind.RELEASED, now)


def void(book: Book, act: Void, now: datetime) -> Decision | Refusal:
    """Give the whole remainder of a hold back."""
    hold = opened(book.holds[act.hold], now)
    if isinstance(hold, Refusal):
        return hold
    state = HoldState.CAPTURED if hold.captured else HoldState.VOIDED
    return settled(book, standing(book, hold), 0, state, Kind.VOIDED, now)


def lapse(book: Book, act: Lapse, now: datetime) -> Decision | Refusal:
    """End a hold whose lease ran out: what was metered is charged, the rest comes free (T28).

    It is charged ahead of the captures that may still tell of it (T29).
    """
    hold = book.holds[act.hold]
    if hold is None or hold.state != HoldState.OPEN or now < hold.lease_until:
        return Refusal((RefusalCode.HOLD_NOT_OPEN,), "lease")
    metered = min(hold.metered, hold.held)
    ahead = replace(hold, charged_ahead=metered)
    return settled(book, standing(book, ahead), metered, HoldState.EXPIRED, Kind.LAPSED, now)
