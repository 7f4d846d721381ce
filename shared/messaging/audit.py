"""The trail of administrative acts: written and told with the change, never changed itself.

Each service keeps its own in a table `audit`; its role may add and read, and nothing else.
"""

from uuid import UUID

from shared.contracts.audit import ActRecorded, AuditEntry, AuditQuery, AuditTrail, Values
from shared.messaging.inbox import Change
from shared.postgres.pool import Connection

NOTHING: Values = {}


async def record(
    change: Change,
    told_as: type[ActRecorded],
    *,
    subject: UUID,
    about: UUID | None = None,
    before: Values = NOTHING,
    after: Values = NOTHING,
) -> None:
    """Write down and tell what a command changed: who, by which door, from what to what."""
    asked = change.asked
    told = told_as(
        id=asked.id,
        act=asked.type.split(".")[-2],
        by=asked.on_behalf_of,
        door=asked.actor,
        about=about,
        before=before,
        after=after,
        at=change.now,
    )
    await _insert(change.connection, subject, told)
    await change.say(told, subject=subject)


async def trail(connection: Connection, subject: UUID, query: AuditQuery) -> AuditTrail:
    """One page of the trail of an organization or account, newest first."""
    entries = await _entries(connection, subject, query)
    shown = entries[: query.limit]
    return AuditTrail(
        entries=shown, before=shown[-1].number if len(entries) > query.limit else None
    )


async def _insert(connection: Connection, subject: UUID, told: ActRecorded) -> None:
    await connection.execute(
        """
        INSERT INTO audit (subject, id, act, by_account, door, about, before, after, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        subject,
        told.id,
        told.act,
        told.by,
        told.door,
        told.about,
        told.before,
        told.after,
        told.at,
    )


async def _entries(
    connection: Connection, subject: UUID, query: AuditQuery
) -> tuple[AuditEntry, ...]:
    """The entries of one page, and one more if another page follows."""
    rows = await connection.fetch(
        """
        SELECT number, id, act, by_account AS by, door, about, before, after, at
        FROM audit
        WHERE
            subject = $1 AND ($2::bigint IS NULL OR number < $2)
            AND ($4::text IS NULL OR act = $4)
            AND ($5::uuid IS NULL OR about = $5)
            AND ($6::uuid IS NULL OR about = $6 OR by_account = $6)
        ORDER BY number DESC
        LIMIT $3
        """,
        subject,
        query.before,
        query.limit + 1,
        query.act,
        query.about,
        query.account,
    )
    return tuple(AuditEntry(**row) for row in rows)
