"""Alerts of a page: said with the batch that made them, and remembered as told in its commit."""

from services.credit_ledger.engine.page import Page
from services.credit_ledger.rules.alerts import alerts, is_topped_up
from services.credit_ledger.rules.chart import LedgerAccount

TOPS_UP = frozenset({LedgerAccount.ISSUED, LedgerAccount.ADJUSTMENT})


def tell_alerts(page: Page) -> None:
    """Tell what the batch crossed, after its last decision and before the page closes."""
    book = page.book
    if is_topped_up(book, page.beginning):
        _mark(page)
    found = alerts(book, page.beginning, page.people.values())
    book.told = found.told
    for access in found.people:
        page.people[access.person] = book.access[access.person] = access
    page.said.lines_of(found.lines)


def _mark(page: Page) -> None:
    """Measure the pool anew by what was available right after the last top-up."""
    for row in reversed(page.rows):
        balance, src, dst = row[3], row[-2], row[-1]
        if src in TOPS_UP and dst == LedgerAccount.FREE:
            if balance:
                page.book.mark, page.book.told = balance, 0
            return
