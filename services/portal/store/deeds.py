"""What was done with what the portal keeps itself: its part of an organization's trail."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.contracts.audit import AuditEntry, AuditQuery, AuditTrail, Values
from shared.postgres.pool import Connection

PORTAL = "coffer_portal"
OPERATOR = "operator"
STORE = "store"


@dataclass(frozen=True)
class Deed:
    """Who did what, when, to whom; what changed, by field. Nobody did what happened by itself."""

    id: UUID
    organization_id: UUID
    act: str
    by: UUID | None
    at: datetime
    door: str = PORTAL
    about: UUID | None = None
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)


async def note(connection: Connection, deed: Deed) -> None:
    """Write a deed down once."""
    await connection.execute(
        """
        INSERT INTO deed (id, organization_id, act, by_account, at, door, about, before, after)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO NOTHING
        """,
        deed.id,
        deed.organization_id,
        deed.act,
        deed.by,
        deed.at,
        deed.door,
        deed.about,
        deed.before,
        deed.after,
    )


async def trail_of(connection: Connection, organization: UUID, query: AuditQuery) -> AuditTrail:
    """List a page of an organization's deeds, newest first, as the services list their acts."""
    rows = await connection.fetch(
        """
        SELECT number, id, act, by_account AS by, door, about, before, after, at
        FROM deed
        WHERE
            organization_id = $1 AND ($2::bigint IS NULL OR number < $2)
            AND ($4::text IS NULL OR act = $4)
            AND ($5::uuid IS NULL OR about = $5)
            AND ($6::uuid IS NULL OR about = $6 OR by_account = $6)
        ORDER BY number DESC
        LIMIT $3
        """,
        organization,
        query.before,
        query.limit + 1,
        query.act,
        query.about,
        query.account,
    )
    entries = tuple(AuditEntry(**row) for row in rows)
    shown = entries[: query.limit]
    before = shown[-1].number if len(entries) > len(shown) else None
    return AuditTrail(entries=shown, before=before)


async def forget(connection: Connection, account_id: UUID) -> None:
    """Forget what somebody called his tokens who was erased (A20)."""
    await connection.execute(
        """
        UPDATE deed SET before = before - 'token', after = after - 'token'
        WHERE by_account = $1 OR about = $1
        """,
        account_id,
    )
