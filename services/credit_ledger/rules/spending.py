"""Spending: usage lines charged at once, credits set aside for a job, and the lots they take."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Authorize, Debit
from services.credit_ledger.rules.book import Book, Decision, Draw, Hold, Lot, Refusal, Transfer
from services.credit_ledger.rules.chart import HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.entitlements import barred
from services.credit_ledger.rules.jobs import job_of, moved
from services.credit_ledger.rules.limits import NOTHING, binding, current, passes
from shared.contracts.refusals import RefusalCode

NOBODY = Refusal((RefusalCode.NOT_IN_ORGANIZATION,), "access")


def debit(book: Book, act: Debit, now: datetime) -> Decision | Refusal:
    """Charge a usage line to the person's access and the soonest lots (R27, R51, R53, T25)."""
    access, renewed = current(book, book.access[act.person], now)
    job = job_of(book, act.job)
    flags: tuple[RefusalCode, ...] = ()
    bar = None if act.product is None else barred(book, act.person, act.product, now)
    if access is None or bar or not passes(book, access, act.amount, job):
        refusal, flags = binding(book, access, act.amount, job, barred=bar)
        if refusal is not None or access is None:
            return refusal or NOBODY
    counted = replace(access, captured=access.captured + act.amount)
    first = book.lots[0]
    if first.free >= act.amount:
        # The common case by far: the soonest lot covers it.
        transfers: tuple[Transfer, ...] = (_consumed(act.amount, first.number),)
    else:
        transfers = tuple(_consumed(draw.amount, draw.lot) for draw in take(book.lots, act.amount))
    if renewed is NOTHING and job is None and not flags:
        return Decision(transfers, counted)
    return replace(
        renewed,
        transfers=transfers,
        access=counted,
        jobs=moved(job, captured=act.amount),
        flags=flags,
    )


def authorize(book: Book, act: Authorize, now: datetime) -> Decision | Refusal:
    """Set credits aside within the person's rights, access and the pool (R27, R51, R53, T14)."""
    access, renewed = current(book, book.access[act.person], now)
    job = job_of(book, act.job, act.max_credits)
    flags: tuple[RefusalCode, ...] = ()
    bar = None if act.product is None else barred(book, act.person, act.product, now)
    if access is None or bar or not passes(book, access, act.amount, job):
        refusal, flags = binding(book, access, act.amount, job, barred=bar)
        if refusal is not None or access is None:
            return refusal or NOBODY
    draws = take(book.lots, act.amount, access.count)
    hold = Hold(
        id=act.command,
        person=act.person,
        authorized=act.amount,
        held=act.amount,
        captured=0,
        state=HoldState.OPEN,
        lease_until=now + timedelta(seconds=act.lease_seconds),
        job=act.job,
        epoch=access.epoch,
        work=act.about,
        draws=draws,
    )
    counted = replace(access, held=access.held + act.amount)
    if renewed is NOTHING and job is None and not flags:
        return Decision(set_aside(draws), counted, hold)
    return replace(
        renewed,
        transfers=set_aside(draws),
        access=counted,
        hold=hold,
        jobs=moved(job, held=act.amount),
        flags=flags,
    )


def set_aside(draws: tuple[Draw, ...]) -> tuple[Transfer, ...]:
    """Move what was drawn from free to held."""
    return tuple(
        Transfer(Kind.AUTHORIZED, LedgerAccount.FREE, LedgerAccount.HELD, draw.amount, draw.lot)
        for draw in draws
    )


def take(lots: list[Lot], amount: int, count: int = 0) -> tuple[Draw, ...]:
    """Choose what each lot gives, in burn-down order; the pool is known to cover the amount."""
    first = lots[0]
    if first.free >= amount:
        return (Draw(first.number, amount, count),)
    draws = []
    left = amount
    for lot in lots:
        part = min(lot.free, left)
        if part:
            draws.append(Draw(lot.number, part, count))
            left -= part
        if not left:
            return tuple(draws)
    message = f"the lots hold {amount - left} of {amount} that the wallet counts as free"
    raise AssertionError(message)


def _consumed(amount: int, lot: int) -> Transfer:
    return Transfer(Kind.DEBITED, LedgerAccount.FREE, LedgerAccount.CONSUMED, amount, lot)
