"""What membership tells those who copy it, and how its own copy of licensing stands."""

from services.membership.queries.door import queries
from services.membership.store import snapshots
from shared.contracts.copies import (
    FetchMembershipFacts,
    FetchMembershipHeads,
    FetchMembershipSnapshot,
    RebuildMembershipCopy,
    ShowMembershipCopy,
)
from shared.contracts.message import Command, Verdict
from shared.copies import answers
from shared.copies.keeping import OF_MEMBERSHIP, SharedCopies
from shared.messaging.doors import ServiceClock, carries
from shared.postgres.pool import Pool


@queries(filter=carries(FetchMembershipFacts))
async def fetch_facts(query: Command[FetchMembershipFacts], pool: Pool) -> Verdict:
    return await answers.tell_facts(query, pool)


@queries(filter=carries(FetchMembershipHeads))
async def fetch_heads(query: Command[FetchMembershipHeads], pool: Pool) -> Verdict:
    return await answers.tell_heads(query, pool)


@queries(filter=carries(FetchMembershipSnapshot))
async def fetch_snapshot(query: Command[FetchMembershipSnapshot], pool: Pool) -> Verdict:
    return await answers.tell_snapshot(query, pool, OF_MEMBERSHIP, snapshots.subject_at)


@queries(filter=carries(ShowMembershipCopy))
async def show_copy(
    query: Command[ShowMembershipCopy], pool: Pool, clock: ServiceClock, copies: SharedCopies
) -> Verdict:
    return await answers.show_copies(query, pool, clock, copies)


@queries(filter=carries(RebuildMembershipCopy))
async def rebuild_copy(
    query: Command[RebuildMembershipCopy], pool: Pool, clock: ServiceClock, copies: SharedCopies
) -> Verdict:
    return await answers.rebuild_copies(query, pool, clock, copies)
