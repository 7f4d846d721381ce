"""What operators do by hand: correct, release, bring in; each act is written down (A17)."""

from datetime import datetime

from msgspec.structs import replace

from services.credit_ledger.rules.audited import asked
from services.credit_ledger.rules.book import (
    NEVER,
    Book,
    Decision,
    Lot,
    Purchase,
    Refusal,
    Transfer,
)
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.draws import Says
from services.credit_ledger.rules.effects import is_same
from services.credit_ledger.rules.purchase_acts import Adjust, BringIn, Release
from services.credit_ledger.rules.purchase_records import Adjusted, BroughtIn, LotReleased
from services.credit_ledger.rules.purchases import (
    ADJUSTMENT,
    PROMO,
    Arrival,
    bring,
    granted_line,
)
from services.credit_ledger.rules.records import LotChange
from services.credit_ledger.rules.signing import signed
from services.credit_ledger.rules.spending import take
from shared.contracts.credit_facts import CreditsAdjusted, CreditsReactivated
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

# Not remembered: the same id may come again from somebody who may (conventions 5).
OPERATOR_REQUIRED = Refusal((RefusalCode.OPERATOR_REQUIRED,), "actor", passing=True)
UNKNOWN_ENTRY = Refusal((RefusalCode.UNKNOWN_ENTRY,), "confirms")
DIFFERS = "what waits differs: amount, direction, reason and end are confirmed word for word"


def adjust(book: Book, act: Adjust, now: datetime) -> Decision | Refusal:
    """Add credits or remove free ones; above the agreed amount it takes two operators (A17)."""
    if not act.by_operator:
        return OPERATOR_REQUIRED
    entry = Adjusted(
        id=act.command,
        amount=act.amount,
        direction=act.direction,
        reason=act.reason,
        expires_at=act.expires_at,
        asked_by=act.by,
        confirmed_by=None,
        asked_at=now,
        booked=act.command,
    )
    if act.confirms is not None:
        confirmed = _confirmed(book, act)
        if isinstance(confirmed, Refusal):
            return confirmed
        entry = confirmed
    elif act.amount > book.adjustment_max:
        most = book.adjustment_max
        code = RefusalCode.SECOND_OPERATOR_REQUIRED
        records = (replace(entry, booked=None), asked(book, act, now))
        return Refusal((code,), "adjustment", most, most, records=records)
    if act.direction == "add":
        return _added(book, act, entry, now)
    return _removed(book, act, entry)


def release(book: Book, act: Release, now: datetime) -> Decision | Refusal:
    """Give a withheld lot free (T18); in a closed wallet it sleeps on until the wallet opens (T5).

    Its time stood still meanwhile: it expires later by as long as it slept.
    """
    if not act.by_operator:
        return OPERATOR_REQUIRED
    lot = next((lot for lot in book.lots if lot.number == act.lot), None)
    if lot is None:
        return Refusal((RefusalCode.UNKNOWN_LOT,), "lot")
    amount = lot.dormant if lot.withheld else 0
    decision = Decision(
        records=(LotReleased(act.lot, act.command, act.by, act.reason, now),),
        result={"amount": format_credits(amount)},
    )
    if not lot.withheld:
        return decision
    if book.closed_by is not None or not amount:
        return replace(decision, lot_changes=(_released(lot, lot.expires_at, lot.dormant_since),))
    return replace(
        decision,
        transfers=(
            Transfer(
                Kind.REACTIVATED, LedgerAccount.DORMANT, LedgerAccount.FREE, amount, lot.number
            ),
        ),
        lot_changes=(_released(lot, _pushed(lot, now), None),),
        says=((CreditsReactivated, _woken(act, amount)),),
    )


def bring_in(book: Book, act: BringIn, now: datetime) -> Decision | Refusal:
    """Open with a balance from another ledger; each reference counts once, however often sent."""
    if not act.by_operator:
        return OPERATOR_REQUIRED
    known = _brought_in(book, act)
    if known is not None and not is_same(known.content, act.content):
        return Refusal((RefusalCode.IDEMPOTENCY_KEY_REUSED,), "reference")
    amount = format_credits(act.amount)
    if known is not None:
        return Decision(result={"lot": known.lot, "amount": amount, "repeated": True})
    brought = bring(book, Arrival(act.amount, act.category, act.expires_at, act.purchase), now)
    number = brought.lot.number
    granted, line = granted_line(act.command, brought, act.amount)
    record = BroughtIn(act.purchase.order_id, act.content, number, act.by, act.note, now)
    return Decision(
        brought.transfers,
        lots=(brought.lot,),
        records=(record,),
        says=((granted, {**line, **signed(act.by, act.door)}), *brought.says),
        result={"lot": number, "amount": amount},
    )


def _confirmed(book: Book, act: Adjust) -> Adjusted | Refusal:
    """Let a second operator confirm what the first one asked, word for word and once."""
    asked = _asked(book, act)
    if asked is None:
        return UNKNOWN_ENTRY
    if asked.booked is not None:
        return replace(UNKNOWN_ENTRY, message="this adjustment is booked already")
    same = (act.amount, act.direction, act.reason, act.expires_at)
    if same != (asked.amount, asked.direction, asked.reason, asked.expires_at):
        return replace(UNKNOWN_ENTRY, message=DIFFERS)
    if asked.asked_by == act.by:
        return Refusal((RefusalCode.SECOND_OPERATOR_REQUIRED,), "confirms")
    return replace(asked, confirmed_by=act.by, booked=act.command)


def _asked(book: Book, act: Adjust) -> Adjusted | None:
    for record in reversed(book.left):
        if isinstance(record, Adjusted) and record.id == act.confirms:
            return record
    found = book.found.get((Adjusted, act.confirms))
    assert found is None or isinstance(found, Adjusted)
    return found


def _added(book: Book, act: Adjust, entry: Adjusted, now: datetime) -> Decision:
    """Make a lot of goodwill: it is used before what was bought with the same end (T25)."""
    purchase = Purchase(ADJUSTMENT, act.command.hex, 1, None, None)
    arrival = Arrival(
        act.amount,
        PROMO,
        act.expires_at,
        purchase,
        kind=Kind.ADJUSTED,
        src=LedgerAccount.ADJUSTMENT,
    )
    brought = bring(book, arrival, now)
    said = _said(act, brought.lot.number, act.amount)
    return Decision(
        brought.transfers,
        lots=(brought.lot,),
        records=(entry,),
        says=(*said, *brought.says),
        result={"amount": format_credits(act.amount)},
    )


def _removed(book: Book, act: Adjust, entry: Adjusted) -> Decision | Refusal:
    """Take free credits in burn-down order; what is held or sleeps is not touched."""
    if act.amount > book.free:
        return Refusal((RefusalCode.POOL_INSUFFICIENT,), "pool", book.free, book.free)
    draws = take(book.lots, act.amount)
    return Decision(
        tuple(
            Transfer(
                Kind.ADJUSTED, LedgerAccount.FREE, LedgerAccount.ADJUSTMENT, draw.amount, draw.lot
            )
            for draw in draws
        ),
        records=(entry,),
        says=tuple(line for draw in draws for line in _said(act, draw.lot, draw.amount)),
        result={"amount": format_credits(act.amount)},
    )


def _said(act: Adjust, lot: int, amount: int) -> Says:
    line: dict[str, object] = {
        "id": act.command,
        "lot": lot,
        "amount": format_credits(amount),
        "direction": act.direction,
        "reason": act.reason,
        **signed(act.by, act.door),
    }
    return ((CreditsAdjusted, line),)


def _woken(act: Release, amount: int) -> dict[str, object]:
    line: dict[str, object] = {"lot": act.lot, "amount": format_credits(amount)}
    return line | signed(act.by, act.door)


def _released(lot: Lot, expires_at: datetime | None, dormant_since: datetime | None) -> LotChange:
    return LotChange(lot.number, expires_at, dormant_since, withheld=False, noticed=False)


def _pushed(lot: Lot, now: datetime) -> datetime | None:
    """Move the end of a lot by as long as it slept (T5)."""
    if lot.expires_at is None or lot.dormant_since is None:
        return lot.expires_at
    slept = now - lot.dormant_since
    return lot.expires_at + slept if slept < NEVER - lot.expires_at else NEVER


def _brought_in(book: Book, act: BringIn) -> BroughtIn | None:
    reference = act.purchase.order_id
    for record in book.left:
        if isinstance(record, BroughtIn) and record.reference == reference:
            return record
    found = book.found.get((BroughtIn, reference))
    assert found is None or isinstance(found, BroughtIn)
    return found
