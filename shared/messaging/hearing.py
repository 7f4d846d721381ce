"""How far each subject of the others was heard, and the facts that came too early."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.copies import Gap
from shared.contracts.message import Fact, FactData
from shared.postgres.pool import Connection


async def lock_heard(connection: Connection, source: str, subject: UUID) -> int:
    """Lock how far a subject was heard, and tell it."""
    await connection.execute(
        """
        INSERT INTO heard (source, subject, sequence) VALUES ($1, $2, 0)
        ON CONFLICT DO NOTHING
        """,
        source,
        subject,
    )
    sequence: int = await connection.fetchval(
        "SELECT sequence FROM heard WHERE source = $1 AND subject = $2 FOR UPDATE",
        source,
        subject,
    )
    return sequence


async def set_heard(connection: Connection, source: str, subject: UUID, sequence: int) -> None:
    await connection.execute(
        "UPDATE heard SET sequence = $3 WHERE source = $1 AND subject = $2",
        source,
        subject,
        sequence,
    )


async def park(connection: Connection, fact: Fact[FactData], now: datetime) -> None:
    # Written as the contract it is: as a fact of any kind it would lose the fields of its data.
    whole = FACT_BY_TYPE[fact.type].model_construct(**dict(fact))
    await connection.execute(
        """
        INSERT INTO parked_fact (source, subject, sequence, body, parked_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """,
        fact.source,
        fact.subject,
        fact.sequence,
        whole.model_dump_json(exclude_none=True),
        now,
    )


async def take_parked_after(
    connection: Connection, fact: Fact[FactData]
) -> tuple[Fact[FactData], ...]:
    """Take the parked facts that follow this one without a gap."""
    assert fact.sequence is not None
    rows = await connection.fetch(
        """
        DELETE FROM parked_fact
        WHERE source = $1 AND subject = $2 AND sequence > $3
            AND sequence - $3 <= (
                SELECT count(*) FROM parked_fact AS earlier
                WHERE earlier.source = $1 AND earlier.subject = $2
                    AND earlier.sequence > $3 AND earlier.sequence <= parked_fact.sequence
            )
        RETURNING sequence, body
        """,
        fact.source,
        fact.subject,
        fact.sequence,
    )
    return tuple(
        FACT_BY_TYPE[_type_in(row["body"])].model_validate_json(row["body"])
        for row in sorted(rows, key=lambda row: row["sequence"])
    )


def _type_in(body: str) -> str:
    return Fact[FactData].model_validate_json(body).type


async def behind(connection: Connection, source: str, heads: Mapping[UUID, int]) -> tuple[Gap, ...]:
    """What is missing of subjects that were heard less far than their heads."""
    rows = await connection.fetch(
        """
        SELECT
            head.subject,
            coalesce(heard.sequence, 0) AS after,
            least(head.sequence + 1, min(parked_fact.sequence)) AS before
        FROM unnest($2::uuid[], $3::bigint[]) AS head (subject, sequence)
        LEFT JOIN heard ON heard.source = $1 AND heard.subject = head.subject
        LEFT JOIN parked_fact
            ON parked_fact.source = $1
            AND parked_fact.subject = head.subject
            AND parked_fact.sequence > coalesce(heard.sequence, 0) + 1
        WHERE coalesce(heard.sequence, 0) < head.sequence
        GROUP BY head.subject, head.sequence, heard.sequence
        """,
        source,
        list(heads),
        list(heads.values()),
    )
    return tuple(Gap(**row) for row in rows)


async def parked_before(
    connection: Connection, source: str, moment: datetime, *, limit: int
) -> tuple[Gap, ...]:
    """What is missing before facts that wait since before a moment.

    Where a rebuilt subject has come up to them nothing is, and they are fetched themselves.
    """
    rows = await connection.fetch(
        """
        SELECT
            parked_fact.subject,
            coalesce(heard.sequence, 0) AS after,
            min(parked_fact.sequence) FILTER (
                WHERE parked_fact.sequence > coalesce(heard.sequence, 0) + 1
            ) AS before
        FROM parked_fact
        LEFT JOIN heard USING (source, subject)
        WHERE parked_fact.source = $1 AND parked_fact.sequence > coalesce(heard.sequence, 0)
        GROUP BY parked_fact.subject, heard.sequence
        HAVING min(parked_fact.parked_at) < $2
        LIMIT $3
        """,
        source,
        moment,
        limit,
    )
    return tuple(Gap(**row) for row in rows)


async def count_parked(connection: Connection, source: str) -> int:
    count: int = await connection.fetchval(
        "SELECT count(*) FROM parked_fact WHERE source = $1", source
    )
    return count


async def drop_parked(connection: Connection, source: str, subject: UUID, through: int) -> None:
    """Forget the facts that waited and are part of what was heard otherwise."""
    await connection.execute(
        "DELETE FROM parked_fact WHERE source = $1 AND subject = $2 AND sequence <= $3",
        source,
        subject,
        through,
    )


async def forget(connection: Connection, source: str, subject: UUID) -> None:
    """Forget a subject that its owner does not have."""
    await connection.execute(
        """
        WITH dropped AS (DELETE FROM parked_fact WHERE source = $1 AND subject = $2)
        DELETE FROM heard WHERE source = $1 AND subject = $2
        """,
        source,
        subject,
    )


async def heard_between(
    connection: Connection, source: str, after: UUID | None, until: UUID | None
) -> set[UUID]:
    """The subjects of a source that were heard, of a span without its beginning."""
    rows = await connection.fetch(
        """
        SELECT subject
        FROM heard
        WHERE source = $1 AND ($2::uuid IS NULL OR subject > $2)
            AND ($3::uuid IS NULL OR subject <= $3)
        """,
        source,
        after,
        until,
    )
    return {row["subject"] for row in rows}
