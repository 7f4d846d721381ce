"""What every way out of an organization has in common: the first step of a removal (T1)."""

from services.membership.commands.succession import withdraw
from services.membership.rules import removals as rules
from services.membership.rules.standing import Membership
from services.membership.store import removals, seats, transfers
from shared.contracts.membership import MemberRemoved, RemovedReason
from shared.messaging.inbox import Change


async def begin(change: Change, membership: Membership, *, reason: RemovedReason) -> MemberRemoved:
    """Let somebody go, under the locks of his account and of his organization.

    His interval ends with this commit and everybody hears of it. Licensing and the ledger say when
    they have taken back what he had; until both did, the removal is open and is asked about. An
    offer to him ends, unless he only changes his role.
    """
    products = await seats.products_of(
        change.connection, membership.organization_id, membership.account_id
    )
    removed = rules.remove(membership, reason=reason, products=products, now=change.now)
    await removals.begin_removal(change.connection, removed)
    await change.say(removed, subject=removed.organization_id)
    if reason != "role_changed":
        await _withdraw_offer(change, membership)
    return removed


async def _withdraw_offer(change: Change, membership: Membership) -> None:
    offer = await transfers.open_offer(change.connection, membership.organization_id)
    if offer is not None and offer.to_account_id == membership.account_id:
        await withdraw(change, offer, "CANCELLED")
