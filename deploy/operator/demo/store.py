"""What the store says in the story: orders that are paid, and money that is taken back."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from shared.contracts.catalogue import FACT_BY_TYPE, fact_type
from shared.contracts.message import CLOUDEVENT_CONTENT_TYPE
from shared.contracts.money import parse_credits
from shared.contracts.purchases import (
    CreditLine,
    CreditsTakenBack,
    LicenseKind,
    LicenseLine,
    OrderLine,
    OrderPaid,
    ReturnedLine,
)
from shared.messaging.publisher import Outgoing
from shared.messaging.topology import STORE

STORE_NAME = "online"
StoreEvent: TypeAlias = OrderPaid | CreditsTakenBack


def credit_line(amount: str, *, ends: datetime) -> CreditLine:
    """Write credits as the first line of an order."""
    return CreditLine(kind="credits", line_no=1, credits=parse_credits(amount), expires_at=ends)


def seats(
    product: str, number: int, *, ends: datetime, line_no: int = 1, kind: LicenseKind = "COMMERCIAL"
) -> LicenseLine:
    """Write seats of a product as a line of an order."""
    return LicenseLine(
        kind="license",
        line_no=line_no,
        product=product,
        license_kind=kind,
        seats=number,
        expires_at=ends,
    )


def paid(order_id: str, buyer: UUID, lines: tuple[OrderLine, ...], at: datetime) -> OrderPaid:
    """Say that an order was placed and paid."""
    return OrderPaid(
        store=STORE_NAME,
        order_id=order_id,
        account_id=buyer,
        placed_at=at,
        paid_at=at,
        lines=lines,
    )


def taken_back(
    kind: type[CreditsTakenBack], order_id: str, buyer: UUID, amount: str, at: datetime
) -> CreditsTakenBack:
    """Say that the money for credits of an order's first line is taken back."""
    return kind(
        store=STORE_NAME,
        order_id=order_id,
        refund_id=f"back-of-{order_id}",
        account_id=buyer,
        at=at,
        lines=(ReturnedLine(line_no=1, credits=parse_credits(amount)),),
    )


def as_told(data: StoreEvent, identifier: UUID, at: datetime) -> Outgoing:
    """Wrap what the store says in the CloudEvent that services hear."""
    name = fact_type(type(data))
    event = FACT_BY_TYPE[name](
        id=identifier,
        source=f"/store/{STORE_NAME}",
        type=name,
        subject=data.account_id,
        time=at,
        data=data,
    )
    return Outgoing(
        exchange=STORE,
        routing_key=data.ROUTING_KEY,
        body=event.model_dump_json(exclude_none=True).encode(),
        message_id=event.id,
        type=event.type,
        content_type=CLOUDEVENT_CONTENT_TYPE,
    )
