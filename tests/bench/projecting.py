"""How fast the table of usage follows the journal: rows a second, while nobody else is at work."""

import gc
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from random import Random

import asyncpg
from asyncpg.pgproto.pgproto import UUID
from msgspec.structs import replace

from services.credit_ledger.engine.contents import content_of
from services.credit_ledger.rules.acts import Act, Debit, Work
from services.credit_ledger.store import locking, projecting
from shared.postgres.pool import prepare
from shared.service import calm_garbage_collection
from tests.bench.ground import DEBIT, Ground

BATCH = 1_000


@dataclass
class Projecting:
    """Charges with work, by the engine; then projected portion by portion, as the timer does."""

    database_url: str
    rounds: int
    debits: int
    seed: int

    async def run(self, say: Callable[[str], None]) -> dict[str, object]:
        """Run the rounds; each charges first, and projects what was charged."""
        random = Random(self.seed)
        ground = Ground(await locking.connect(self.database_url))
        await ground.prepare()
        reads = await asyncpg.connect(self.database_url)
        await prepare(reads)
        await _project(reads)
        calm_garbage_collection()
        charged: list[float] = []
        projected: list[float] = []
        portions: list[float] = []
        for number in range(self.rounds):
            charged.append(await self._charge(ground, random))
            gc.collect()
            started = time.perf_counter()
            portions += await _project(reads)
            projected.append(self.debits / (time.perf_counter() - started))
            say(f"round {number + 1}: {projected[-1]:,.0f} rows/s")
        await self._check(reads)
        return {
            "rows_a_second": _spread(projected),
            "charges_with_work_a_second": _spread(charged),
            "seconds_of_a_portion": _spread(portions),
            "rows": self.rounds * self.debits,
            "python": platform.python_version(),
            "postgresql": str(reads.get_server_version().major),
        }

    async def _charge(self, ground: Ground, random: Random) -> float:
        acts = charges(ground, self.debits, random)
        started = time.perf_counter()
        for first in range(0, len(acts), BATCH):
            await ground.decide(acts[first : first + BATCH])
        return self.debits / (time.perf_counter() - started)

    async def _check(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """See that every row came, with its work: rows without would be written faster."""
        described = await connection.fetchval(
            """
            SELECT count(*) FROM usage
            WHERE kind = 1 AND opens AND job <> '' AND node <> '' AND frame_first IS NOT NULL
                AND tags ? 'shot'
            """
        )
        rows = await connection.fetchval("SELECT count(*) FROM usage")
        assert described == rows == self.rounds * self.debits


def charges(ground: Ground, number: int, random: Random) -> list[Act]:
    """Debits that say job, node, project, frames and tags, as a farm's do."""
    people = cycle(ground.people)
    acts: list[Act] = []
    for each in range(number):
        work = Work(
            job=f"job-{each // 40}",
            project=f"project-{each // 4_000}",
            product="Lumen",
            node=f"rn-{random.randrange(200):03}",
            frame_first=each,
            frame_last=each,
            tags=f'{{"shot":"s{each // 400:04}"}}',
        )
        content = content_of("debit", each, DEBIT)
        command: UUID = ground.clock.new_id()
        debit = Debit(command, ground.owner, content, next(people), DEBIT, work.job)
        acts.append(replace(debit, work=work))
    return acts


async def _project(connection: "asyncpg.Connection[asyncpg.Record]") -> list[float]:
    """Bring the table up to the journal; gives what each transaction took, in seconds."""
    seconds = []
    while spans := await projecting.unread(connection):
        for portion in projecting.portions(spans):
            started = time.perf_counter()
            assert await projecting.project(connection, portion)
            seconds.append(time.perf_counter() - started)
    return seconds


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 3),
        "least": round(min(values), 3),
        "most": round(max(values), 3),
    }
