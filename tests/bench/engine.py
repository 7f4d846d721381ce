"""The engine alone on one hot pool, beside a guarded update and a bare COPY, interleaved."""

import gc
import platform
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

import asyncpg

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.store import locking
from services.credit_ledger.store.locking import PLANNER
from shared.service import calm_garbage_collection
from tests.bench.ground import PRODUCT, Ground
from tests.bench.rivals import Timed, bare_copy, guarded_updates, journal_rows

BATCHES = (100, 1_000)
CONNECTIONS = (1, 4, 16)
NOBODYS_WALLET = 1


@dataclass
class Bench:
    """Interleaved rounds: every round measures everything once, in a random order."""

    database_url: str
    rounds: int
    debits: int
    seed: int
    rates: dict[str, list[float]] = field(default_factory=dict)
    rows: dict[str, list[float]] = field(default_factory=dict)
    copied: int = 0

    async def run(self, say: Callable[[str], None]) -> dict[str, object]:
        """Run the rounds and give medians, ranges and the ratios within each round."""
        random = Random(self.seed)
        engine = await locking.connect(self.database_url)
        rivals = [
            await asyncpg.connect(self.database_url, server_settings=PLANNER)
            for _ in range(max(CONNECTIONS))
        ]
        ground = Ground(engine)
        await ground.prepare()
        await ground.entitle()
        lot = ground.books.by_wallet[ground.books.names[ground.owner]].lots[0].number
        measures = self._measures(ground, rivals, lot, random)
        for number in range(self.rounds + 1):
            order = list(measures)
            random.shuffle(order)
            for name in order:
                calm_garbage_collection()
                timed, moved = await measures[name]()
                gc.unfreeze()
                if number:
                    self.rates.setdefault(name, []).append(timed.rate)
                    self.rows.setdefault(name, []).append(moved / timed.seconds)
                    say(f"round {number} {name}: {timed.rate:,.0f}/s")
        version = await engine.fetchval("SHOW server_version")
        for connection in (engine, *rivals):
            await connection.close()
        return self._report(version)

    def _measures(
        self,
        ground: Ground,
        rivals: "list[asyncpg.Connection[asyncpg.Record]]",
        lot: int,
        random: Random,
    ) -> dict[str, Callable[[], Awaitable[tuple[Timed, int]]]]:
        measures: dict[str, Callable[[], Awaitable[tuple[Timed, int]]]] = {}
        for size in BATCHES:
            measures[f"debit_{size}"] = self._engine(ground, size, ground.debits)
            mix = partial(ground.mix, random=random)
            measures[f"mix_{size}"] = self._engine(ground, size, mix)
            holds = partial(ground.authorizations, product=None)
            measures[f"authorize_{size}"] = self._engine(ground, size, holds)
            named = partial(ground.authorizations, product=PRODUCT)
            measures[f"authorize_product_{size}"] = self._engine(ground, size, named)
            measures[f"copy_{size}"] = self._copy(ground, rivals[0], size)
        for count in CONNECTIONS:
            measures[f"guarded_{count}"] = self._guarded(ground, rivals[:count], lot)
        return measures

    def _engine(
        self, ground: Ground, size: int, make: Callable[[int], list[Act]]
    ) -> Callable[[], Awaitable[tuple[Timed, int]]]:
        async def measure() -> tuple[Timed, int]:
            number = self.debits if size > min(BATCHES) else self.debits // 3
            acts = make(number)
            batches = [acts[n : n + size] for n in range(0, len(acts), size)]
            wallet = ground.books.names[ground.owner]
            # The rivals wrote to the same wallet: load it before the clock runs.
            await ground.decide(ground.debits(1))
            before = ground.books.by_wallet[wallet].seq
            started = time.perf_counter()
            for batch in batches:
                await ground.decide(batch)
            seconds = time.perf_counter() - started
            return Timed(len(acts), seconds), ground.books.by_wallet[wallet].seq - before

        return measure

    def _copy(
        self, ground: Ground, connection: "asyncpg.Connection[asyncpg.Record]", size: int
    ) -> Callable[[], Awaitable[tuple[Timed, int]]]:
        async def measure() -> tuple[Timed, int]:
            acts = ground.debits(self.debits)
            rows = journal_rows(NOBODYS_WALLET, acts, self.copied + 1)
            self.copied += len(rows)
            batches = [rows[n : n + size] for n in range(0, len(rows), size)]
            timed = await bare_copy(connection, batches)
            return timed, timed.count

        return measure

    def _guarded(
        self, ground: Ground, connections: "list[asyncpg.Connection[asyncpg.Record]]", lot: int
    ) -> Callable[[], Awaitable[tuple[Timed, int]]]:
        async def measure() -> tuple[Timed, int]:
            wallet = ground.books.names[ground.owner]
            acts = ground.debits(max(500, self.debits // 20))
            timed = await guarded_updates(connections, wallet, lot, acts)
            return timed, timed.count

        return measure

    def _report(self, version: str) -> dict[str, object]:
        best = [max(rates) for rates in zip(*self._guarded_rates(), strict=True)]
        return {
            "bench": "engine",
            "rounds": self.rounds,
            "debits_a_round": self.debits,
            "seed": self.seed,
            "database": version,
            "python": sys.version.split()[0],
            "machine": platform.machine(),
            "rates": {name: _spread(rates) for name, rates in sorted(self.rates.items())},
            "journal_rows_a_second": {
                name: _spread(rates) for name, rates in sorted(self.rows.items())
            },
            "ratios": {
                "engine_100_vs_guarded_update": _ratio(self.rates["debit_100"], best),
                "engine_1000_vs_guarded_update": _ratio(self.rates["debit_1000"], best),
                "engine_1000_vs_copy": _ratio(self.rows["debit_1000"], self.rows["copy_1000"]),
                "mix_1000_vs_copy": _ratio(self.rows["mix_1000"], self.rows["copy_1000"]),
                **{
                    f"authorize_{size}_with_product_vs_without": _ratio(
                        self.rates[f"authorize_product_{size}"], self.rates[f"authorize_{size}"]
                    )
                    for size in BATCHES
                },
            },
        }

    def _guarded_rates(self) -> list[list[float]]:
        return [self.rates[f"guarded_{count}"] for count in CONNECTIONS]


def _spread(rates: list[float]) -> dict[str, int]:
    return {
        "median": round(statistics.median(rates)),
        "min": round(min(rates)),
        "max": round(max(rates)),
    }


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """Give the median of the ratios within each round: the machine's drift cancels out."""
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 2)
