"""Ending holds: captured in parts, voided, or lapsed with their lease."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Capture, Lapse, Void
from services.credit_ledger.rules.book import (
    Book,
    Decision,
    Draw,
    Hold,
    HoldState,
    Kind,
    LedgerAccount,
    Lot,
    Refusal,
    Transfer,
)
from shared.contracts.refusals import RefusalCode

FREE: Final = int(LedgerAccount.FREE)
HELD: Final = int(LedgerAccount.HELD)
CONSUMED: Final = int(LedgerAccount.CONSUMED)
EXPIRED: Final = int(LedgerAccount.EXPIRED)
CAPTURED: Final = int(Kind.CAPTURED)
RELEASED: Final = int(Kind.RELEASED)
OPEN: Final = int(HoldState.OPEN)


def capture(book: Book, act: Capture, now: datetime) -> Decision | Refusal:
    """Charge part of a hold; the final part releases the remainder in the same decision (T27)."""
    hold = book.holds[act.hold]
    refusal = _not_capturable(hold, now)
    if refusal is not None or hold is None:
        return refusal or Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")
    if act.amount > hold.held:
        return Refusal((RefusalCode.HOLD_EXCEEDED,), "hold", hold.authorized, hold.held)
    charged, kept = _split(book, hold.draws, act.amount)
    transfers = tuple(Transfer(CAPTURED, HELD, CONSUMED, draw.amount, draw.lot) for draw in charged)
    if not act.final:
        rest = replace(
            hold, held=hold.held - act.amount, captured=hold.captured + act.amount, draws=kept
        )
        return _decision(book, transfers, rest, captured=act.amount, released=0)
    released = hold.held - act.amount
    state = HoldState.CAPTURED if hold.captured + act.amount else HoldState.VOIDED
    captured = hold.captured + act.amount
    closed = replace(hold, held=0, captured=captured, state=int(state), draws=())
    transfers += _give_back(book, kept, RELEASED, now)
    return _decision(book, transfers, closed, captured=act.amount, released=released)


def void(book: Book, act: Void, now: datetime) -> Decision | Refusal:
    """Give the whole remainder of a hold back."""
    hold = book.holds[act.hold]
    refusal = _not_capturable(hold, now)
    if refusal is not None or hold is None:
        return refusal or Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")
    state = HoldState.CAPTURED if hold.captured else HoldState.VOIDED
    return _end(book, hold, int(state), int(Kind.VOIDED), now)


def lapse(book: Book, act: Lapse, now: datetime) -> Decision | Refusal:
    """End a hold whose lease ran out: what was captured stays, the rest comes free (T28)."""
    hold = book.holds[act.hold]
    if hold is None or hold.state != OPEN or now < hold.lease_until:
        return Refusal((RefusalCode.HOLD_NOT_OPEN,), "lease")
    return _end(book, hold, int(HoldState.EXPIRED), int(Kind.LAPSED), now)


def _not_capturable(hold: Hold | None, now: datetime) -> Refusal | None:
    if hold is None:
        return Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")
    if hold.state == HoldState.EXPIRED:
        return Refusal((RefusalCode.HOLD_EXPIRED,), "lease")
    if hold.state != OPEN:
        return Refusal((RefusalCode.HOLD_NOT_OPEN,), "hold")
    if now >= hold.lease_until:
        return Refusal((RefusalCode.HOLD_EXPIRED,), "lease")
    return None


def _end(book: Book, hold: Hold, state: int, kind: int, now: datetime) -> Decision:
    closed = replace(hold, held=0, state=state, draws=())
    transfers = _give_back(book, hold.draws, kind, now)
    return _decision(book, transfers, closed, captured=0, released=hold.held)


def _decision(
    book: Book, transfers: tuple[Transfer, ...], hold: Hold, *, captured: int, released: int
) -> Decision:
    access = book.access[hold.person]
    if access is None:
        message = f"hold {hold.id} belongs to nobody the wallet knows"
        raise AssertionError(message)
    counted = replace(
        access, captured=access.captured + captured, held=access.held - captured - released
    )
    return Decision(transfers, counted, hold)


def _split(
    book: Book, draws: tuple[Draw, ...], amount: int
) -> tuple[tuple[Draw, ...], tuple[Draw, ...]]:
    """Charge the soonest to expire first; what stays comes from the latest (T25)."""
    if len(draws) == 1:
        [only] = draws
        charged = (Draw(only.lot, amount),) if amount else ()
        kept = (Draw(only.lot, only.amount - amount),) if only.amount > amount else ()
        return charged, kept
    taken, left = [], []
    for draw in _in_burn_down_order(book, draws):
        part = min(draw.amount, amount)
        amount -= part
        if part:
            taken.append(Draw(draw.lot, part))
        if draw.amount > part:
            left.append(Draw(draw.lot, draw.amount - part))
    return tuple(taken), tuple(left)


def _in_burn_down_order(book: Book, draws: tuple[Draw, ...]) -> list[Draw]:
    lots = _by_number(book)
    return sorted(draws, key=lambda draw: lots[draw.lot].burn_down_key)


def _give_back(
    book: Book, draws: tuple[Draw, ...], kind: int, now: datetime
) -> tuple[Transfer, ...]:
    """Return credits to their lots; from a lot past its time they expire at once (T24)."""
    if not draws:
        return ()
    lots = _by_number(book)
    return tuple(
        Transfer(kind, HELD, _destination(lots[draw.lot], now), draw.amount, draw.lot)
        for draw in draws
    )


def _destination(lot: Lot, now: datetime) -> int:
    return EXPIRED if lot.expires_at is not None and lot.expires_at <= now else FREE


def _by_number(book: Book) -> dict[int, Lot]:
    return {lot.number: lot for lot in book.lots}
