"""A wallet as the staff look at it: what it has, what it was made of, what was corrected."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.live.desks import find_organization
from services.portal.rooms import Rooms
from services.portal.store import work_items
from services.portal.store.work_items import OperatorAct
from services.portal.viewer import Viewer
from services.portal.views.faces import face_of, faces_of, organization_called
from shared.contracts.credit_answers import LotList, LotState, PoolState
from shared.contracts.credit_queries import ListLots, ShowPool
from shared.contracts.credit_records import ListAdjustments, ListRefunds
from shared.contracts.record_answers import Adjustment, AdjustmentList, Refund, RefundList

PAGE = 500


@dataclass(frozen=True)
class Wallet:
    """One wallet; `name` is whose it is."""

    owner: UUID
    name: str
    is_organization: bool
    buyer: UUID
    pool: PoolState
    lots: tuple[LotState, ...]
    adjustments: tuple[Adjustment, ...]
    refunds: tuple[Refund, ...]
    acts: tuple[OperatorAct, ...]
    operators: dict[UUID, str]

    @property
    def orders(self) -> tuple[LotState, ...]:
        """The lots that came of orders, and can be refunded, the newest first."""
        bought = [lot for lot in self.lots if lot.store is not None and lot.order_id is not None]
        return tuple(sorted(bought, key=lambda lot: lot.lot, reverse=True))

    def lot(self, number: int) -> LotState | None:
        return next((lot for lot in self.lots if lot.lot == number), None)


async def open_wallet(rooms: Rooms, viewer: Viewer, owner: UUID) -> Wallet:
    """Open a wallet; raises RefusedError when there is none."""
    asking = rooms.asking
    pool, lots, adjustments, refunds = await asyncio.gather(
        asking.show(ShowPool(), PoolState, viewer=viewer, owner=owner),
        asking.show(ListLots(limit=PAGE), LotList, viewer=viewer, owner=owner),
        asking.show(ListAdjustments(limit=PAGE), AdjustmentList, viewer=viewer, owner=owner),
        asking.show(ListRefunds(limit=PAGE), RefundList, viewer=viewer, owner=owner),
    )
    async with rooms.pool.acquire() as database:
        acts = await work_items.acts_about(database, str(owner), PAGE)
    people = [one.asked_by for one in adjustments.adjustments] + [act.done_by for act in acts]
    faces = await faces_of(asking, people)
    name, buyer = await _whose(rooms, owner)
    return Wallet(
        owner=owner,
        name=name,
        is_organization=pool.kind == "ORGANIZATION",
        buyer=buyer,
        pool=pool,
        lots=lots.lots,
        adjustments=adjustments.adjustments,
        refunds=refunds.refunds,
        acts=acts,
        operators={account: face.name for account, face in faces.items()},
    )


async def _whose(rooms: Rooms, owner: UUID) -> tuple[str, UUID]:
    """The name of a wallet, and who buys for it."""
    try:
        listed = await find_organization(rooms, owner)
    except RefusedError:
        face = await face_of(rooms.asking, owner)
        return face.name, owner
    return organization_called(listed.name, listed.administrator_name), listed.administrator_id
