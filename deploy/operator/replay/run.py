"""One run from the plan to the report: set up, play with faults, wait for all to settle, count."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from random import Random
from typing import Protocol
from uuid import UUID

from deploy.native.home import Home
from deploy.native.stack import Stack
from deploy.operator.reconcile.report import reconcile
from deploy.operator.replay.books import (
    Books,
    Deliveries,
    dead_nodes_are_swept,
    facts_are_published,
    read_books,
    read_deliveries,
)
from deploy.operator.replay.kills import kill_at, moments
from deploy.operator.replay.plan import Plan
from deploy.operator.replay.play import Player
from deploy.operator.replay.report import Report, histogram, percentile
from deploy.operator.replay.rogue import Rogue
from deploy.operator.replay.setup import set_up
from deploy.operator.replay.strays import (
    Pool,
    Strays,
    StrayTally,
    a_pool,
    complaints_of,
    counted,
    rounds_for,
)
from deploy.operator.replay.subscriber import Seen, subscriber
from deploy.operator.replay.tally import Tally
from shared.client.courier import courier
from shared.contracts.money import format_credits

# The verdict of a command that waits for its hold may take a minute; a lost connection is noticed
# otherwise, so nothing is won by asking sooner.
RESEND_SECONDS = 90.0
MESSAGES_OF_A_JOB = 2
STALL_SECONDS = 240.0
GLANCE_SECONDS = 1.0
COMPLAINTS_MAX = 20


class StalledError(Exception):
    """Nothing is answered any more; the run cannot come to its end."""


@dataclass(frozen=True)
class Wishes:
    """How to play."""

    seed: int = 0
    speed: float | None = None
    is_shuffled: bool = False
    redeliver: float = 0.0
    kills: dict[str, int] = field(default_factory=dict)
    strays: int | None = None


class Watcher(Protocol):
    """Who is told how far the run is."""

    def stage(self, name: str, total: int) -> None:
        """Say that another stage begins, with so many steps."""

    def step(self) -> None:
        """Say that one more step is done."""


@dataclass(frozen=True)
class Played:
    """What is known when the last verdict is in."""

    owners: dict[int, UUID]
    tally: Tally
    began: datetime
    killed: list[str]
    seen: Seen
    sent_again: int
    strays: StrayTally


async def run(stack: Stack, plan: Plan, wishes: Wishes, watcher: Watcher, scratch: Path) -> Report:
    """Play a plan against a stack that has the broker user `stage` and account for every step."""
    database_url = stack.database_urls["credit_ledger"]
    async with subscriber(stack.amqp_urls["stage"], scratch / "facts") as listens:
        watcher.stage("organizations", len(plan.groups))
        owners = await set_up(stack.amqp_urls["stage"], plan, lambda _: watcher.step())
        rounds = rounds_for(len(plan.jobs), wishes.strays)
        pool = await a_pool(stack.amqp_urls["stage"], rounds)
        watcher.stage("jobs", len(plan.jobs))
        began = datetime.now(UTC)
        tally = Tally(on_job=watcher.step)
        async with asyncio.TaskGroup() as tasks:
            straying = tasks.create_task(_stray(stack, pool, rounds, tally, len(plan.jobs)))
            killed, sent_again = await _play(stack, plan, wishes, owners, tally)
        await dead_nodes_are_swept(database_url, pool.organization)
        await facts_are_published(database_url)
        seen = await listens.finish()
    played = Played(owners, tally, began, killed, seen, sent_again, straying.result())
    books = await read_books(database_url, list(owners.values()), began)
    beside = await read_books(database_url, [pool.organization], began)
    folder = Home(stack.home).deliveries
    noted = await read_deliveries(database_url, folder, books.batches) if folder.exists() else None
    reconciled = await reconcile(database_url)
    complaints = [
        *_complaints(played, books, noted),
        *complaints_of(played.strays, beside),
        *reconciled.differences,
    ]
    return _report(plan, wishes, played, books, noted, complaints, balanced=reconciled.balanced)


async def _stray(stack: Stack, pool: Pool, rounds: int, trace: Tally, jobs: int) -> StrayTally:
    """Let things go wrong beside the trace, from a node of their own."""
    async with courier(stack.amqp_urls["node"], resend_seconds=RESEND_SECONDS) as carries:
        strays = Strays(carries, pool)
        await strays.play(rounds, trace, jobs)
        return strays.tally


async def _play(
    stack: Stack, plan: Plan, wishes: Wishes, owners: dict[int, UUID], tally: Tally
) -> tuple[list[str], int]:
    random = Random(wishes.seed)
    messages = len(plan.jobs) * MESSAGES_OF_A_JOB
    requeued = ceil(messages * wishes.redeliver / 2)
    rogue = Rogue(stack.amqp_urls["stage"], target=requeued, total=messages)
    planned = moments(wishes.kills, len(plan.jobs), random)
    killing = Random(random.random())
    async with courier(stack.amqp_urls["node"], resend_seconds=RESEND_SECONDS) as carries:
        player = Player(
            courier=carries,
            owner_by_group={number: str(owner) for number, owner in owners.items()},
            tally=tally,
            random=random,
            resend_share=wishes.redeliver / 2,
            rogue=rogue if requeued else None,
        )
        async with _meanwhile(rogue.run()), asyncio.TaskGroup() as tasks:
            killed = tasks.create_task(kill_at(stack, planned, tally, killing))
            playing = tasks.create_task(_play_all(player, plan, wishes))
            if wishes.speed is None:
                tasks.create_task(_watch(playing, tally))
        tally.taken = rogue.taken
        await player.repeats_are_answered()
        return killed.result(), carries.sent_again


async def _play_all(player: Player, plan: Plan, wishes: Wishes) -> None:
    if wishes.is_shuffled:
        await player.play_shuffled(plan.jobs)
    elif wishes.speed:
        await player.play_in_time(plan.jobs, wishes.speed)
    else:
        await player.play(plan.jobs)


async def _watch(playing: "asyncio.Task[None]", tally: Tally) -> None:
    """Give up when nothing has been answered for so long that nothing will be."""
    while not playing.done():
        await asyncio.wait({playing}, timeout=GLANCE_SECONDS)
        if not playing.done() and tally.seconds_without_verdict() > STALL_SECONDS:
            message = f"The ledger has not answered anything for {STALL_SECONDS:.0f} s."
            raise StalledError(message)


@asynccontextmanager
async def _meanwhile(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
    if not task.cancelled():
        task.result()


def _complaints(played: Played, books: Books, noted: Deliveries | None) -> list[str]:
    """Everything that does not add up, each as a sentence."""
    tally = played.tally
    duplicates = sum(batch.duplicates for batch in books.batches)
    missing = _missing(played.seen, books)
    found = {
        f"{missing} facts did not reach the subscriber": missing,
        f"{books.below_zero} wallets, rows or quotas are below zero": books.below_zero,
        f"{books.open_holds} holds are still open": books.open_holds,
        f"{books.parked} commands are still parked": books.parked,
        f"{format_credits(tally.captured)} credits were answered as captured,"
        f" {format_credits(books.captured)} are booked": tally.captured != books.captured,
        "some person's balance is not the sum of the answers": any(
            books.captured_by_person.get(person) != amount
            for person, amount in tally.captured_by_person.items()
        ),
    }
    if noted is not None:
        found[
            f"the ledger counted {duplicates} duplicates, the delivery log {noted.duplicates}"
        ] = duplicates != noted.duplicates
    return [sentence for sentence, is_so in found.items() if is_so]


def _missing(seen: Seen, books: Books) -> int:
    return sum(seen.id_by_place.get(place) != fact for place, fact in books.fact_by_place.items())


def _balances(plan: Plan, books: Books) -> str:
    """One hash over what every person used: equal runs leave equal balances, whatever the order."""
    lines = (
        f"{person.group} {person.user} {books.captured_by_person.get(str(person.id), 0)}"
        for group in plan.groups
        for person in group.people
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _report(
    plan: Plan,
    wishes: Wishes,
    played: Played,
    books: Books,
    noted: Deliveries | None,
    complaints: list[str],
    *,
    balanced: bool,
) -> Report:
    tally = played.tally
    batches = [batch for batch in books.batches if batch.commands]
    missing = _missing(played.seen, books)
    requeued = noted.requeued if noted else tally.taken
    return Report(
        jobs=len(plan.jobs),
        organizations=len(played.owners),
        users=plan.users,
        authorized=tally.authorized,
        refused=dict(tally.refused.most_common()),
        captures=tally.captures,
        voided=tally.voided,
        captured_credits=format_credits(books.captured),
        balances_sha256=_balances(plan, books),
        journal_rows=books.journal_rows,
        facts_published=len(books.fact_by_place),
        facts_received=len(books.fact_by_place) - missing,
        facts_missing=missing,
        facts_repeated=played.seen.repeated,
        redelivered=tally.resent + played.sent_again + requeued,
        requeued=requeued,
        resent=tally.resent,
        sent_again=played.sent_again,
        duplicates_absorbed=sum(batch.duplicates for batch in books.batches),
        duplicates_in_log=noted.duplicates if noted else None,
        debits_per_s=round(tally.debits_per_second, 1),
        authorize_p50_ms=round(percentile(tally.authorize_seconds, 0.5) * 1000, 2),
        authorize_p99_ms=round(percentile(tally.authorize_seconds, 0.99) * 1000, 2),
        batch_p50=int(percentile([batch.commands for batch in batches], 0.5)),
        batch_histogram=histogram(batches),
        kills=dict(Counter(played.killed)) if wishes.kills else None,
        strays=counted(played.strays),
        longest_gap_s=round(tally.longest_gap_seconds, 3) if wishes.kills else None,
        balanced=balanced,
        complaints=complaints[:COMPLAINTS_MAX],
    )
