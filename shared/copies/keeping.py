"""The copies a service keeps of others: whom it copies, and how each copy stands at the moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Annotated, TypeAlias
from uuid import UUID

from faststream import Context

from shared.contracts.copies import (
    FetchCreditLedgerFacts,
    FetchCreditLedgerHeads,
    FetchFacts,
    FetchHeads,
    FetchLicensingFacts,
    FetchLicensingHeads,
    FetchLicensingSnapshot,
    FetchMembershipFacts,
    FetchMembershipHeads,
    FetchMembershipSnapshot,
    FetchPersonalCredits,
    Head,
    Watermark,
)
from shared.contracts.message import CommandData, Fact, FactData, Refused, refuse
from shared.contracts.refusals import RefusalCode
from shared.contracts.snapshots import (
    KnownPersonalCredits,
    LicensingSnapshot,
    LicensingSubject,
    MembershipSnapshot,
    MembershipSubject,
    PersonalCredits,
)
from shared.copies.freshness import Freshness
from shared.messaging.inbox import Act
from shared.messaging.topology import CREDIT_LEDGER, LICENSING, MEMBERSHIP
from shared.service import Room, Running

NOTED_MAX = 5_000
KnownSubject: TypeAlias = MembershipSubject | LicensingSubject | KnownPersonalCredits


@dataclass(frozen=True)
class Owner:
    """A service that can be copied, and the questions by which it is."""

    service: str
    facts: type[FetchFacts]
    heads: type[FetchHeads]
    snapshot: type[FetchMembershipSnapshot | FetchLicensingSnapshot | FetchPersonalCredits]
    page: type[MembershipSnapshot | LicensingSnapshot | PersonalCredits]
    subject: type[MembershipSubject | LicensingSubject | KnownPersonalCredits]

    @property
    def source(self) -> str:
        """Its name on its facts."""
        return f"/coffer/{self.service}"


OF_MEMBERSHIP = Owner(
    MEMBERSHIP,
    FetchMembershipFacts,
    FetchMembershipHeads,
    FetchMembershipSnapshot,
    MembershipSnapshot,
    MembershipSubject,
)
OF_LICENSING = Owner(
    LICENSING,
    FetchLicensingFacts,
    FetchLicensingHeads,
    FetchLicensingSnapshot,
    LicensingSnapshot,
    LicensingSubject,
)
# Of the ledger nothing but personal credits is copied.
OF_CREDIT_LEDGER = Owner(
    CREDIT_LEDGER,
    FetchCreditLedgerFacts,
    FetchCreditLedgerHeads,
    FetchPersonalCredits,
    PersonalCredits,
    KnownPersonalCredits,
)


@dataclass(frozen=True)
class Keeping:
    """How a service keeps a copy.

    `hear` takes a fact in as if it had been delivered. `replace` makes the copy of one subject what
    its owner says it is, under the lock of how far it was heard; one that the owner does not have
    comes with the sequence 0 and nothing in it; without it the copy heals and is not rebuilt.
    `subjects` are those of a span that the copy has rows of. `conclude` does what follows from what
    is not there, once every subject is rebuilt; it may be called again. `is_leading` is whether
    this process looks by itself: of several, one does. What `decides` lists is decided by the copy,
    and refused while that is stale.
    """

    owner: Owner
    hear: Callable[[Running, Fact[FactData]], Coroutine[None, None, None]]
    replace: Callable[[Running, Act, KnownSubject], Awaitable[None]] | None = None
    subjects: Callable[[Act, UUID | None, UUID | None], Awaitable[set[UUID]]] | None = None
    conclude: Callable[[Running], Awaitable[None]] | None = None
    is_leading: Callable[[Running], bool] = lambda _: True
    decides: tuple[type[CommandData], ...] = ()
    # Of what its owner says only some is a copy: the rest has to be heard, and is never replaced.
    is_heard_whole: bool = False


@dataclass
class Copy:
    """One copy as it stands: how fresh it is, and the heads it has yet to be held against."""

    keeping: Keeping
    freshness: Freshness = field(default_factory=Freshness)
    fetched: int = 0
    spoke: asyncio.Event = field(default_factory=asyncio.Event)
    noted: dict[UUID, tuple[int, float]] = field(default_factory=dict)
    agreed: dict[UUID, int] = field(default_factory=dict)

    def hear(self, watermark: Watermark) -> None:
        """Note how far the owner has spoken; each head is held against the copy once."""
        self.freshness.note(watermark)
        self.note(
            head for head in watermark.recent if self.agreed.get(head.subject, 0) < head.sequence
        )
        self.spoke.set()

    def note(self, heads: Iterable[Head]) -> None:
        """Note heads to hold against the copy in a moment, when what is under way has come."""
        now = monotonic()
        for head in heads:
            before, since = self.noted.get(head.subject, (0, now))
            if head.sequence > before and (before or len(self.noted) < NOTED_MAX):
                self.noted[head.subject] = (head.sequence, since)

    def agree(self, subject: UUID, sequence: int) -> None:
        """The copy has heard a subject so far: the same head is not looked at again."""
        if len(self.agreed) >= NOTED_MAX:
            self.agreed.clear()
        self.agreed[subject] = sequence


@dataclass
class Copies:
    """Every copy that a service keeps, by the service it is of."""

    by_service: dict[str, Copy]
    stale_seconds: float
    decided_by: Mapping[str, str] = field(default_factory=dict)

    def hear(self, watermark: Watermark) -> None:
        """Note a watermark of one of the owners."""
        self.by_service[watermark.SERVICE].hear(watermark)

    def refuse_if_stale(self, service: str) -> Refused | None:
        """Refuse what is decided by a copy whose owner has not been heard for too long."""
        if self.by_service[service].freshness.is_silent(self.stale_seconds):
            return refuse(RefusalCode.COPY_STALE)
        return None

    def stand_aside(self, type_name: str) -> Refused | None:
        """Refuse a command that is decided by a stale copy."""
        service = self.decided_by.get(type_name)
        return None if service is None else self.refuse_if_stale(service)


SharedCopies: TypeAlias = Annotated[Copies, Context("copies")]


def copies_of(*kept: Keeping) -> Room:
    """A room in which a service's copies are shared between its doors and what heals them."""
    return partial(_open, kept)


def copies_in(running: Running) -> Copies:
    """The copies of a running service."""
    copies = running.rooms["copies"]
    assert isinstance(copies, Copies)
    return copies


@asynccontextmanager
async def _open(kept: tuple[Keeping, ...], running: Running) -> AsyncIterator[dict[str, object]]:
    copies = Copies(
        {keeping.owner.service: Copy(keeping) for keeping in kept},
        stale_seconds=running.settings.copy_stale_seconds,
        decided_by={data.TYPE: one.owner.service for one in kept for data in one.decides},
    )
    running.rooms["copies"] = copies
    yield {"copies": copies, "stand_aside": copies.stand_aside}
