"""How holds end in the model: captured in parts, over and late, voided, lapsed, credited back."""

from datetime import datetime

from tests.model.ledger_moves import has_run_out, land, later, new_lot, split
from tests.model.ledger_spending import (
    accepted,
    enlarge,
    hear,
    left_of,
    limits,
    not_open,
    quota_left,
    refused,
)
from tests.model.ledger_wallet import Answer, Ask, Draw, Hold, Lot, Wallet


def capture(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Charge part of a hold; the last part gives the rest back in the same act (T27)."""
    identifier, amount, final = ask.effect
    refusal = not_open(wallet, ask, now)
    if refusal is not None and refusal.binding == ("hold_expired",):
        return _late(wallet, ask, now)
    if refusal is not None:
        return refusal
    hold = wallet.holds[identifier]
    over = max(0, amount - hold.held)
    part = _payable(wallet, hold, over, now)
    absorbed = over - part
    most = wallet.terms.overrun_max
    if over > most or (absorbed and hold.absorbed + absorbed > most):
        return refused(ask, "hold_exceeded", left=hold.held)
    flags: tuple[str, ...] = ()
    if over:
        flags = _overrun(wallet, hold, part, absorbed, now)
        amount -= absorbed
    hear(hold, ask.id)
    _charge_held(wallet, hold, amount)
    hold.metered = max(0, hold.metered - ask.effect[1])
    released = _end(wallet, hold, now) if final else 0
    return accepted(ask, wallet, captured=amount, released=released, flags=flags)


def void(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    refusal = not_open(wallet, ask, now)
    if refusal is not None:
        return refusal
    released = _end(wallet, wallet.holds[ask.effect[0]], now)
    return accepted(ask, wallet, released=released)


def lapse(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """What was metered is charged, the rest comes free (T28)."""
    hold = wallet.holds.get(ask.effect[0])
    if hold is None or hold.state != "open" or now < hold.lease_until:
        return refused(ask, "hold_not_open")
    charged, released = _run_out(wallet, hold, now)
    return accepted(ask, wallet, captured=charged, released=released)


def _run_out(wallet: Wallet, hold: Hold, now: datetime) -> tuple[int, int]:
    charged = min(hold.metered, hold.held)
    _charge_held(wallet, hold, charged)
    hold.charged_ahead = charged
    released = _end(wallet, hold, now)
    hold.state = "expired"
    return charged, released


def look_at_lots(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """What is due has expired before anything is decided (T24)."""
    return accepted(ask, wallet)


def credit_back(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Give back what failed work cost, as if it had cost that much less (A19)."""
    what, identifier, amount = ask.effect
    if what == "hold" and identifier not in wallet.holds:
        return refused(ask, "unknown_hold")
    if what == "line" and identifier not in wallet.charges:
        return refused(ask, "unknown_entry")
    hold = wallet.holds[identifier] if what == "hold" else None
    spent = hold.spent if hold is not None else wallet.charges[identifier]
    left = sum(draw.amount for draw in spent)
    if amount > left:
        return refused(ask, "credit_back_exceeded")
    kept, returned = split(spent, left - amount)
    if hold is not None:
        hold.spent = kept
    else:
        wallet.charges[identifier] = kept
    _return(wallet, returned, now)
    job = wallet.job(hold.job if hold is not None else wallet.jobs_of_lines[identifier])
    if job is not None:
        job.captured -= amount
    return accepted(ask, wallet)


def _return(wallet: Wallet, draws: list[Draw], now: datetime) -> None:
    """The latest to expire comes back first; of lots that ran out a fresh one comes, one each."""
    amounts: dict[Lot, int] = {}
    for draw in reversed(draws):
        draw.count.captured -= draw.amount
        amounts[draw.lot] = amounts.get(draw.lot, 0) + draw.amount
    for lot, amount in amounts.items():
        there = lot
        if has_run_out(wallet, lot, now):
            days = wallet.terms.credit_back_days
            there = new_lot(wallet, lot.category, later(now, days=days))
        there.credited_back += amount
        land(wallet, there, amount, now)


def _late(wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Usage that comes after the lease ran out is a charge of its own for some hours (T29).

    Whether the sweeper came by already makes no difference: the hold ends first (T28).
    """
    identifier, amount, _ = ask.effect
    hold = wallet.holds[identifier]
    if hold.state == "open":
        _run_out(wallet, hold, now)
    ahead = min(amount, hold.charged_ahead)
    amount -= ahead
    hold.charged_ahead -= ahead
    if ahead and not amount:
        return accepted(ask, wallet, captured=0)
    if now >= later(hold.lease_until, hours=wallet.terms.late_usage_hours) or not amount:
        return refused(ask, "hold_expired")
    person, job = wallet.people[hold.person], wallet.job(hold.job)
    binding, flags = limits(wallet, person, amount, job, now)
    if binding:
        return Answer(ask.id, tuple(code for code, _ in binding), left=binding[0][1])
    enlarge(wallet, hold, amount, now)
    _charge_held(wallet, hold, amount)
    return accepted(ask, wallet, captured=amount, flags=flags)


def _payable(wallet: Wallet, hold: Hold, over: int, now: datetime) -> int:
    """The pool pays what person, job and pool allow (R51)."""
    person, job = wallet.people[hold.person], wallet.job(hold.job)
    part = 0 if person.mode == "disabled" else min(over, wallet.free)
    quota = quota_left(wallet, person, now)
    if quota is not None and not wallet.terms.observe:
        part = min(part, quota)
    if job is not None and job.cap is not None:
        part = min(part, left_of(job))
    return part


def _overrun(
    wallet: Wallet, hold: Hold, part: int, absorbed: int, now: datetime
) -> tuple[str, ...]:
    """What the pool does not pay the vendor bears, up to the agreed overrun of a hold (T26)."""
    flags: tuple[str, ...] = ()
    if part:
        person, job = wallet.people[hold.person], wallet.job(hold.job)
        _, flags = limits(wallet, person, part, job, now)
        enlarge(wallet, hold, part, now)
    hold.absorbed += absorbed
    wallet.absorbed += absorbed
    return flags


def _charge_held(wallet: Wallet, hold: Hold, amount: int) -> None:
    charged, hold.draws = split(hold.draws, amount)
    for draw in charged:
        draw.lot.held -= draw.amount
        draw.lot.captured += draw.amount
        draw.count.held -= draw.amount
        draw.count.captured += draw.amount
    hold.captured += amount
    hold.spent += charged
    assert hold.captured <= hold.authorized, "I10"
    _count_job(wallet, hold, held=-amount, captured=amount)


def _end(wallet: Wallet, hold: Hold, now: datetime) -> int:
    """Give what is left back to its lots and close the hold."""
    released = hold.held
    for draw in hold.draws:
        draw.lot.held -= draw.amount
        draw.count.held -= draw.amount
        land(wallet, draw.lot, draw.amount, now)
    _count_job(wallet, hold, held=-released, captured=0)
    hold.draws, hold.metered = [], 0
    hold.state = "captured" if hold.captured else "voided"
    return released


def _count_job(wallet: Wallet, hold: Hold, *, held: int, captured: int) -> None:
    job = wallet.job(hold.job)
    if job is not None:
        job.held += held
        job.captured += captured
