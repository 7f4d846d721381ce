"""What ends when somebody leaves, and what is said of it (R16, T1)."""

from datetime import datetime, timedelta

from services.membership.rules.standing import Membership
from shared.contracts.membership import (
    MemberOffboarded,
    MemberRemoved,
    RemovalAwaited,
    RemovedReason,
)

SHORTEST = timedelta(microseconds=1)
AWAITED_AFTER = timedelta(seconds=5)


def ends_at(membership: Membership, *, now: datetime) -> datetime:
    """An interval is never empty, and never begins after its end, whatever the clock says."""
    return max(now, membership.added_at + SHORTEST)


def remove(
    membership: Membership, *, reason: RemovedReason, products: tuple[str, ...], now: datetime
) -> MemberRemoved:
    """End an interval at once: nobody who is being removed begins anything (T1, T2)."""
    return MemberRemoved(
        organization_id=membership.organization_id,
        account_id=membership.account_id,
        removed_at=ends_at(membership, now=now),
        reason=reason,
        products=products,
    )


def offboard(removed: RemovalAwaited, *, now: datetime) -> MemberOffboarded:
    """Licensing and the ledger are done: nothing of the organization is left to him (R16)."""
    return MemberOffboarded(
        organization_id=removed.organization_id,
        account_id=removed.account_id,
        removed_at=removed.removed_at,
        offboarded_at=max(now, removed.removed_at),
    )


def awaited_before(now: datetime) -> datetime:
    """Removals that began before this take too long: somebody missed or lost a fact."""
    return now - AWAITED_AFTER
