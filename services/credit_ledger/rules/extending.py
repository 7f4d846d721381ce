"""Keeping holds alive: heartbeats renew the lease, and more is set aside before it is needed."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.hold_acts import Extend
from services.credit_ledger.rules.jobs import moved
from services.credit_ledger.rules.limits import admitted, following
from services.credit_ledger.rules.metering import metered
from services.credit_ledger.rules.settling import opened, standing_now, widened
from services.credit_ledger.rules.spending import set_aside, take


def extend(book: Book, act: Extend, now: datetime) -> Decision | Refusal:
    """Renew a hold's lease from now, and authorize more under the limits of now (T11, T26).

    A heartbeat asks for no more and needs no access: who was removed keeps his running frame (T2).
    A refused extension leaves the hold as it was, its lease too.
    """
    hold = opened(book.holds[act.hold], now)
    if isinstance(hold, Refusal):
        return hold
    alive = replace(
        hold,
        lease_until=max(hold.lease_until, now + timedelta(seconds=act.lease_seconds)),
    )
    alive = metered(alive, act.command, act.metered)
    if not act.amount:
        return Decision(hold=alive)
    stands, renewed = standing_now(book, alive, now)
    flags = admitted(book, stands.access, act.amount, stands.job)
    if isinstance(flags, Refusal):
        return flags
    draws = take(book.lots, act.amount, stands.access.count)
    wide = widened(stands, draws)
    decision = Decision(set_aside(draws), wide.access, wide.hold, jobs=moved(wide.job), flags=flags)
    return following(renewed, decision)
