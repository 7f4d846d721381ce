"""Closing a wallet's months, before anything of the batch is decided."""

from services.credit_ledger.engine.page import Page
from services.credit_ledger.rules import closing
from services.credit_ledger.rules.book import BEGINNING
from shared.contracts.credit_notices import PeriodClosed


def close_periods(page: Page) -> None:
    """Close the months that are over; what the batch books stands in the open one (A18)."""
    book = page.book
    turn = closing.turn(book, page.now)
    # The first end is worth no write of its own; a later one is, or time would go on poking.
    if book.period_ends > BEGINNING:
        page.touched = True
    book.period_ends = turn.period_ends
    if turn.ended:
        book.closed_until = turn.ended[-1].ends
        page.records.extend(turn.ended)
        page.said.lines_of(
            (PeriodClosed, {"starts": period.starts, "ends": period.ends}) for period in turn.ended
        )
