"""What the ledger tells those who copy personal credits, and how its own copies stand."""

from services.credit_ledger.queries.door import queries
from services.credit_ledger.queries.pools import SharedClock
from services.credit_ledger.store import personal_credits
from shared.contracts.copies import (
    FetchCreditLedgerFacts,
    FetchCreditLedgerHeads,
    FetchPersonalCredits,
    RebuildCreditLedgerCopy,
    ShowCreditLedgerCopy,
)
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.copies import answers
from shared.copies.keeping import SharedCopies
from shared.messaging.doors import carries
from shared.messaging.inbox import answer
from shared.messaging.telling import may_copy
from shared.postgres.pool import Pool


@queries(filter=carries(FetchCreditLedgerFacts))
async def fetch_facts(query: Command[FetchCreditLedgerFacts], pool: Pool) -> Verdict:
    return await answers.tell_facts(query, pool, personal_credits.facts_after)


@queries(filter=carries(FetchCreditLedgerHeads))
async def fetch_heads(query: Command[FetchCreditLedgerHeads], pool: Pool) -> Verdict:
    return await answers.tell_heads(query, pool, personal_credits.heads_after)


@queries(filter=carries(FetchPersonalCredits))
async def fetch_personal_credits(query: Command[FetchPersonalCredits], pool: Pool) -> Verdict:
    if not may_copy(query.actor):
        return answer(query.id, refuse(RefusalCode.UNKNOWN_ACCOUNT))
    async with pool.acquire() as connection:
        return answer(query.id, await personal_credits.page(connection, query.data))


@queries(filter=carries(ShowCreditLedgerCopy))
async def show_copy(
    query: Command[ShowCreditLedgerCopy], pool: Pool, clock: SharedClock, copies: SharedCopies
) -> Verdict:
    """Show how far behind each copy is, as the worker that answers heard it."""
    return await answers.show_copies(query, pool, clock, copies)


@queries(filter=carries(RebuildCreditLedgerCopy))
async def rebuild_copy(
    query: Command[RebuildCreditLedgerCopy], pool: Pool, clock: SharedClock, copies: SharedCopies
) -> Verdict:
    """Have the first worker rebuild the copies of entitlements and enrolments."""
    return await answers.rebuild_copies(query, pool, clock, copies)
