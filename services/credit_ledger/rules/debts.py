"""Debt: whatever comes free in an indebted wallet repays it first, in the same commit (T23)."""

from msgspec.structs import replace

from services.credit_ledger.rules.book import Book, Decision, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from shared.contracts.credit_facts import DebtRepaid
from shared.contracts.money import format_credits


def repaying(book: Book, decision: Decision) -> Decision:
    """Have what a decision sets free repay the debt, lot by lot."""
    debt = book.debt
    repaid: list[Transfer] = []
    lines: list[tuple[type[DebtRepaid], dict[str, object]]] = []
    for lot, free in _freed(decision).items():
        amount = min(debt, free)
        if amount <= 0:
            continue
        debt -= amount
        repaid.append(
            Transfer(Kind.REPAID, LedgerAccount.FREE, LedgerAccount.RECEIVABLE, amount, lot)
        )
        lines.append((DebtRepaid, _line(lot, amount, debt)))
    if not repaid:
        return decision
    return replace(
        decision, transfers=decision.transfers + tuple(repaid), says=(*decision.says, *lines)
    )


def _freed(decision: Decision) -> dict[int, int]:
    """Sum what each lot has free after the decision that it had not before."""
    freed: dict[int, int] = {}
    for transfer in decision.transfers:
        if transfer.dst == LedgerAccount.FREE:
            freed[transfer.lot] = freed.get(transfer.lot, 0) + transfer.amount
        elif transfer.src == LedgerAccount.FREE:
            freed[transfer.lot] = freed.get(transfer.lot, 0) - transfer.amount
    return freed


def _line(lot: int, amount: int, debt: int) -> dict[str, object]:
    return {"lot": lot, "amount": format_credits(amount), "debt": format_credits(debt)}
