"""Before the work is done: would it pass now, what would it cost, by which rates."""

from pydantic import JsonValue

from services.credit_ledger.engine import dry_run as trial
from services.credit_ledger.engine.dry_run import Tried, Wanted
from services.credit_ledger.engine.outcomes import to_refused
from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.months import snapshot
from services.credit_ledger.queries.pages import page, rfc3339
from services.credit_ledger.queries.pools import SharedClock
from services.credit_ledger.rules import rates
from services.credit_ledger.rules.book import Refusal
from services.credit_ledger.rules.rates import Estimate, Measure
from services.credit_ledger.rules.records import Rate
from services.credit_ledger.rules.shortfalls import Shortfall
from services.credit_ledger.store.rates import rates_of
from shared.contracts.credit_queries import ShowRates
from shared.contracts.credit_reports import DryRun, EstimateJob
from shared.contracts.message import Command, Verdict
from shared.contracts.money import format_credits
from shared.contracts.refusals import EXPLANATIONS
from shared.messaging.doors import carries
from shared.postgres.pool import Pool


@queries(filter=carries(DryRun))
async def dry_run(command: Command[DryRun], pool: Pool, clock: SharedClock) -> Verdict:
    """Decide a batch of authorizations as the engine would now, and change nothing."""
    wanted = [
        Wanted(one.account_id, one.amount, one.job, one.max_credits, one.product)
        for one in command.data.authorizations
    ]
    if command.owner is None:
        return unknown(command)
    async with snapshot(pool) as connection:
        found = await trial.dry_run(connection, command.owner, wanted, clock)
    return unknown(command) if found is None else Verdict(id=command.id, result=_told(found))


@queries(filter=carries(EstimateJob))
async def estimate_job(command: Command[EstimateJob], pool: Pool, clock: SharedClock) -> Verdict:
    """Extrapolate from a sample of frames by the rates of now; not binding."""
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        card = await rates_of(connection, wallet.id)
    sample = [
        [Measure(measure.node_class, measure.unit, measure.quantity)]
        for measure in command.data.sample
    ]
    found = rates.estimate(card, sample, command.data.frames, clock.now())
    if isinstance(found, Refusal):
        return Verdict(id=command.id, refused=to_refused(found))
    return Verdict(id=command.id, result=_estimate(found))


@queries(filter=carries(ShowRates))
async def show_rates(command: Command[ShowRates], pool: Pool) -> Verdict:
    """List a page of the rate card."""
    after, limit = command.data.after, command.data.limit
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        card = await rates_of(connection, wallet.id, after=after, limit=limit + 1)
    rows: list[JsonValue] = [_rate(rate) for rate in card[:limit]]
    return page(command, "rates", rows, [rate.number for rate in card])


def _told(found: trial.DryRun) -> dict[str, JsonValue]:
    passed = [tried for tried in found.tried if tried.outcome.refusal is None]
    authorizations: list[JsonValue] = [_tried(tried) for tried in found.tried]
    return {
        "passes": len(passed) == len(found.tried),
        "passed": len(passed),
        "refused": len(found.tried) - len(passed),
        "requested": format_credits(sum(tried.wanted.amount for tried in found.tried)),
        "authorized": format_credits(sum(tried.wanted.amount for tried in passed)),
        "available": format_credits(found.available),
        "left": format_credits(found.left),
        "authorizations": authorizations,
    }


def _tried(tried: Tried) -> dict[str, JsonValue]:
    refusal = tried.outcome.refusal
    limits: list[JsonValue] = [_limit(shortfall) for shortfall in tried.limits]
    flags = (tried.outcome.extra or {}).get("flags", [])
    assert isinstance(flags, list)
    return {
        "passes": refusal is None,
        "code": None if refusal is None else refusal.code.value,
        "limits": limits,
        "flags": flags,
    }


def _limit(shortfall: Shortfall) -> dict[str, JsonValue]:
    _, who_can_lift = EXPLANATIONS[shortfall.code]
    return {
        "code": shortfall.code.value,
        "short": None if shortfall.short is None else format_credits(shortfall.short),
        "who_can_lift": who_can_lift,
        "resets_at": None if shortfall.resets_at is None else rfc3339(shortfall.resets_at),
    }


def _estimate(found: Estimate) -> dict[str, JsonValue]:
    return {
        "frames": found.frames,
        "sampled": found.sampled,
        "mean": format_credits(found.mean),
        "low": format_credits(found.low),
        "high": format_credits(found.high),
        "total": format_credits(found.total),
    }


def _rate(rate: Rate) -> dict[str, JsonValue]:
    return {
        "number": rate.number,
        "node_class": rate.node_class,
        "unit": rate.unit,
        "credits_per_unit": format_credits(rate.price),
        "effective_from": rfc3339(rate.effective_from),
    }
