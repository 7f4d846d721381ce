"""Counts of a quota's use: restarted by the Administrator, or by the period it renews with."""

from datetime import datetime

from msgspec.structs import replace

from services.credit_ledger.rules.book import Access, Book, Decision
from services.credit_ledger.rules.periods import next_renewal
from services.credit_ledger.rules.records import CountEnded
from shared.contracts.credit_facts import QuotaRestarted
from shared.contracts.money import format_credits


def count_ended(book: Book, access: Access, now: datetime) -> CountEnded:
    """Keep a count as it ends: whatever the wallet books from its next row on counts elsewhere."""
    return CountEnded(
        access.person,
        access.count,
        access.mode,
        access.quota,
        access.captured,
        access.held,
        now,
        book.seq,
    )


def restarted(book: Book, access: Access, now: datetime) -> tuple[Access, Decision]:
    """Begin a new count; what is held stays with the count it was authorized in (R22, T12)."""
    renews_at = None
    if access.period is not None:
        renews_at = next_renewal(access.period, book.terms.zone, now)
    fresh = replace(access, captured=0, held=0, count=access.count + 1, told=0, renews_at=renews_at)
    ended = count_ended(book, access, now)
    line: dict[str, object] = {
        "account_id": str(access.person),
        "count": fresh.count,
        "captured": format_credits(access.captured),
    }
    return fresh, Decision(records=(ended,), says=((QuotaRestarted, line),))
