"""What Stripe says, as far as it concerns us; what else stands in an event is left aside."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from shared.contracts.message import OpenContract

Cents = Annotated[int, Field(ge=0, le=10**15)]
Seconds = Annotated[int, Field(ge=0, le=10**11)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Customer(OpenContract):
    """What the customer typed at the checkout."""

    email: str | None = None


class Session(OpenContract):
    """A checkout."""

    id: Name
    created: Seconds
    payment_status: Literal["paid", "unpaid", "no_payment_required"]
    payment_intent: Name | None = None
    amount_total: Cents
    client_reference_id: str | None = None
    customer_details: Customer | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class Charge(OpenContract):
    """A payment of which money went back; `amount_refunded` counts all refunds together."""

    id: Name
    payment_intent: Name
    amount_refunded: Cents


class RefundedBefore(OpenContract):
    """What a charge was before the refund."""

    amount_refunded: Cents


class Dispute(OpenContract):
    """Money that the customer's bank took back, or asks about."""

    id: Name
    payment_intent: Name
    amount: Cents
    status: str = ""

    @property
    def is_inquiry(self) -> bool:
        """Whether the bank only asks: no money moved."""
        return self.status.startswith("warning_")


class About(OpenContract):
    """What an event is about, and what it was before."""

    object: dict[str, JsonValue]
    previous_attributes: dict[str, JsonValue] = Field(default_factory=dict)


class Event(OpenContract):
    """What Stripe puts around everything it says."""

    id: Name
    type: str
    created: Seconds
    data: About
