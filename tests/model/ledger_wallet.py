"""What the model of the ledger remembers, and what it is asked and answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Ask:
    """One thing somebody asks for; `effect` is what makes another ask with its id a different one.

    `waited` is set when a capture or void has waited for its hold in vain.
    """

    kind: str
    id: UUID
    owner: UUID
    effect: tuple[object, ...]
    waited: bool = False


@dataclass(frozen=True)
class Answer:
    """What came of an ask; `parked` ones are answered when their hold comes, or in vain."""

    id: UUID
    binding: tuple[str, ...] = ()
    left: int | None = None
    amount: int | None = None
    captured: int | None = None
    released: int | None = None
    available: int = 0
    duplicate: bool = False
    parked: bool = False


@dataclass
class Lot:
    order: str
    rank: tuple[datetime, int, int]
    expires_at: datetime
    granted: int
    free: int
    held: int = 0


@dataclass
class Person:
    role: str
    mode: str = "disabled"
    quota: int | None = None
    captured: int = 0
    held: int = 0


@dataclass
class Hold:
    person: UUID
    authorized: int
    lease_until: datetime
    parts: dict[int, int]
    captured: int = 0
    state: str = "open"

    @property
    def held(self) -> int:
        return sum(self.parts.values())


@dataclass
class Wallet:
    """All of one wallet; totals of what left it are counted, everything else is summed."""

    lots: list[Lot] = field(default_factory=list)
    people: dict[UUID, Person] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    verdicts: dict[UUID, tuple[tuple[object, ...], Answer]] = field(default_factory=dict)
    waiting: dict[UUID, list[Ask]] = field(default_factory=dict)
    captured: int = 0
    expired: int = 0

    @property
    def granted(self) -> int:
        return sum(lot.granted for lot in self.lots)

    @property
    def free(self) -> int:
        return sum(lot.free for lot in self.lots)

    @property
    def held(self) -> int:
        return sum(lot.held for lot in self.lots)

    def burn_down(self) -> list[int]:
        """Which lots go first (T25): soonest to expire, then promo, then oldest."""
        return sorted(range(len(self.lots)), key=lambda number: self.lots[number].rank)

    def expire(self, now: datetime) -> None:
        """Take what is free of lots past their time (T24)."""
        for lot in self.lots:
            if lot.expires_at <= now:
                self.expired += lot.free
                lot.free = 0


def named(value: object) -> UUID:
    """The id at the head of an effect."""
    assert isinstance(value, UUID)
    return value
