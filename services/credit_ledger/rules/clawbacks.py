"""Claw-backs: what the store refunds or a bank takes back leaves the wallet again (T22, T23)."""

from datetime import datetime

from services.credit_ledger.rules.book import Book, Decision, Lot, Refusal, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.draws import Says
from services.credit_ledger.rules.purchase_acts import ClawBack
from services.credit_ledger.rules.purchase_records import RefundTaken
from shared.contracts.credit_facts import CreditsClawedBack, DebtRaised
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

# The payment is known but not granted yet: whoever grants it looks for refunds and takes them then.
NOT_YET = Refusal((RefusalCode.UNKNOWN_LOT,), "order", passing=True)


def claw_back(book: Book, act: ClawBack, _now: datetime) -> Decision | Refusal:
    """Take back what was paid for a lot; what it no longer has, other lots and then debt settle.

    Never more than was bought: all refunds of one order line add up to its lot at most.
    """
    lot = lot_of(book, act.store, act.order_id, act.line_no)
    if lot is None:
        return NOT_YET
    left = lot.granted - _taken_before(book, act)
    if act.amount > left:
        return Refusal((RefusalCode.INVALID_AMOUNT,), "lot", lot.granted, left)
    transfers = _taken(book, lot, act.amount)
    debt = sum(t.amount for t in transfers if t.src == LedgerAccount.RECEIVABLE)
    return Decision(
        transfers,
        records=(RefundTaken(act.store, act.order_id, act.line_no, act.command, act.amount),),
        says=_said(book, act, lot, debt),
    )


def lot_of(book: Book, store: str, order_id: str, line_no: int) -> Lot | None:
    """Find the lot that came of an order line; a closed one is there when an act names it."""
    for lot in book.lots:
        purchase = lot.purchase
        if (purchase.store, purchase.order_id, purchase.line_no) == (store, order_id, line_no):
            return lot
    return None


def _taken(book: Book, lot: Lot, amount: int) -> tuple[Transfer, ...]:
    """Choose what settles it: the lot itself, then the free ones in burn-down order, then debt.

    What the lot let expire unused goes before any other lot: nobody pays for it twice.
    """
    number = lot.number
    sources = [
        (LedgerAccount.FREE, lot.free, number),
        (LedgerAccount.DORMANT, lot.dormant, number),
        (LedgerAccount.EXPIRED, lot.expired, number),
        *((LedgerAccount.FREE, one.free, one.number) for one in book.lots if one is not lot),
        (LedgerAccount.RECEIVABLE, amount, number),
    ]
    transfers = []
    for src, has, number in sources:
        part = min(has, amount)
        amount -= part
        if part:
            transfers.append(Transfer(Kind.CLAWED_BACK, src, LedgerAccount.CLAWBACK, part, number))
    return tuple(transfers)


def _taken_before(book: Book, act: ClawBack) -> int:
    """Sum what earlier refunds took of the same order line, in this batch and before."""
    line = (act.store, act.order_id, act.line_no)
    here = sum(
        record.amount
        for record in book.left
        if isinstance(record, RefundTaken)
        and (record.store, record.order_id, record.line_no) == line
    )
    found = book.found.get((RefundTaken, *line), 0)
    assert isinstance(found, int)
    return found + here


def _said(book: Book, act: ClawBack, lot: Lot, debt: int) -> Says:
    line: dict[str, object] = {
        "id": act.command,
        "lot": lot.number,
        "amount": format_credits(act.amount),
        "debt": format_credits(debt),
        "order_id": act.order_id,
        "reason": act.reason,
    }
    if act.refund_id is not None:
        line["refund_id"] = act.refund_id
    if not debt:
        return ((CreditsClawedBack, line),)
    raised: dict[str, object] = {
        "lot": lot.number,
        "amount": format_credits(debt),
        "debt": format_credits(book.debt + debt),
    }
    return (CreditsClawedBack, line), (DebtRaised, raised)
