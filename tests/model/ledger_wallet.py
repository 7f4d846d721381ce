"""What the model of the ledger remembers: wallets with lots, people and holds; plain Python."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

FOREVER = datetime.max.replace(tzinfo=UTC)
WISHES_LAPSE = timedelta(days=30)


@dataclass(frozen=True)
class Ask:
    """One thing somebody asks for; `effect` is what makes another ask with its id a different one.

    `waited_in` is set when a command has waited for its hold: the number, in the database, of the
    wallet where it did. The model asks only whether it has.
    """

    kind: str
    id: UUID
    owner: UUID
    effect: tuple[Any, ...]
    waited_in: int | None = None


@dataclass(frozen=True)
class Answer:
    """What came of an ask; `parked` ones are answered when their hold comes, or in vain.

    `left` is what the first limit that binds leaves, where it is a limit of an amount; `flags`
    name what would have bound where quotas are only observed (R51).
    """

    id: UUID
    binding: tuple[str, ...] = ()
    left: int = 0
    amount: int = 0
    captured: int = 0
    released: int = 0
    available: int = 0
    flags: tuple[str, ...] = ()
    duplicate: bool = False
    parked: bool = False


@dataclass(eq=False)
class Lot:
    """One purchase, by its place among the wallet's lots; `number` is its name in the ledger."""

    category: int
    expires_at: datetime
    born: int
    granted: int = 0
    free: int = 0
    held: int = 0
    dormant: int = 0
    captured: int = 0
    expired: int = 0
    clawed_back: int = 0
    credited_back: int = 0
    adjusted: int = 0
    owed: int = 0
    asleep_since: datetime | None = None
    withheld: bool = False
    number: int = 0

    @property
    def rank(self) -> tuple[datetime, int, int]:
        """Which goes first (T25): soonest to expire, then promo, included, purchased, then old."""
        return (self.expires_at, self.category, self.born)

    @property
    def is_open(self) -> bool:
        return self.free + self.held + self.dormant > 0

    @property
    def conserves(self) -> bool:
        """I12, lot by lot."""
        here = self.free + self.dormant + self.held
        gone = self.captured + self.expired + self.clawed_back + self.adjusted
        return self.granted + self.owed + self.credited_back == here + gone


@dataclass(eq=False)
class Count:
    """What a person used and holds since the last restart (conventions 13)."""

    captured: int = 0
    held: int = 0


@dataclass(eq=False)
class Person:
    """A person's access to one wallet; the last count is the one that runs."""

    role: str
    mode: str = "disabled"
    quota: int | None = None
    period: str | None = None
    renews_at: datetime | None = None
    counts: list[Count] = field(default_factory=lambda: [Count()])

    @property
    def count(self) -> Count:
        return self.counts[-1]


@dataclass(frozen=True, eq=False)
class Draw:
    """Part of a hold or a charge: of which lot, and in which count it was authorized (T12)."""

    lot: Lot
    count: Count
    amount: int


@dataclass(eq=False)
class Hold:
    """Credits set aside; `spent` is what was captured and not credited back."""

    person: UUID
    authorized: int
    lease_until: datetime
    job: str | None
    draws: list[Draw]
    spent: list[Draw] = field(default_factory=list)
    captured: int = 0
    metered: int = 0
    told_by: UUID | None = None
    charged_ahead: int = 0
    absorbed: int = 0
    state: str = "open"

    @property
    def held(self) -> int:
        return sum(draw.amount for draw in self.draws)


@dataclass(eq=False)
class Job:
    """What everything that names a job took; only some have a cap."""

    cap: int | None = None
    held: int = 0
    captured: int = 0


@dataclass
class Terms:
    """What an organization agreed on (A18, A19, T26, T29)."""

    zone: str = "UTC"
    observe: bool = False
    overrun_max: int = 0
    credit_back_days: int = 30
    late_usage_hours: int = 24


@dataclass(eq=False)
class Wish:
    """A person's request for access."""

    person: UUID
    mode: str
    quota: int | None
    asked_at: datetime
    state: str = "open"

    def waits(self, now: datetime) -> bool:
        """Whether it can be decided still: what nobody decided for 30 days has lapsed."""
        return self.state == "open" and now - self.asked_at < WISHES_LAPSE


@dataclass(eq=False)
class Wallet:
    """All of one wallet; what its lots keep is summed, never kept twice."""

    kind: str
    owner: UUID
    lots: list[Lot] = field(default_factory=list)
    people: dict[UUID, Person] = field(default_factory=dict)
    holds: dict[UUID, Hold] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    wishes: dict[UUID, Wish] = field(default_factory=dict)
    charges: dict[UUID, list[Draw]] = field(default_factory=dict)
    jobs_of_lines: dict[UUID, str | None] = field(default_factory=dict)
    brought_in: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    brought_by: dict[str, UUID] = field(default_factory=dict)
    verdicts: dict[UUID, tuple[tuple[Any, ...], Answer]] = field(default_factory=dict)
    waiting: dict[UUID, list[Ask]] = field(default_factory=dict)
    closed_by: UUID | None = None
    closed_role: str | None = None
    absorbed: int = 0

    def total(self, name: str) -> int:
        """Sum one ledger account over the lots (I2)."""
        return sum(getattr(lot, name) for lot in self.lots)

    @property
    def free(self) -> int:
        return self.total("free")

    @property
    def debt(self) -> int:
        return self.total("owed")

    @property
    def is_active(self) -> bool:
        """Whether its credits count as active personal ones (R39, A10)."""
        return self.free > 0 or any(hold.state == "open" for hold in self.holds.values())

    def awaits(self, command: UUID) -> bool:
        """Whether a command waits here for its hold."""
        return any(ask.id == command for asks in self.waiting.values() for ask in asks)

    def burn_down(self) -> list[Lot]:
        return sorted(self.lots, key=lambda lot: lot.rank)

    def job(self, name: str | None) -> Job | None:
        return None if name is None else self.jobs.setdefault(name, Job())
