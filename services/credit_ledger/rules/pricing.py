"""Pricing: what is measured costs what the wallet's rate card of its own time says."""

from datetime import datetime

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Capture, Debit
from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.hold_acts import SetRate
from services.credit_ledger.rules.rates import Measure, priced
from services.credit_ledger.rules.records import Rate, RateAdded
from services.credit_ledger.rules.signing import signed
from shared.contracts.credit_notices import RateSet
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode


def price(book: Book, act: Debit | Capture, now: datetime) -> Debit | Capture | Refusal:
    """Put the price and the number of its rate into an act, before any limit is asked.

    Work of the future is priced as of now: no rate is chosen by dating ahead.
    """
    work = act.work
    assert work is not None
    assert work.quantity is not None
    measure = Measure(work.node_class or "", work.unit or "", work.quantity)
    found = priced(book.rates, measure, min(work.occurred_at or now, now))
    if isinstance(found, Refusal):
        return found
    return replace(act, amount=found.amount, work=replace(work, rate=found.rate.number))


def set_rate(book: Book, act: SetRate, now: datetime) -> Decision | Refusal:
    """Add a rate to the card; a rate never changes what is charged already (A17)."""
    if not act.by_operator:
        return Refusal((RefusalCode.OPERATOR_REQUIRED,), "actor", passing=True)
    if act.effective_from < now:
        return Refusal((RefusalCode.RATE_IN_THE_PAST,), "effective_from")
    number = max((rate.number for rate in book.rates), default=0) + 1
    rate = Rate(number, act.node_class, act.unit, act.price, act.effective_from)
    line: dict[str, object] = {
        "id": str(act.command),
        "node_class": act.node_class,
        "unit": act.unit,
        "credits_per_unit": format_credits(act.price),
        "effective_from": act.effective_from,
        **signed(act.by, act.door),
    }
    return Decision(
        rates=(rate,), records=(RateAdded.of(rate, by=act.by, at=now),), says=((RateSet, line),)
    )
