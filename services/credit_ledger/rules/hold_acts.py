"""What is asked about holds beyond authorizing and ending them, and what prices their work."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Extend(Struct, frozen=True, gc=False):
    """Keep a hold alive, and set more aside for it; an amount of zero is a heartbeat (T26, T28).

    `metered` was used and is not captured yet; None leaves what was said before. `waited_in` as in
    `OfHold`.
    """

    command: UUID
    owner: UUID
    content: int
    hold: UUID
    amount: int
    lease_seconds: int
    metered: int | None
    body: str
    reply_to: str | None
    waited_in: int | None = None
    speaker: str | None = None


class SetRate(Struct, frozen=True, gc=False):
    """An operator sets the price of a unit of work on a class of nodes, from a time on."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    by_operator: bool
    node_class: str
    unit: str
    price: int
    effective_from: datetime
    door: str = ""
