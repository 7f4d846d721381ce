"""A page of a long journal, from anywhere in it: asked as the door is asked, and by offset."""

import platform
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from asyncpg.pgproto.pgproto import UUID

from services.credit_ledger.queries.books import list_journal
from services.credit_ledger.store import locking
from services.credit_ledger.store.exporting import journal_page
from services.credit_ledger.store.naming import wallets_named
from services.credit_ledger.store.saving import JOURNAL_COLUMNS, JournalRow
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credit_queries import ListJournal
from shared.contracts.message import Command
from shared.postgres.pool import open_pool
from shared.service import calm_garbage_collection
from tests.bench.ground import DEBIT, Ground

SIZES = (100, 500)
COPIED_AT_ONCE = 100_000
WORKS_EVERY = 10
OFFSETS = (0.1, 0.5, 0.9)
BY_OFFSET = "SELECT * FROM journal WHERE wallet = $1 ORDER BY seq OFFSET $2 LIMIT $3"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Pages:
    """One wallet with `rows` journal rows, and `pages` pages read at random places of them."""

    service_url: str
    owner_url: str
    rows: int
    pages: int
    seed: int
    milliseconds: dict[str, list[float]] = field(default_factory=dict)

    async def run(self, say: Callable[[str], None]) -> dict[str, object]:
        """Fill the journal, read pages, and give medians and 99th percentiles."""
        engine = await locking.connect(self.service_url)
        ground = Ground(engine)
        await ground.prepare()
        wallet = (await wallets_named(engine, [ground.owner]))[ground.owner]
        filled = await self._fill(engine, wallet, ground.books.by_wallet[wallet].seq, say)
        version = await engine.fetchval("SHOW server_version")
        await engine.close()
        sizes = await self._analyze(say)
        await self._read(ground.owner, wallet, say)
        return {
            "bench": "pages",
            "rows": self.rows,
            "pages": self.pages,
            "seed": self.seed,
            "fill_seconds": round(filled, 1),
            "bytes": sizes,
            "milliseconds": {name: _spread(each) for name, each in self.milliseconds.items()},
            "database": version,
            "python": sys.version.split()[0],
            "machine": platform.machine(),
        }

    async def _fill(
        self,
        connection: "asyncpg.Connection[asyncpg.Record]",
        wallet: int,
        last: int,
        say: Callable[[str], None],
    ) -> float:
        started = time.perf_counter()
        for first in range(last + 1, self.rows + 1, COPIED_AT_ONCE):
            seqs = range(first, min(first + COPIED_AT_ONCE, self.rows + 1))
            await connection.copy_records_to_table(
                "journal", records=_journal(wallet, seqs), columns=JOURNAL_COLUMNS
            )
            await connection.copy_records_to_table(
                "work", records=_works(wallet, seqs), columns=("wallet", "command", "occurred_at")
            )
            say(f"{seqs[-1]:,} rows")
        return time.perf_counter() - started

    async def _analyze(self, say: Callable[[str], None]) -> dict[str, int]:
        connection = await asyncpg.connect(self.owner_url)
        await connection.execute("VACUUM (ANALYZE) journal", timeout=3_600)
        await connection.execute("VACUUM (ANALYZE) work", timeout=3_600)
        journal, indexes = await connection.fetchrow(  # type: ignore[misc]  # one row for sure
            "SELECT pg_table_size('journal'), pg_indexes_size('journal')"
        )
        await connection.close()
        say(f"journal {journal:,} bytes, its indexes {indexes:,}")
        return {"journal": journal, "indexes": indexes}

    async def _read(self, owner: UUID, wallet: int, say: Callable[[str], None]) -> None:
        random = Random(self.seed)
        calm_garbage_collection()
        async with await open_pool(self.service_url) as pool:
            for size in SIZES:

                async def read(after: int, size: int = size) -> None:
                    async with pool.acquire() as connection:
                        assert await journal_page(connection, wallet, after, size)

                async def answer(after: int, size: int = size) -> None:
                    verdict = await list_journal(_question(owner, after, size), pool)
                    assert verdict.model_dump_json(exclude_none=True)

                await self._time(f"read_{size}", read, random)
                await self._time(f"answer_{size}", answer, random)
            async with pool.acquire() as connection:
                for part in OFFSETS:
                    started = time.perf_counter()
                    await connection.fetch(BY_OFFSET, wallet, int(self.rows * part), SIZES[0])
                    elapsed = (time.perf_counter() - started) * 1000
                    self.milliseconds[f"offset_{SIZES[0]}_at_{part}"] = [elapsed]
        for name, each in self.milliseconds.items():
            say(f"{name}: {_spread(each)}")

    async def _time(
        self, name: str, read: Callable[[int], Awaitable[None]], random: Random
    ) -> None:
        """Read pages behind random rows, one after the other."""
        for _ in range(self.pages):
            after = random.randrange(self.rows - max(SIZES))
            started = time.perf_counter()
            await read(after)
            elapsed = (time.perf_counter() - started) * 1000
            self.milliseconds.setdefault(name, []).append(elapsed)


def owner_url_of(administrative_url: str, service_url: str) -> str:
    """The ledger's database as its owner sees it: only he may analyze its tables."""
    return urlsplit(administrative_url)._replace(path=urlsplit(service_url).path).geturl()


def _journal(wallet: int, seqs: range) -> Iterator[JournalRow]:
    """Debits by 200 people, one a second."""
    people = [UUID(number.to_bytes(16)) for number in range(1, 201)]
    for seq in seqs:
        at = BEGINNING + timedelta(seconds=seq)
        person = people[seq % len(people)]
        yield (wallet, seq, DEBIT, 10**9, at, 1, 1, person, _command(seq), None, 0, 4, 2, 4)


def _works(wallet: int, seqs: range) -> list[tuple[int, UUID, datetime]]:
    """Some of them say when the work was done."""
    return [
        (wallet, _command(seq), BEGINNING + timedelta(seconds=seq - 60))
        for seq in seqs
        if seq % WORKS_EVERY == 0
    ]


def _command(seq: int) -> UUID:
    return UUID((seq << 32 | 0x7).to_bytes(16))


def _question(owner: UUID, after: int, size: int) -> Command[Any]:
    now = datetime.now(UTC)
    return COMMAND_BY_TYPE[ListJournal.TYPE](
        id=_command(after),
        type=ListJournal.TYPE,
        actor="coffer_portal",
        owner=owner,
        sent_at=now,
        data=ListJournal(after=after, limit=size),
    )


def _spread(milliseconds: list[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "median": round(statistics.median(ordered), 2),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 2),
        "max": round(ordered[-1], 2),
    }
