"""Usage that a hold does not cover: a running frame that cost more, and reports that come late."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from services.credit_ledger.rules.acts import Capture
from services.credit_ledger.rules.book import Book, Decision, Hold, Refusal, Transfer
from services.credit_ledger.rules.chart import NO_LOT, HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.draws import Says
from services.credit_ledger.rules.enrolments import NOT_ENROLLED, works
from services.credit_ledger.rules.jobs import left_of
from services.credit_ledger.rules.limits import NOTHING, admitted, binding, following, quota_left
from services.credit_ledger.rules.metering import told_of
from services.credit_ledger.rules.records import CoveredCapture
from services.credit_ledger.rules.settling import Standing, settled, standing, standing_now, widened
from services.credit_ledger.rules.spending import set_aside, take
from shared.contracts.credit_facts import HoldsExtended
from shared.contracts.credit_notices import LateUsage, LateUsageRefused, UsageOverran
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode


def overrun(book: Book, act: Capture, hold: Hold, now: datetime) -> Decision | Refusal:
    """Charge a running frame that cost more than is held, within the agreed overrun (T26).

    The pool pays what it, the quota and the job's cap leave; the vendor absorbs the rest, so that
    neither the pool nor a quota is ever overdrawn (R51). What the vendor bears of one hold is
    bounded as well: a hold that is kept alive would else be paid for without end (T2), as it would
    by the pool where a node that was withdrawn goes on (A17).
    """
    excess = act.amount - hold.held
    too_much = Refusal((RefusalCode.HOLD_EXCEEDED,), "hold", hold.authorized, hold.held)
    if excess > book.terms.overrun_max:
        return too_much
    stands, renewed = standing_now(book, hold, now)
    paid = min(excess, _payable(book, stands, act.speaker))
    absorbed = excess - paid
    if absorbed and hold.absorbed + absorbed > book.terms.overrun_max:
        return too_much
    if not paid:
        # Only what is drawn begins a new count.
        stands, renewed = standing(book, hold), NOTHING
    draws = take(book.lots, paid, stands.access.count) if paid else ()
    wide = widened(stands, draws)
    # What the vendor absorbs is settled, too: the end of the lease must not charge it once more.
    told = told_of(wide.hold, act.command, act.amount)
    left = replace(told, absorbed=hold.absorbed + absorbed)
    state = HoldState.CAPTURED if act.final else HoldState.OPEN
    charged = settled(book, replace(wide, hold=left), left.held, state, Kind.RELEASED, now)
    decision = replace(
        charged,
        transfers=(*set_aside(draws), *charged.transfers, *_absorbed(absorbed)),
        says=_overran(act, hold, paid, absorbed),
        flags=binding(book, stands.access, paid, stands.job)[1],
        result={"absorbed": format_credits(absorbed)} if absorbed else None,
    )
    return following(renewed, decision)


def late(book: Book, act: Capture, hold: Hold, now: datetime) -> Decision | Refusal:
    """Charge usage whose hold has lapsed as a debit of now, for the agreed hours (T29).

    What the end of the lease charged as metered is not charged again. It was charged under the
    hold's own description and measured nothing: the capture tells what was measured, and of all of
    it, with no credits where nothing is due any more. What is due passes through the hold, so that
    what the hold authorized and captured tells the whole use. What was charged ahead is told of by
    a refused capture as well, or the next would use it once more.
    """
    ahead = min(act.amount, hold.charged_ahead)
    due = act.amount - ahead
    known = replace(hold, charged_ahead=hold.charged_ahead - ahead)
    if ahead and not due:
        return Decision(hold=known, records=(CoveredCapture(act.command, hold.id, now),))
    until = hold.lease_until + timedelta(hours=book.terms.late_usage_hours)
    if not due or now >= until:
        return _too_late(act, known, due, Refusal((RefusalCode.HOLD_EXPIRED,), "lease"))
    if not works(book, act.speaker):
        return _too_late(act, known, due, NOT_ENROLLED)
    stands, renewed = standing_now(book, known, now)
    flags = admitted(book, stands.access, due, stands.job)
    if isinstance(flags, Refusal):
        return _too_late(act, known, due, flags)
    draws = take(book.lots, due, stands.access.count)
    wide = widened(stands, draws)
    charged = settled(book, wide, due, HoldState.EXPIRED, Kind.RELEASED, now)
    decision = replace(
        charged,
        transfers=(*set_aside(draws), *charged.transfers),
        says=((LateUsage, _late_line(act, hold, due)),),
        flags=flags,
    )
    return following(renewed, decision)


def _too_late(act: Capture, hold: Hold, due: int, refusal: Refusal) -> Refusal:
    """Tell what nobody was charged for, so that an operator can bill it (T29)."""
    if not due:
        return refusal
    line = _late_line(act, hold, due)
    if hold.job is not None:
        line["job"] = hold.job
    line["refused"] = [code.value for code in refusal.binding]
    return replace(refusal, hold=hold, says=((LateUsageRefused, line),))


def _late_line(act: Capture, hold: Hold, due: int) -> dict[str, object]:
    return {
        "id": str(act.command),
        "account_id": str(hold.person),
        "hold_id": str(hold.id),
        "amount": format_credits(due),
    }


def _payable(book: Book, stands: Standing, speaker: str | None) -> int:
    """Tell what the pool may pay beyond a hold: nothing for whoever may not draw on it any more.

    Nor on the word of a node that works here no more (A17).
    """
    if stands.access.mode == "disabled" or not works(book, speaker):
        return 0
    left = quota_left(book, stands.access)
    return left if stands.job is None else min(left, left_of(stands.job))


def _absorbed(amount: int) -> tuple[Transfer, ...]:
    if not amount:
        return ()
    source, sink = LedgerAccount.VENDOR_ABSORBED, LedgerAccount.CONSUMED
    return (Transfer(Kind.ABSORBED, source, sink, amount, NO_LOT),)


def _overran(act: Capture, hold: Hold, paid: int, absorbed: int) -> Says:
    """Tell by how much the hold grew, and what the vendor bears."""
    told: dict[str, object] = {
        "id": str(act.command),
        "account_id": str(hold.person),
        "hold_id": str(hold.id),
    }
    says: Says = ()
    if paid:
        says += ((HoldsExtended, {**told, "amount": format_credits(paid)}),)
    if absorbed:
        says += ((UsageOverran, {**told, "absorbed": format_credits(absorbed)}),)
    return says
