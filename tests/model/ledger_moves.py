"""What moves credits in the model: lots are drawn on, given back to, put asleep and woken."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from tests.model.ledger_wallet import FOREVER, Count, Draw, Lot, Wallet


def expire(wallet: Wallet, now: datetime) -> None:
    """Take what is free of lots past their time; what is held waits for its hold (T24)."""
    for lot in wallet.lots:
        if lot.expires_at <= now:
            lot.expired += lot.free
            lot.free = 0


def new_lot(wallet: Wallet, category: int, expires_at: datetime) -> Lot:
    lot = Lot(category, expires_at, len(wallet.lots))
    wallet.lots.append(lot)
    return lot


def land(wallet: Wallet, lot: Lot, amount: int, now: datetime) -> None:
    """Let credits come to stand in a lot: they expire, sleep, repay a debt, or are free."""
    if has_run_out(wallet, lot, now):
        lot.expired += amount
    elif _sleeps(wallet, lot):
        _fall_asleep(lot, amount, now)
    else:
        _come_free(wallet, lot, amount)


def has_run_out(wallet: Wallet, lot: Lot, now: datetime) -> bool:
    """The time of a lot stands still while it sleeps (T5)."""
    return lot.expires_at <= (lot.asleep_since or now if _sleeps(wallet, lot) else now)


def take(
    wallet: Wallet, amount: int, count: Count, *, to: Literal["held", "captured"]
) -> list[Draw]:
    """Draw free credits in burn-down order (T25)."""
    draws = []
    for lot in wallet.burn_down():
        part = min(amount, lot.free)
        if part:
            lot.free -= part
            setattr(lot, to, getattr(lot, to) + part)
            setattr(count, to, getattr(count, to) + part)
            draws.append(Draw(lot, count, part))
            amount -= part
    assert amount == 0, "more was drawn than is free"
    return draws


def split(draws: list[Draw], amount: int) -> tuple[list[Draw], list[Draw]]:
    """Part draws: what goes first (T25), of one lot the older authorization, and the rest."""
    first, rest = [], []
    for draw in sorted(draws, key=lambda draw: draw.lot.rank):
        part = min(amount, draw.amount)
        amount -= part
        if part:
            first.append(replace(draw, amount=part))
        if draw.amount > part:
            rest.append(replace(draw, amount=draw.amount - part))
    assert amount == 0, "more was taken of draws than they have"
    return first, rest


def close(wallet: Wallet, by: UUID, role: str, now: datetime) -> None:
    """Nothing in a closed wallet is free; what is held drains (R28, R36)."""
    wallet.closed_by, wallet.closed_role = by, role
    for lot in wallet.lots:
        if lot.free:
            free, lot.free = lot.free, 0
            _fall_asleep(lot, free, now)


def reopen(wallet: Wallet, now: datetime) -> None:
    """Wake what sleeps; debt is repaid first (T23), and time asleep does not count (T5)."""
    wallet.closed_by = wallet.closed_role = None
    for lot in wallet.burn_down():
        if lot.asleep_since is not None and not lot.withheld:
            wake(wallet, lot, now)


def wake(wallet: Wallet, lot: Lot, now: datetime) -> None:
    if lot.asleep_since is None:
        return
    if lot.is_open and lot.expires_at != FOREVER:
        lot.expires_at += now - lot.asleep_since
    lot.asleep_since = None
    dormant, lot.dormant = lot.dormant, 0
    _come_free(wallet, lot, dormant)


def claw_back(wallet: Wallet, lot: Lot, amount: int) -> None:
    """Take credits back (T22, T23): of their lot, spent ones of the others, and then as debt.

    What the lot let expire was not spent, so that no other lot and no debt stands in for it.
    """
    places = [(lot, name) for name in ("free", "dormant", "expired")]
    for other, name in [*places, *((other, "free") for other in wallet.burn_down())]:
        part = min(amount, getattr(other, name))
        setattr(other, name, getattr(other, name) - part)
        other.clawed_back += part
        amount -= part
    lot.owed += amount
    lot.clawed_back += amount


def later(moment: datetime, **by: float) -> datetime:
    return moment + timedelta(**by)


def _sleeps(wallet: Wallet, lot: Lot) -> bool:
    return wallet.closed_by is not None or lot.withheld


def _fall_asleep(lot: Lot, amount: int, now: datetime) -> None:
    lot.dormant += amount
    lot.asleep_since = lot.asleep_since or now


def _come_free(wallet: Wallet, lot: Lot, amount: int) -> None:
    repaid = min(wallet.debt, amount)
    lot.owed -= repaid
    lot.free += amount - repaid
