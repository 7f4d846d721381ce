"""A refund that an operator records: written down, then said as the store would say it."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from services.portal.operating.wallets import Wallet, refund_id_of
from services.portal.rooms import Rooms, rooms_of
from services.portal.store import deeds, work_items
from services.portal.store.deeds import OPERATOR, Deed
from services.portal.store.work_items import OperatorAct
from shared.contracts.catalogue import fact_type
from shared.contracts.credit_answers import LotState
from shared.contracts.message import CLOUDEVENT_CONTENT_TYPE, Fact
from shared.contracts.money import format_credits
from shared.contracts.purchases import OrderRefunded, ReturnedLine
from shared.messaging.publisher import NotConfirmed, Outgoing
from shared.messaging.topology import STORE
from shared.service import Running

SOURCE = "/coffer/portal"
PAUSE_SECONDS = 0.5

log = structlog.get_logger()


@dataclass(frozen=True)
class Refunding:
    """What is given back of one lot, by whom and why; the id is the form's."""

    id: UUID
    lot: LotState
    amount: int
    reason: str
    by: UUID


async def record_refund(rooms: Rooms, wallet: Wallet, refunding: Refunding) -> None:
    """Write down who did it and what is to be said of it; the same form again changes nothing."""
    lot, now = refunding.lot, rooms.clock.now()
    assert lot.store is not None
    assert lot.order_id is not None
    assert lot.line_no is not None
    act = OperatorAct(
        refunding.id,
        refunding.by,
        now,
        "refund",
        f"{wallet.owner} lot {lot.lot} {format_credits(refunding.amount)}",
        refunding.reason,
    )
    data = OrderRefunded(
        store=lot.store,
        order_id=lot.order_id,
        refund_id=refund_id_of(refunding.id),
        account_id=wallet.buyer,
        at=now,
        lines=(ReturnedLine(line_no=lot.line_no, credits=refunding.amount),),
    )
    fact = Fact(
        id=refunding.id,
        source=SOURCE,
        type=fact_type(OrderRefunded),
        subject=wallet.buyer,
        time=now,
        data=data,
    )
    deed = Deed(
        id=refunding.id,
        organization_id=wallet.owner,
        act="refund",
        by=refunding.by,
        at=now,
        door=OPERATOR,
        after={
            "lot": lot.lot,
            "amount": format_credits(refunding.amount),
            "reason": refunding.reason,
        },
    )
    async with rooms.pool.acquire() as database, database.transaction():
        await work_items.note_act(
            database, act, untold=fact.model_dump_json(exclude_none=True).encode()
        )
        await deeds.note(database, deed)


async def tell(running: Running) -> None:
    """Say what was written down as the store would, for as long as the broker needs to take it."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        if not await _tell_next(rooms):
            await running.pause(PAUSE_SECONDS)


async def _tell_next(rooms: Rooms) -> bool:
    """Say one; several portals may say the same, which counts once."""
    async with rooms.pool.acquire() as database:
        found = await work_items.next_untold(database)
    if found is None:
        return False
    act, body = found
    outgoing = Outgoing(
        exchange=STORE,
        routing_key=OrderRefunded.ROUTING_KEY,
        body=body,
        message_id=act,
        type=fact_type(OrderRefunded),
        content_type=CLOUDEVENT_CONTENT_TYPE,
    )
    try:
        await rooms.publisher.publish(outgoing)
    except NotConfirmed as error:
        log.warning("refund_waits", refund=str(act), reason=repr(error))
        return False
    async with rooms.pool.acquire() as database:
        await work_items.told(database, act)
    return True
