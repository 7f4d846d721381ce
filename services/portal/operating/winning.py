"""A dispute that was won: the money stayed, and what was taken back for it can be given again."""

from collections.abc import AsyncIterator
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

WON_DISPUTE = "won_dispute"
PAGE = 500


async def note_won(rooms: Rooms, event: UUID, *, buyer: UUID, store: str, refund: str) -> None:
    """Put what a chargeback took on the work list, once for each event; nothing if it took none.

    Raises NoAnswer: the store tells it again.
    """
    items = [item async for item in _items(rooms, event, buyer, (store, refund))]
    async with rooms.pool.acquire() as database:
        for item in items:
            await work_items.add(database, item)


async def _items(
    rooms: Rooms, event: UUID, buyer: UUID, chargeback: tuple[str, str]
) -> AsyncIterator[WorkItem]:
    for owner in await _wallets_of(rooms, buyer):
        books = Books(rooms.asking, STAFF, owner)
        refunds = await books.all(ListRefunds(limit=PAGE), "refunds")
        taken = [one for one in refunds if (one["store"], one["refund_id"]) == chargeback]
        taken = [one for one in taken if one["taken"]]
        ends = await _ends_of_lots(books) if taken else {}
        for one in taken:
            details = {
                "amount": one["amount"],
                "order_id": one["order_id"],
                "expires_at": ends.get(one["lot"]),
            }
            item = uuid5(event, str(one["line_no"]))
            yield WorkItem(item, WON_DISPUTE, owner, buyer, rooms.clock.now(), details)


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
