"""Comparisons of the services with each other: begun, kept alive, ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Reconciliation:
    """One run; it goes on while it is `alive_at` of a moment ago."""

    id: UUID
    asked_by: UUID
    begun_at: datetime
    alive_at: datetime
    ended_at: datetime | None
    wallets: int
    journal_rows: int
    differences: list[str]
    trouble: str | None

    @property
    def is_balanced(self) -> bool:
        return self.ended_at is not None and not self.differences and self.trouble is None


async def begin(connection: Connection, run: UUID, *, by: UUID, now: datetime) -> None:
    """Ask for a run, unless it is there under this id or another waits to be done."""
    await connection.execute(
        """
        INSERT INTO reconciliation (id, asked_by, begun_at, alive_at)
        SELECT $1, $2, $3, to_timestamp(0)
        WHERE NOT EXISTS (SELECT 1 FROM reconciliation WHERE ended_at IS NULL)
        ON CONFLICT (id) DO NOTHING
        """,
        run,
        by,
        now,
    )


async def take_up(
    connection: Connection, *, now: datetime, left_before: datetime
) -> Reconciliation | None:
    """Take up a run that nobody works at."""
    row = await connection.fetchrow(
        """
        UPDATE reconciliation SET alive_at = $1
        WHERE ended_at IS NULL AND alive_at < $2
        RETURNING
            id, asked_by, begun_at, alive_at, ended_at, wallets, journal_rows, differences, trouble
        """,
        now,
        left_before,
    )
    return None if row is None else Reconciliation(**row)


async def go_on(
    connection: Connection, run: UUID, *, now: datetime, wallets: int, journal_rows: int
) -> None:
    await connection.execute(
        "UPDATE reconciliation SET alive_at = $2, wallets = $3, journal_rows = $4 WHERE id = $1",
        run,
        now,
        wallets,
        journal_rows,
    )


async def end(
    connection: Connection,
    run: UUID,
    *,
    now: datetime,
    differences: list[str],
    trouble: str | None = None,
) -> None:
    await connection.execute(
        """
        UPDATE reconciliation SET ended_at = $2, alive_at = $2, differences = $3, trouble = $4
        WHERE id = $1
        """,
        run,
        now,
        differences,
        trouble,
    )


async def last(connection: Connection, limit: int) -> tuple[Reconciliation, ...]:
    rows = await connection.fetch(
        """
        SELECT
            id, asked_by, begun_at, alive_at, ended_at, wallets, journal_rows, differences, trouble
        FROM reconciliation
        ORDER BY id DESC
        LIMIT $1
        """,
        limit,
    )
    return tuple(Reconciliation(**row) for row in rows)
