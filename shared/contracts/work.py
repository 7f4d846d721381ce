"""What rendering work is: where it ran, what it belongs to, how much of it was measured."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from shared.contracts.message import Contract, Moment
from shared.contracts.money import WIRE_PATTERN, format_credits, positive

Name = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
GivenName = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
TagName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")]
Unit = Literal["ghz_hour", "core_hour", "gpu_hour", "frame"]
Frame = Annotated[int, Field(ge=0, le=10**9)]
TAGS_MAX = 10

Quantity = Annotated[
    int,
    BeforeValidator(positive),
    PlainSerializer(format_credits, return_type=str, when_used="json"),
    WithJsonSchema(
        {"type": "string", "pattern": WIRE_PATTERN, "format": "quantity", "examples": ["1.5"]}
    ),
]
"""Millionths of a unit of work, more than zero; a decimal string of units on the wire."""


class Measure(Contract):
    """How much work was measured, in place of credits; the rate card of its time prices it.

    `quantity` counts whole `unit`s with at most six places: GHz-hours, core-hours, GPU-hours or
    frames on a node of `node_class`. The price is quantity times rate, rounded half up to
    a whole microcredit once per line; what is measured costs at least one.
    """

    quantity: Quantity
    unit: Unit
    node_class: GivenName


class Work(Contract):
    """What a hold or a charge is for: the columns of usage reports. It decides nothing.

    `frame_first` and `frame_last` come together and include both ends. `occurred_at` is when the
    work was done, beside when it is booked (A18). At most ten tags, names up to 60 characters.
    """

    project: Name | None = None
    product: Name | None = None
    node: Name | None = None
    node_class: Name | None = None
    frame_first: Frame | None = None
    frame_last: Frame | None = None
    tags: Annotated[dict[TagName, Name], Field(max_length=TAGS_MAX, default_factory=dict)]
    occurred_at: Moment | None = None

    @model_validator(mode="after")
    def _frames_are_a_range(self) -> Self:
        if (self.frame_first is None) != (self.frame_last is None):
            message = "frame_first: comes together with frame_last"
            raise ValueError(message)
        if (self.frame_first or 0) > (self.frame_last or 0):
            message = "frame_last: comes before frame_first"
            raise ValueError(message)
        return self
