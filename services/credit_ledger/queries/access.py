"""Who asks for access, and on what terms a wallet is kept."""

from typing import Final
from uuid import UUID

from pydantic import JsonValue

from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.pages import page, rfc3339
from services.credit_ledger.queries.pools import SharedClock
from services.credit_ledger.rules.requests import LAPSE_AFTER
from services.credit_ledger.rules.terms import Terms
from services.credit_ledger.store import reading, requests
from services.credit_ledger.store.requests import RequestKept
from shared.contracts.credit_queries import ListRequests, ShowPoolTerms
from shared.contracts.message import Command, Verdict
from shared.contracts.money import format_credits
from shared.messaging.doors import carries
from shared.postgres.pool import Pool

BEFORE_ALL: Final = UUID(int=0)


@queries(filter=carries(ListRequests))
async def list_requests(command: Command[ListRequests], pool: Pool, clock: SharedClock) -> Verdict:
    """List a page of requests, of one state or of all."""
    after, limit = command.data.after or BEFORE_ALL, command.data.limit
    lapsed_at = clock.now() - LAPSE_AFTER
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        found = await requests.requests_page(
            connection,
            wallet.id,
            after,
            limit + 1,
            lapsed_at=lapsed_at,
            state=command.data.state,
        )
    rows: list[JsonValue] = [_request(request) for request in found[:limit]]
    return page(command, "requests", rows, [str(request.id) for request in found])


@queries(filter=carries(ShowPoolTerms))
async def show_pool_terms(command: Command[ShowPoolTerms], pool: Pool) -> Verdict:
    """Show all terms of a wallet, those nobody set as they are by default."""
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        terms = await reading.terms_of(connection, wallet.id)
    return Verdict(id=command.id, result=_terms(terms))


def _request(request: RequestKept) -> dict[str, JsonValue]:
    return {
        "request_id": str(request.id),
        "account_id": str(request.person),
        "mode": request.mode,
        "limit": None if request.quota is None else format_credits(request.quota),
        "reason": request.reason,
        "state": request.state,
        "asked_at": rfc3339(request.asked_at),
        "decided_at": None if request.decided_at is None else rfc3339(request.decided_at),
        "decided_reason": request.answer,
    }


def _terms(terms: Terms) -> dict[str, JsonValue]:
    return {
        "zone": terms.zone,
        "observe": terms.observe,
        "pool_thresholds": list(terms.pool_thresholds),
        "quota_thresholds": list(terms.quota_thresholds),
        "notice_days": terms.notice_days,
        "overrun_max": format_credits(terms.overrun_max),
        "credit_back_days": terms.credit_back_days,
        "late_usage_hours": terms.late_usage_hours,
    }
