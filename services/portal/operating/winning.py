"""A dispute that was won: the money stayed, and what was taken back for it can be given again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from services.portal.asking import RefusedError
from services.portal.live.ops.health import STAFF
from services.portal.rooms import Rooms
from services.portal.store import work_items
from services.portal.store.work_items import WorkItem
from services.portal.views.books import Books
from shared.contracts.accounts import AccountFound, FindAccount
from shared.contracts.credit_queries import ListLots
from shared.contracts.credit_records import ListRefunds
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer

WON_DISPUTE = "won_dispute"
PAGE = 500
PASSING = {RefusalCode.OVERLOADED, RefusalCode.COPY_STALE}


@dataclass(frozen=True)
class Won:
    """A dispute about an order: the refund is how its chargeback is called where refunds are.

    `item` names what is to be decided about it: a store may tell of one dispute under many ids.
    """

    item: UUID
    buyer: UUID
    store: str
    order_id: str
    refund: str


async def note_won(rooms: Rooms, dispute: Won) -> None:
    """Put what a chargeback took on the work list, once however often it is told.

    Raises NoAnswer: the store tells it again.
    """
    try:
        items = [item async for item in _items(rooms, dispute)]
    except RefusedError as error:
        if error.refused.code not in PASSING:
            raise
        raise NoAnswer(str(error)) from error
    async with rooms.pool.acquire() as database:
        for item in items:
            await work_items.add(database, item)


async def _items(rooms: Rooms, dispute: Won) -> AsyncIterator[WorkItem]:
    """Each line of the order with what it lost; one to look for it where nothing is known to be.

    The wallet may be another's by now, or the ledger behind: the staff find it, we do not.
    """
    told_at, wallets = rooms.clock.now(), await _wallets_of(rooms, dispute.buyer)
    found = [(owner, one) for owner in wallets async for one in _taken(rooms, owner, dispute)]
    for owner, (line_no, details) in found:
        item = uuid5(dispute.item, str(line_no))
        yield WorkItem(item, WON_DISPUTE, owner, dispute.buyer, told_at, details)
    if not found:
        details = {"order_id": dispute.order_id}
        yield WorkItem(dispute.item, WON_DISPUTE, wallets[0], dispute.buyer, told_at, details)


async def _taken(
    rooms: Rooms, owner: UUID, dispute: Won
) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """What was taken out of a wallet, by the line of its order."""
    books = Books(rooms.asking, STAFF, owner)
    refunds = await books.all(ListRefunds(limit=PAGE), "refunds")
    chargeback = (dispute.store, dispute.refund)
    taken = [one for one in refunds if (one["store"], one["refund_id"]) == chargeback]
    taken = [one for one in taken if one["taken"]]
    ends = await _ends_of_lots(books) if taken else {}
    for one in taken:
        yield (
            one["line_no"],
            {
                "amount": one["amount"],
                "order_id": one["order_id"],
                "expires_at": ends.get(one["lot"]),
            },
        )


async def _wallets_of(rooms: Rooms, buyer: UUID) -> tuple[UUID, ...]:
    """Where what somebody bought may be: in the pool of the organization he runs, or in his own."""
    try:
        found = await rooms.asking.show(FindAccount(account_id=buyer), AccountFound)
    except RefusedError as error:
        if error.refused.code != RefusalCode.UNKNOWN_ACCOUNT:
            raise
        return (buyer,)
    owners = (found.organization_id, buyer)
    return tuple(owner for owner in owners if owner is not None)


async def _ends_of_lots(books: Books) -> dict[Any, Any]:
    lots = await books.all(ListLots(limit=PAGE), "lots")
    return {lot["lot"]: lot["expires_at"] for lot in lots}
