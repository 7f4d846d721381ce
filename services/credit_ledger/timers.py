"""What the ledger does when time passes: leases lapse, lots expire, usage is written down."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from time import monotonic

import structlog
from msgspec.structs import replace

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.intake import waiting_act
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.engine.parked_orders import settle_parked, tell_parked
from services.credit_ledger.engine.store_orders import StoreOrders
from services.credit_ledger.rules.acts import Act, Expire, Lapse, OfHold
from services.credit_ledger.rules.expiring import Notice
from services.credit_ledger.store import (
    closings,
    parking,
    projecting,
    retaining,
    sweeping,
    watermarks,
)
from services.credit_ledger.store.loading import Parked
from services.credit_ledger.store.projecting import Span
from services.credit_ledger.store.watermarks import HeardWatermark
from shared.contracts.copies import CreditLedgerWatermark
from shared.contracts.credit_facts import HoldRefused
from shared.copies.keeping import Copies
from shared.messaging import outbox
from shared.messaging.reach import Reach
from shared.messaging.topology import MEMBERSHIP
from shared.postgres.pool import Connection, Pool
from shared.service import Running

SWEEP_SECONDS = 1.0
REFUSALS_SECONDS = 1.0
WATERMARK_SECONDS = 1.0
PROJECT_SECONDS = 1.0
EVERYWHERE_SECONDS = 60.0
PARKED_ORDERS_SECONDS = 0.5
TELL_PARKED_SECONDS = 60.0
FORGET_SECONDS = 60.0
HEAR_OF_EACH_OTHER_SECONDS = 1.0
JUST_HEARD_SECONDS = 2.0
OLD_FACTS_SECONDS = 60.0
# An id may be minted a little ahead of its verdict: were both forgotten in the same moment, the id
# would be young enough to be decided anew.
FORGET_LATER = timedelta(days=1)

logger = structlog.get_logger()


async def sweep(running: Running) -> None:
    """Each second, have decided what became due; the wallet's lock decides who settles a hold."""
    engine = running.rooms["engine"]
    assert isinstance(engine, Engine)
    while not running.stopping.is_set():
        await sweep_once(running.pool, engine)
        await running.pause(SWEEP_SECONDS)


async def sweep_once(pool: Pool, engine: Engine) -> None:
    """Have decided what is due by now."""
    now, new_id = engine.clock.now(), engine.clock.new_id
    async with pool.acquire() as connection:
        holds = await sweeping.due_holds(connection, now)
        wallets = await sweeping.due_wallets(connection, now)
        wallets += await closings.due_periods(connection, now)
        expiring = await sweeping.due_notices(connection, now)
        parked = await sweeping.due_parked(connection, now)
    acts: list[Act] = [Lapse(new_id(), due.wallet, 0, due.hold) for due in holds]
    acts += [Expire(new_id(), wallet, 0) for wallet in wallets]
    acts += [Notice(new_id(), wallet, 0) for wallet in expiring]
    await _settle(engine, acts, parked)


async def tell_refusals(running: Running) -> None:
    """Each second, tell how many were refused, by organization and code, for those who watch."""
    engine = running.rooms["engine"]
    assert isinstance(engine, Engine)
    while not running.stopping.is_set():
        for owner, refused in engine.take_refused().items():
            data = HoldRefused(owner=owner, refused=dict(refused))
            await outbox.announce(
                running.publisher,
                data,
                subject=owner,
                identifier=running.clock.new_id(),
                at=running.clock.now(),
            )
        await running.pause(REFUSALS_SECONDS)


async def watermark(running: Running) -> None:
    """Say each second until when all is published."""
    while not running.stopping.is_set():
        now = running.clock.now()
        until = await outbox.published_until(running.pool, now)
        said = CreditLedgerWatermark(at=until, recent=running.heads.recent())
        await outbox.announce(running.publisher, said, identifier=running.clock.new_id(), at=now)
        await running.pause(WATERMARK_SECONDS)


async def project_usage(running: Running) -> None:
    """Keep the table of usage up with the journal; one process does, that of the first worker.

    Batches tell where to look. What their order hid is found by looking at every wallet, at start
    and each minute.
    """
    if running.settings.worker != 0:
        await running.stopping.wait()
        return
    looked_everywhere = float("-inf")
    batch = 0
    while not running.stopping.is_set():
        async with running.pool.acquire() as connection:
            last = await projecting.last_batch(connection)
        if monotonic() - looked_everywhere >= EVERYWHERE_SECONDS:
            looked_everywhere = monotonic()
            await _project(running, projecting.unread)
        else:
            await _project(running, partial(projecting.unread_since, batch=batch))
        batch = last
        await running.pause(PROJECT_SECONDS)


async def _project(running: Running, find: Callable[[Connection], Awaitable[list[Span]]]) -> None:
    """Project what is found, and go on while more waits than was taken at once."""
    behind = True
    while behind and not running.stopping.is_set():
        async with running.pool.acquire() as connection:
            spans = await find(connection)
        behind = projecting.is_cut(spans)
        for portion in projecting.portions(spans):
            async with running.pool.acquire() as connection:
                if not await projecting.project(connection, portion):
                    return


async def settle_parked_orders(running: Running) -> None:
    """Settle paid orders as soon as the copy of memberships covers when they were placed (A14)."""
    orders = running.rooms["store_orders"]
    assert isinstance(orders, StoreOrders)
    told = monotonic()
    while not running.stopping.is_set():
        await settle_parked(orders, running.publisher)
        if monotonic() - told >= TELL_PARKED_SECONDS:
            told = monotonic()
            await tell_parked(orders)
        await running.pause(PARKED_ORDERS_SECONDS)


async def hear_of_each_other(running: Running) -> None:
    """Know what the other workers heard: a watermark comes to one of them, and concerns all."""
    orders, copies = running.rooms["store_orders"], running.rooms["copies"]
    assert isinstance(orders, StoreOrders)
    assert isinstance(copies, Copies)
    while not running.stopping.is_set():
        async with running.pool.acquire() as connection:
            heard = await watermarks.newest(connection)
        note_just_heard(heard, orders.memberships, copies)
        await running.pause(HEAR_OF_EACH_OTHER_SECONDS)


def note_just_heard(heard: Iterable[HeardWatermark], memberships: Reach, copies: Copies) -> None:
    """Note what some worker heard a moment ago; what is older says nothing of now."""
    for one in heard:
        if one.seconds_ago > JUST_HEARD_SECONDS:
            continue
        copies.by_service[one.service].freshness.note_heard(one.at)
        if one.service == MEMBERSHIP:
            memberships.note(one.at)


async def tell_old_facts(running: Running) -> None:
    """Each minute, warn of facts that have waited longer for others than any of those can take.

    The first worker does, for all.
    """
    while not running.stopping.is_set():
        if running.settings.worker == 0:
            await warn_of_old_facts(running.pool, running.clock.now())
        await running.pause(OLD_FACTS_SECONDS)


async def warn_of_old_facts(pool: Pool, now: datetime) -> None:
    """Say of whom facts wait, and since when."""
    async with pool.acquire() as connection:
        before = now - timedelta(seconds=OLD_FACTS_SECONDS)
        parked = await parking.facts_parked_before(connection, before)
    for some in parked:
        since = some.since.isoformat()
        logger.warning(
            "facts_wait", source=some.source, facts=some.facts, subjects=some.subjects, since=since
        )


async def forget(running: Running) -> None:
    """Each minute, forget refusals past their time, in short transactions of their own."""
    remembered = timedelta(days=running.settings.remember_days) + FORGET_LATER
    while not running.stopping.is_set():
        is_more = True
        while is_more and not running.stopping.is_set():
            before = running.clock.now() - remembered
            async with running.pool.acquire() as connection:
                is_more = await retaining.forget_refusals(connection, before)
        await running.pause(FORGET_SECONDS)


async def _settle(engine: Engine, acts: list[Act], parked: list[Parked]) -> None:
    gives_up: list[Act] = []
    for one in parked:
        act = waiting_act(one)
        assert isinstance(act, OfHold)
        # Its owner's name may lead elsewhere than to the wallet where it waits (T16).
        gives_up.append(replace(act, waited_in=one.wallet))
    if not acts and not gives_up:
        return
    outcomes = await engine.submit([*acts, *gives_up])
    late: list[Outcome] = [
        replace(outcome, reply_to=one.reply_to)
        for outcome, one in zip(outcomes[len(acts) :], parked, strict=True)
    ]
    await engine.late(late)


WORKS = (
    sweep,
    tell_refusals,
    watermark,
    project_usage,
    settle_parked_orders,
    hear_of_each_other,
    tell_old_facts,
    forget,
)
