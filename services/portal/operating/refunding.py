"""A refund that an operator records: said as the store would say it, once, and confirmed."""

from dataclasses import dataclass
from uuid import UUID

from services.portal.operating.wallets import Wallet
from services.portal.rooms import Rooms
from services.portal.store import work_items
from services.portal.store.work_items import OperatorAct
from shared.contracts.catalogue import fact_type
from shared.contracts.credit_answers import LotState
from shared.contracts.message import CLOUDEVENT_CONTENT_TYPE, Fact
from shared.contracts.money import format_credits
from shared.contracts.purchases import OrderRefunded, ReturnedLine
from shared.messaging.publisher import Outgoing
from shared.messaging.topology import STORE

SOURCE = "/coffer/portal"


@dataclass(frozen=True)
class Refunding:
    """What is given back of one lot, by whom and why; the id is the form's."""

    id: UUID
    lot: LotState
    amount: int
    reason: str
    by: UUID


async def record_refund(rooms: Rooms, wallet: Wallet, refunding: Refunding) -> None:
    """Write down who did it, then say it; the same form again says the same again, once counted."""
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
    async with rooms.pool.acquire() as database:
        await work_items.note_act(database, act)
    data = OrderRefunded(
        store=lot.store,
        order_id=lot.order_id,
        refund_id=f"operator-{refunding.id}",
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
    await rooms.publisher.publish(
        Outgoing(
            exchange=STORE,
            routing_key=data.ROUTING_KEY,
            body=fact.model_dump_json(exclude_none=True).encode(),
            message_id=refunding.id,
            type=fact.type,
            content_type=CLOUDEVENT_CONTENT_TYPE,
        )
    )
