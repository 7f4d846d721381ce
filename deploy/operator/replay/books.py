"""What the ledger's database says after the run, read directly so that nobody's word is taken."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson

RELAY_SECONDS = 120.0
GLANCE_SECONDS = 0.2
OPEN_HOLDS = """
SELECT EXISTS (
    SELECT
    FROM hold INNER JOIN wallet ON wallet.id = hold.wallet
    WHERE wallet.owner = $1 AND hold.state = 1
)
"""


@dataclass(frozen=True)
class Batch:
    """One commit of the engine."""

    committed_at: datetime
    commands: int
    duplicates: int


@dataclass(frozen=True)
class Books:
    """The wallets of the run as they stand; microcredits."""

    captured: int
    absorbed: int
    captured_by_person: dict[str, int]
    journal_rows: int
    below_zero: int
    open_holds: int
    parked: int
    fact_by_place: dict[tuple[str, int], str]
    batches: list[Batch]


@dataclass(frozen=True)
class Deliveries:
    """What the workers noted of every delivery: how many came back from the broker, and how many
    of the ids that a committed batch took up had been decided by an earlier one.
    """

    requeued: int
    duplicates: int


async def facts_are_published(database_url: str) -> None:
    """Wait until the relay has published what the ledger has to say; raises TimeoutError."""
    await _while_there_is(database_url, "SELECT EXISTS (SELECT FROM outbox)")


async def dead_nodes_are_swept(database_url: str, owner: UUID) -> None:
    """Wait until no hold of an organization is open any more; raises TimeoutError."""
    await _while_there_is(database_url, OPEN_HOLDS, owner)


async def _while_there_is(database_url: str, statement: str, *arguments: object) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        async with asyncio.timeout(RELAY_SECONDS):
            # Another process sees to it and sends no word.
            while await connection.fetchval(statement, *arguments):  # noqa: ASYNC110
                await asyncio.sleep(GLANCE_SECONDS)
    finally:
        await connection.close()


async def read_books(database_url: str, owners: list[UUID], since: datetime) -> Books:
    """Read the wallets of these owners, and every batch since the run began."""
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _books(connection, owners, since)
    finally:
        await connection.close()


async def read_deliveries(database_url: str, folder: Path, batches: list[Batch]) -> Deliveries:
    """Count repeated deliveries from the workers' own log and the moments of the decisions."""
    connection = await asyncpg.connect(database_url)
    try:
        decided_at = {
            row["command"]: row["decided_at"]
            for row in await connection.fetch(
                """
                SELECT command, min(booked_at) AS decided_at
                FROM journal
                GROUP BY command
                UNION ALL
                SELECT command, decided_at
                FROM verdict
                """
            )
        }
    finally:
        await connection.close()
    committed = {batch.committed_at for batch in batches}
    requeued = duplicates = 0
    for note in _notes(folder):
        if note.get("redelivered") is True:
            requeued += 1
        at = note.get("at")
        ids = note.get("ids")
        if not isinstance(at, str) or not isinstance(ids, list):
            continue
        moment = datetime.fromisoformat(at)
        if moment in committed:
            duplicates += sum(decided_at.get(UUID(one), moment) < moment for one in ids)
    return Deliveries(requeued, duplicates)


def _notes(folder: Path) -> Iterator[dict[str, object]]:
    """Every whole line; a worker that was killed may have left a torn one."""
    for path in sorted(folder.glob("*")):
        for line in path.read_bytes().splitlines():
            try:
                yield orjson.loads(line)
            except orjson.JSONDecodeError:
                continue


async def _books(
    connection: "asyncpg.Connection[asyncpg.Record]", owners: list[UUID], since: datetime
) -> Books:
    wallets = await connection.fetch(
        "SELECT id, uid, captured, absorbed, free, held FROM wallet WHERE owner = ANY($1)", owners
    )
    ids = [wallet["id"] for wallet in wallets]
    people = await connection.fetch(
        "SELECT person, mode, quota, captured, held FROM access WHERE wallet = ANY($1)", ids
    )
    rows = await connection.fetchrow(
        """
        SELECT count(*) AS total, count(*) FILTER (WHERE balance < 0) AS negative
        FROM journal
        WHERE wallet = ANY($1)
        """,
        ids,
    )
    assert rows is not None
    facts = await connection.fetch(
        "SELECT subject, sequence, id FROM fact WHERE subject = ANY($1)",
        [wallet["uid"] for wallet in wallets],
    )
    batches = await connection.fetch(
        "SELECT committed_at, commands, duplicates FROM batch WHERE committed_at >= $1", since
    )
    return Books(
        captured=sum(wallet["captured"] for wallet in wallets),
        absorbed=sum(wallet["absorbed"] for wallet in wallets),
        captured_by_person={str(one["person"]): one["captured"] for one in people},
        journal_rows=rows["total"],
        below_zero=rows["negative"]
        + sum(wallet["free"] < 0 or wallet["held"] < 0 for wallet in wallets)
        + sum(
            one["mode"] == "quota" and one["captured"] + one["held"] > one["quota"]
            for one in people
        ),
        open_holds=await _count(
            connection, "SELECT count(*) FROM hold WHERE state = 1 AND wallet = ANY($1)", ids
        ),
        parked=await _count(
            connection, "SELECT count(*) FROM parked_command WHERE wallet = ANY($1)", ids
        ),
        fact_by_place={(str(one["subject"]), one["sequence"]): str(one["id"]) for one in facts},
        batches=[Batch(**one) for one in batches],
    )


async def _count(
    connection: "asyncpg.Connection[asyncpg.Record]", statement: str, wallets: list[int]
) -> int:
    found = await connection.fetchval(statement, wallets)
    assert isinstance(found, int)
    return found
