"""What the outside store says; its events arrive on the exchange `store` as CloudEvents."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.message import FactData, Moment, OpenContract
from shared.contracts.money import Credits

LotCategory = Literal["promo", "included", "purchased"]
LicenseKind = Literal["COMMERCIAL", "EDU", "TRIAL", "BETA"]


class CreditLine(OpenContract):
    """One order line of cloud credits (R48); `credits` becomes one lot."""

    kind: Literal["credits"]
    line_no: Annotated[int, Field(ge=1, le=10_000)]
    credits: Credits
    category: LotCategory = "purchased"
    expires_at: Moment | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    unit_price: Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$")] | None = None


class LicenseLine(OpenContract):
    """One order line of `seats` seats of a product (R3, A13)."""

    kind: Literal["license"]
    line_no: Annotated[int, Field(ge=1, le=10_000)]
    product: Annotated[str, Field(min_length=1, max_length=120)]
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

    store: Annotated[str, Field(min_length=1, max_length=60)]
    order_id: Annotated[str, Field(min_length=1, max_length=120)]
    account_id: UUID
    placed_at: Moment
    paid_at: Moment
    lines: Annotated[tuple[OrderLine, ...], Field(min_length=1, max_length=1000)]
