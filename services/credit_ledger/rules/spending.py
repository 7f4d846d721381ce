"""Spending: the limits every debit and hold meets, and the lots it takes from."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Authorize, Debit
from services.credit_ledger.rules.book import (
    Access,
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
DEBITED: Final = int(Kind.DEBITED)
AUTHORIZED: Final = int(Kind.AUTHORIZED)
OPEN: Final = int(HoldState.OPEN)


def debit(book: Book, act: Debit, _now: datetime) -> Decision | Refusal:
    """Charge a usage line to the person's access and the soonest lots (R51, R53, T25)."""
    access = book.access[act.person]
    if access is None or not _passes(book, access, act.amount):
        return _refusal(book, access, act.amount)
    counted = replace(access, captured=access.captured + act.amount)
    first = book.lots[0]
    if first.free >= act.amount:
        # The common case by far: the soonest lot covers it.
        return Decision((Transfer(DEBITED, FREE, CONSUMED, act.amount, first.number),), counted)
    transfers = tuple(
        Transfer(DEBITED, FREE, CONSUMED, draw.amount, draw.lot)
        for draw in take(book.lots, act.amount)
    )
    return Decision(transfers, counted)


def authorize(book: Book, act: Authorize, now: datetime) -> Decision | Refusal:
    """Set credits aside within the person's access and the pool (R51, R53, T14)."""
    access = book.access[act.person]
    if access is None or not _passes(book, access, act.amount):
        return _refusal(book, access, act.amount)
    draws = take(book.lots, act.amount)
    hold = Hold(
        id=act.command,
        person=act.person,
        authorized=act.amount,
        held=act.amount,
        captured=0,
        state=OPEN,
        lease_until=now + timedelta(seconds=act.lease_seconds),
        job=act.job,
        draws=draws,
    )
    transfers = tuple(Transfer(AUTHORIZED, FREE, HELD, draw.amount, draw.lot) for draw in draws)
    return Decision(transfers, replace(access, held=access.held + act.amount), hold)


def take(lots: list[Lot], amount: int) -> tuple[Draw, ...]:
    """Choose what each lot gives, in burn-down order; the pool is known to cover the amount."""
    first = lots[0]
    if first.free >= amount:
        return (Draw(first.number, amount),)
    draws = []
    left = amount
    for lot in lots:
        part = min(lot.free, left)
        if part:
            draws.append(Draw(lot.number, part))
            left -= part
        if not left:
            return tuple(draws)
    message = f"the lots hold {amount - left} of {amount} that the wallet counts as free"
    raise AssertionError(message)


def _passes(book: Book, access: Access, amount: int) -> bool:
    """Tell the common case, in which no limit binds, without naming any."""
    quota = access.quota
    return (
        access.mode != "disabled"
        and not book.debt
        and (quota is None or access.captured + access.held + amount <= quota)
        and amount <= book.free
    )


def _refusal(book: Book, access: Access | None, amount: int) -> Refusal:
    """Name every limit that binds, in the fixed order of refusals (conventions 6)."""
    if access is None:
        return Refusal((RefusalCode.NOT_IN_ORGANIZATION,), "access")
    found: list[Refusal] = []
    if access.mode == "disabled":
        found.append(Refusal((RefusalCode.CREDIT_ACCESS_DISABLED,), "access"))
    if book.debt:
        found.append(Refusal((RefusalCode.ORGANIZATION_IN_DEBT,), "debt", book.debt, 0))
    if access.quota is not None:
        left = max(0, access.quota - access.captured - access.held)
        if amount > left:
            found.append(Refusal((RefusalCode.QUOTA_EXCEEDED,), "quota", access.quota, left))
    if amount > book.free:
        found.append(Refusal((RefusalCode.POOL_INSUFFICIENT,), "pool", book.free, book.free))
    binding = tuple(refusal.code for refusal in found)
    return replace(found[0], binding=binding)
