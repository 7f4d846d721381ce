"""What few acts name beyond people and holds, looked up under the lock for one batch alone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

import asyncpg

from services.credit_ledger.engine import finding_access, finding_purchases
from services.credit_ledger.rules.access_acts import DecideRequest, RequestCredits
from services.credit_ledger.rules.acts import Act, Authorize, Debit, SetAccess
from services.credit_ledger.rules.book import Book
from services.credit_ledger.rules.purchase_acts import (
    Adjust,
    BringIn,
    ClawBack,
    GiveBack,
    GrantTrial,
    PlaceOrder,
    Release,
)
from services.credit_ledger.store import beside

Finder: TypeAlias = Callable[
    ["asyncpg.Connection[asyncpg.Record]", Book, Sequence[Any]], Awaitable[None]
]


async def find(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[Act]
) -> None:
    """Look up what the acts of one wallet need beyond what is loaded for every batch."""
    if book.capped_jobs:
        await _find_jobs(connection, book, acts)
    by_kind: dict[type, list[Act]] = {}
    for act in acts:
        if type(act) in FINDERS:
            by_kind.setdefault(type(act), []).append(act)
    for kind, some in by_kind.items():
        await FINDERS[kind](connection, book, some)


async def _find_jobs(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[Act]
) -> None:
    """Load the jobs that have a cap; those that have none are remembered as such."""
    names = {job for act in acts if (job := _job(book, act)) is not None}
    unknown = names.difference(book.jobs)
    if unknown:
        found = await beside.jobs_named(connection, book.id, list(unknown))
        book.jobs.update({name: found.get(name) for name in unknown})


async def _find_uses(
    connection: "asyncpg.Connection[asyncpg.Record]", book: Book, acts: Sequence[Authorize]
) -> None:
    """Count what a job took before it gets its first cap, which is for all that it ever takes."""
    names = {act.job for act in acts if act.max_credits is not None and act.job is not None}
    uncapped = [name for name in names if book.jobs.get(name) is None]
    if uncapped:
        book.jobs.update(await beside.uses_of_jobs(connection, book.id, uncapped))


def _job(book: Book, act: Act) -> str | None:
    if isinstance(act, Debit | Authorize):
        return act.job
    hold = book.holds.get(getattr(act, "hold", None))  # type: ignore[arg-type]  # None is no key
    return hold.job if hold is not None else None


# How to find what an act of each kind needs; it goes to the book's `found`, jobs, lots or people.
FINDERS: dict[type, Finder] = {
    Authorize: _find_uses,
    SetAccess: finding_access.find_uses,
    RequestCredits: finding_access.find_open_requests,
    DecideRequest: finding_access.find_requests,
    PlaceOrder: finding_purchases.find_orders,
    ClawBack: finding_purchases.find_refunded,
    GrantTrial: finding_purchases.find_trials,
    GiveBack: finding_purchases.find_charges,
    Adjust: finding_purchases.find_adjustments,
    Release: finding_purchases.find_lots,
    BringIn: finding_purchases.find_balances,
}
