"""A dry run: authorizations decided by the engine itself, on a private book that nobody keeps."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.contents import fast
from services.credit_ledger.engine.deciding import Batch, decide, open_page
from services.credit_ledger.engine.gathering import gather
from services.credit_ledger.engine.names import find_wallets
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Authorize
from services.credit_ledger.rules.shortfalls import Shortfall, shortfalls
from shared.clock import Clock
from shared.postgres.pool import Connection

# What a hold asks for that decides nothing here.
LEASE_SECONDS = 1


class Wanted(Struct, frozen=True):
    """One authorization to try, in microcredits."""

    person: UUID
    amount: int
    job: str | None = None
    max_credits: int | None = None
    product: str | None = None


class Tried(Struct, frozen=True):
    """What would come of one authorization, and every limit that would refuse it."""

    wanted: Wanted
    outcome: Outcome
    limits: tuple[Shortfall, ...] = ()


class DryRun(Struct, frozen=True):
    """What would come of all, what the wallet has now, and what it would have left."""

    tried: tuple[Tried, ...]
    available: int
    left: int


async def dry_run(
    connection: Connection,
    owner: UUID,
    wanted: Sequence[Wanted],
    clock: Clock,
) -> DryRun | None:
    """Decide authorizations one after the other and forget it; None where nothing is kept.

    They are loaded and decided by what loads and decides every batch, so that the answer is the
    engine's own. The caller reads in a transaction that cannot write, at one moment.
    """
    books = Books()
    acts = [_act(fast(owner), one, clock) for one in wanted]
    named = await find_wallets(connection, books.names, acts, clock)  # type: ignore[arg-type]  # one lent by a pool does as well
    if not named.by_wallet:
        return None
    batch = await gather(connection, books, named, clock)  # type: ignore[arg-type]  # as above
    page = batch.pages[acts[0].owner]
    open_page(batch, page)
    available = page.book.free
    tried = tuple(_try(batch, one, act) for one, act in zip(wanted, acts, strict=True))
    return DryRun(tried, available, page.book.free)


def _act(owner: UUID, wanted: Wanted, clock: Clock) -> Authorize:
    person = fast(wanted.person)
    return Authorize(
        fast(clock.new_id()),
        owner,
        0,
        person,
        wanted.amount,
        LEASE_SECONDS,
        wanted.job,
        wanted.max_credits,
        product=wanted.product,
    )


def _try(batch: Batch, wanted: Wanted, act: Authorize) -> Tried:
    page = batch.pages[act.owner]
    outcome = decide(batch, act)
    if outcome.refusal is None:
        return Tried(wanted, outcome)
    return Tried(wanted, outcome, shortfalls(page.book, act, outcome.refusal, page.now))
