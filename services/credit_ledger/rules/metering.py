"""What a hold used and nobody captured yet, as its heartbeats tell (T28)."""

from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.rules.book import Hold


def metered(hold: Hold, command: UUID, amount: int | None) -> Hold:
    """Take a heartbeat's word for what is not captured yet, unless a later word has come.

    Who speaks for a hold mints his ids in the order of what happens: a heartbeat older than the
    last one, or than a capture that is booked, tells of a time that is over.
    """
    if amount is None or _is_over(hold, command):
        return hold
    return replace(hold, metered=amount, metered_by=command)


def told_of(hold: Hold, command: UUID, amount: int) -> Hold:
    """Let a capture settle as much of what is metered as it tells of."""
    last = hold.metered_by if _is_over(hold, command) else command
    return replace(hold, metered=max(0, hold.metered - amount), metered_by=last)


def _is_over(hold: Hold, command: UUID) -> bool:
    return hold.metered_by is not None and command < hold.metered_by
