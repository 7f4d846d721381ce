"""What a decision leaves beside the books: rows that are written with it and loaded when asked."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from shared.contracts.credits import AccessMode

IntervalRole = Literal["ADMINISTRATOR", "MEMBER", "GUEST"]
ClosedRole = Literal["MEMBER", "GUEST"]


class RoleBegan(Struct, frozen=True):
    """A person has a role in the organization from `since` on; an earlier role ends there."""

    person: UUID
    role: IntervalRole
    since: datetime


class RoleEnded(Struct, frozen=True):
    """A person's role in the organization ended."""

    person: UUID
    until: datetime


class CountEnded(Struct, frozen=True):
    """A count of a quota's use is over (R22, T12); captures of its holds still count in it."""

    person: UUID
    count: int
    mode: AccessMode
    quota: int | None
    captured: int
    held: int
    ended_at: datetime
    seq_to: int


class CountMoved(Struct, frozen=True):
    """A hold of an earlier count was charged or gave back: what it changed of that count."""

    person: UUID
    count: int
    captured: int
    held: int


class Renamed(Struct, frozen=True):
    """An account's id names another wallet from now on: the pool, or again his own (T16).

    What came under it and waits for its hold follows: the hold will be authorized where it leads.
    """

    account: UUID
    wallet: int


class CoveredCapture(Struct, frozen=True):
    """A late capture told only of what the end of its lease had charged as metered (T29)."""

    command: UUID
    hold: UUID
    booked_at: datetime


class Closing(Struct, frozen=True):
    """An own wallet is closed by an organization its account joined, or open again (R36)."""

    closed_by: UUID | None
    closed_role: ClosedRole | None
    epoch: int


class LotChange(Struct, frozen=True):
    """What changes about a lot without moving credits."""

    number: int
    expires_at: datetime | None
    dormant_since: datetime | None
    withheld: bool
    noticed: bool


class Job(Struct, frozen=True, gc=False):
    """A job, its cap, and what its holds and usage lines took of it.

    One without a cap is counted in memory alone, in the batch in which it may get one.
    """

    name: str
    cap: int | None
    held: int
    captured: int


class Rate(Struct, frozen=True, gc=False):
    """What one whole unit of work costs on a class of nodes, from a time on (microcredits)."""

    number: int
    node_class: str
    unit: str
    price: int
    effective_from: datetime


class RateAdded(Struct, frozen=True):
    """A rate came onto the card, by whose word and when."""

    number: int
    node_class: str
    unit: str
    price: int
    effective_from: datetime
    set_by: UUID | None
    set_at: datetime

    @classmethod
    def of(cls, rate: Rate, *, by: UUID | None, at: datetime) -> "RateAdded":
        """Write down who added a rate."""
        return cls(rate.number, rate.node_class, rate.unit, rate.price, rate.effective_from, by, at)


# What a decision may leave to be written by a statement of its own, see store/records.py.
Record = Struct
