"""What licensing tells those who copy it, and how its own copy of membership stands."""

from services.licensing.queries.door import queries
from services.licensing.store import snapshots
from shared.contracts.copies import (
    FetchLicensingFacts,
    FetchLicensingHeads,
    FetchLicensingSnapshot,
    RebuildLicensingCopy,
    ShowLicensingCopy,
)
from shared.contracts.message import Command, Verdict
from shared.copies import answers
from shared.copies.keeping import OF_LICENSING, SharedCopies
from shared.messaging.doors import ServiceClock, carries
from shared.postgres.pool import Pool


@queries(filter=carries(FetchLicensingFacts))
async def fetch_facts(query: Command[FetchLicensingFacts], pool: Pool) -> Verdict:
    return await answers.tell_facts(query, pool)


@queries(filter=carries(FetchLicensingHeads))
async def fetch_heads(query: Command[FetchLicensingHeads], pool: Pool) -> Verdict:
    return await answers.tell_heads(query, pool)


@queries(filter=carries(FetchLicensingSnapshot))
async def fetch_snapshot(query: Command[FetchLicensingSnapshot], pool: Pool) -> Verdict:
    return await answers.tell_snapshot(query, pool, OF_LICENSING, snapshots.subject_at)


@queries(filter=carries(ShowLicensingCopy))
async def show_copy(
    query: Command[ShowLicensingCopy], pool: Pool, clock: ServiceClock, copies: SharedCopies
) -> Verdict:
    return await answers.show_copies(query, pool, clock, copies)


@queries(filter=carries(RebuildLicensingCopy))
async def rebuild_copy(
    query: Command[RebuildLicensingCopy], pool: Pool, clock: ServiceClock, copies: SharedCopies
) -> Verdict:
    return await answers.rebuild_copies(query, pool, clock, copies)
