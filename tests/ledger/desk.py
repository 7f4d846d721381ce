"""A desk: one engine's connection and books, to which a test hands batches, and its own clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import asyncpg

from deploy.operator.reconcile.report import Report, reconcile
from services.credit_ledger.engine.batch import decide_batch
from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store import locking
from shared.clock import Clock
from tests.ledger.acts import CREDIT, a_grant, a_pool, a_role, an_access, an_id


@dataclass(frozen=True)
class LedgerDatabase:
    """One ledger's database: as its service sees it, and as its owner."""

    name: str
    administrative_url: str
    service_url: str
    owner_url: str

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        connection = await asyncpg.connect(self.owner_url)
        try:
            yield connection
        finally:
            await connection.close()

    async def reconciled(self) -> Report:
        return await reconcile(self.owner_url)


@dataclass
class Desk:
    """Decides batches as one worker does; `late` gathers what was answered after waiting."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    clock: Clock
    books: Books = field(default_factory=Books)
    late: list[Outcome] = field(default_factory=list)

    async def decide(self, *acts: Act) -> list[Outcome]:
        outcomes, late = await decide_batch(
            self.connection, self.books, acts, clock=self.clock, worker=0, log=DeliveryLog(None, 0)
        )
        self.late += late
        return outcomes

    def advance(self, seconds: float) -> None:
        self.clock._offset += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Larkspur:
    """An organization with a pool: its Administrator, and a Member and a Guest with access."""

    id: UUID
    ana: UUID
    ben: UUID
    dan: UUID


@asynccontextmanager
async def desk_at(database: LedgerDatabase, clock: Clock | None = None) -> AsyncIterator[Desk]:
    connection = await locking.connect(database.service_url)
    try:
        yield Desk(connection, clock or Clock())
    finally:
        connection.terminate()


async def an_organization(desk: Desk, *grants: int) -> Larkspur:
    """Ben's access is unlimited, Dan has a quota of 100; without `grants` the pool has 500."""
    larkspur = Larkspur(an_id(), an_id(), an_id(), an_id())
    for amount in grants or (500 * CREDIT,):
        await desk.decide(a_grant(larkspur.ana, amount))
    await desk.decide(a_pool(larkspur.ana, larkspur.id))
    await desk.decide(a_role(larkspur.id, larkspur.ben), a_role(larkspur.id, larkspur.dan, "GUEST"))
    await desk.decide(
        an_access(larkspur.id, larkspur.ben, by=larkspur.ana),
        an_access(larkspur.id, larkspur.dan, "quota", 100 * CREDIT, by=larkspur.ana),
    )
    return larkspur
