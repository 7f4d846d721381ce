"""What the outside store says; its events arrive on the exchange `store` as CloudEvents."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.message import FactData, Moment, OpenContract
from shared.contracts.money import Credits

# A character that no text column takes.
NO_NUL = r"^[^\x00]*$"
LotCategory = Literal["promo", "included", "purchased"]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
UnitPrice = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")]
Store = Annotated[str, Field(min_length=1, max_length=60, pattern=NO_NUL)]
OrderId = Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
LineNumber = Annotated[int, Field(ge=1, le=10_000)]
Product = Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
Channel = Literal["STORE", "RESELLER"]
LicenseKind = Literal["COMMERCIAL", "EDU", "TRIAL", "BETA"]


class CreditLine(OpenContract):
    """One order line of cloud credits (R48); `credits` becomes one lot."""

    kind: Literal["credits"]
    line_no: LineNumber
    credits: Credits
    category: LotCategory = "purchased"
    expires_at: Moment | None = None
    currency: Currency | None = None
    unit_price: UnitPrice | None = None


class LicenseLine(OpenContract):
    """One order line of `seats` seats of a product (R3, A13)."""

    kind: Literal["license"]
    line_no: LineNumber
    product: Product
    license_kind: LicenseKind
    seats: Annotated[int, Field(ge=1, le=1_000_000)]
    expires_at: Moment | None = None


OrderLine = Annotated[CreditLine | LicenseLine, Field(discriminator="kind")]


class OrderPaid(FactData):
    """A customer's order is paid; each line counts once, keyed by (store, order_id, line_no).

    The subject of the event is the account that placed the order.
    """

    ROUTING_KEY: ClassVar[str] = "store.order.paid"
    SERVICE: ClassVar[str] = "store"

    store: Store
    order_id: OrderId
    account_id: UUID
    placed_at: Moment
    paid_at: Moment
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=1000, fail_fast=True)]


class ReturnedLine(OpenContract):
    """How many credits of one order line are taken back; licenses are returned elsewhere."""

    line_no: LineNumber
    credits: Credits


class CreditsTakenBack(FactData):
    """What a refund and a chargeback have in common; each line counts once per `refund_id`."""

    SERVICE: ClassVar[str] = "store"

    store: Store
    order_id: OrderId
    refund_id: Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
    account_id: UUID
    at: Moment
    lines: Annotated[tuple[ReturnedLine, ...], Field(min_length=1, max_length=1000, fail_fast=True)]


class OrderRefunded(CreditsTakenBack):
    """The store gave the customer money back for credits of an order (T20, T22, T23).

    The subject of the event is the account that placed the order. It may arrive before the
    `OrderPaid` it undoes, which then grants only the rest. What has been spent already is settled
    from other lots, then owed.
    """

    ROUTING_KEY: ClassVar[str] = "store.order.refunded"


class OrderChargedBack(CreditsTakenBack):
    """The customer's bank took the money of an order back (T20, T22, T23).

    The subject of the event is the account that placed the order. It may arrive before the
    `OrderPaid` it undoes, which then grants only the rest. What has been spent already is settled
    from other lots, then owed.
    """

    ROUTING_KEY: ClassVar[str] = "store.order.charged_back"
