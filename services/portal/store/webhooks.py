"""Addresses of organizations' own systems: to whom, for which kinds, signed with what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg

from shared.postgres.pool import Connection

StateReason = Literal["by_hand", "gone", "failing"]


@dataclass(frozen=True)
class Webhook:
    """One address; `state_reason` says why it is disabled, if it is."""

    id: UUID
    organization_id: UUID
    created_by: UUID
    created_at: datetime
    url: str
    kinds: tuple[str, ...]
    state: Literal["ACTIVE", "DISABLED"]
    state_reason: StateReason | None
    failing_since: datetime | None
    tried_at: datetime | None

    @property
    def is_active(self) -> bool:
        return self.state == "ACTIVE"


@dataclass(frozen=True)
class Kept:
    """The secrets of an address as they lie in the database, sealed."""

    id: UUID
    secret: str
    former: str | None


@dataclass(frozen=True)
class Target:
    """An address whose turn it is, with its secrets, sealed; the newest comes first."""

    id: UUID
    organization_id: UUID
    url: str
    secrets: tuple[str, ...]
    failing_since: datetime | None


async def lock_webhooks_of(connection: Connection, organization_id: UUID) -> None:
    """Lock how many addresses an organization has, until the end of the transaction."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || $1::text, 0))",
        str(organization_id),
    )


async def add_webhook(connection: Connection, webhook: Webhook, secret: str) -> None:
    await connection.execute(
        """
        INSERT INTO webhook (id, organization_id, created_by, created_at, url, kinds, secret, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        webhook.id,
        webhook.organization_id,
        webhook.created_by,
        webhook.created_at,
        webhook.url,
        list(webhook.kinds),
        secret,
        webhook.state,
    )


async def webhooks_of(connection: Connection, organization_id: UUID) -> tuple[Webhook, ...]:
    rows = await connection.fetch(
        """
        SELECT
            id, organization_id, created_by, created_at, url, kinds, state, state_reason,
            failing_since, tried_at
        FROM webhook
        WHERE organization_id = $1
        ORDER BY id
        """,
        organization_id,
    )
    return tuple(Webhook(**{**row, "kinds": tuple(row["kinds"])}) for row in rows)


async def find_webhook(
    connection: Connection, organization_id: UUID, webhook_id: UUID
) -> Webhook | None:
    """Find an address of an organization; that of another does not exist for it."""
    row = await connection.fetchrow(
        """
        SELECT
            id, organization_id, created_by, created_at, url, kinds, state, state_reason,
            failing_since, tried_at
        FROM webhook
        WHERE organization_id = $1 AND id = $2
        FOR UPDATE
        """,
        organization_id,
        webhook_id,
    )
    return Webhook(**{**row, "kinds": tuple(row["kinds"])}) if row else None


async def change_webhook(
    connection: Connection, webhook_id: UUID, *, url: str, kinds: tuple[str, ...]
) -> None:
    await connection.execute(
        "UPDATE webhook SET url = $2, kinds = $3 WHERE id = $1", webhook_id, url, list(kinds)
    )


async def rotate_secret(
    connection: Connection,
    webhook_id: UUID,
    secret: str,
    *,
    former_until: datetime,
    form: UUID | None,
) -> None:
    """Sign with a new secret, and with the former one as well until then.

    The former one is that from before the `form`, however often the form is sent.
    """
    await connection.execute(
        """
        UPDATE webhook
        SET
            former_secret = CASE WHEN secret_form = $4 THEN former_secret ELSE secret END,
            former_secret_until = $3, secret = $2, secret_form = $4
        WHERE id = $1
        """,
        webhook_id,
        secret,
        former_until,
        form,
    )


async def lock_secrets(
    connection: Connection, *, after: UUID | None, limit: int
) -> tuple[Kept, ...]:
    """Lock secrets until the end of the transaction, by the order of their addresses' ids."""
    rows = await connection.fetch(
        """
        SELECT id, secret, former_secret AS former
        FROM webhook
        WHERE $1::uuid IS NULL OR id > $1
        ORDER BY id
        LIMIT $2
        FOR UPDATE
        """,
        after,
        limit,
    )
    return tuple(Kept(**row) for row in rows)


async def keep_secrets(connection: Connection, kept: Kept) -> None:
    """Keep the same secrets as they are sealed now."""
    await connection.execute(
        "UPDATE webhook SET secret = $2, former_secret = $3 WHERE id = $1",
        kept.id,
        kept.secret,
        kept.former,
    )


async def enable_webhook(connection: Connection, webhook_id: UUID) -> None:
    await connection.execute(
        """
        UPDATE webhook
        SET state = 'ACTIVE', state_reason = NULL, failing_since = NULL
        WHERE id = $1
        """,
        webhook_id,
    )


async def disable_webhook(connection: Connection, webhook_id: UUID, reason: StateReason) -> bool:
    """Disable an address; False when it was disabled before, or is gone."""
    done = await connection.fetchval(
        """
        UPDATE webhook
        SET state = 'DISABLED', state_reason = $2
        WHERE id = $1 AND state = 'ACTIVE'
        RETURNING id
        """,
        webhook_id,
        reason,
    )
    return done is not None


async def remove_webhook(connection: Connection, webhook_id: UUID) -> None:
    """Forget an address, its secret and what was sent to it."""
    await connection.execute("DELETE FROM webhook WHERE id = $1", webhook_id)


async def listening(connection: Connection, organization_id: UUID, kind: str) -> tuple[UUID, ...]:
    """The active addresses of an organization that want facts of a kind.

    They are held until the fact is written, so that none is disabled or removed in between.
    """
    rows = await connection.fetch(
        """
        SELECT id
        FROM webhook
        WHERE organization_id = $1 AND state = 'ACTIVE' AND $2 = ANY(kinds)
        ORDER BY id
        FOR SHARE
        """,
        organization_id,
        kind,
    )
    return tuple(row["id"] for row in rows)


async def claim_target(
    connection: Connection, *, now: datetime, busy_until: datetime
) -> Target | None:
    """Take the address whose turn it is: healthy ones first, then whoever was tried longest ago.

    Nobody else takes it until it is given back, or until then.
    """
    row = await connection.fetchrow(
        """
        UPDATE webhook SET tried_at = $1, busy_until = $2
        WHERE id = (
            SELECT webhook.id
            FROM webhook
            WHERE (webhook.busy_until IS NULL OR webhook.busy_until <= $1)
                AND webhook.id IN (
                    SELECT delivery.webhook_id
                    FROM delivery
                    WHERE delivery.state = 'WAITING' AND delivery.next_attempt_at <= $1
                )
            ORDER BY webhook.failing_since IS NOT NULL, webhook.tried_at NULLS FIRST
            LIMIT 1
            FOR UPDATE SKIP LOCKED
        )
        RETURNING
            id, organization_id, url, secret, former_secret, former_secret_until, failing_since
        """,
        now,
        busy_until,
    )
    return _target(row, now) if row else None


async def give_back(connection: Connection, webhook_id: UUID) -> None:
    await connection.execute("UPDATE webhook SET busy_until = NULL WHERE id = $1", webhook_id)


async def stay_busy(connection: Connection, webhook_id: UUID, until: datetime) -> None:
    await connection.execute("UPDATE webhook SET busy_until = $2 WHERE id = $1", webhook_id, until)


async def note_success(connection: Connection, webhook_id: UUID) -> None:
    await connection.execute(
        "UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL",
        webhook_id,
    )


async def note_failure(connection: Connection, webhook_id: UUID, now: datetime) -> datetime | None:
    """Note that an address failed; tells since when nothing got through, None if it is gone."""
    since: datetime | None = await connection.fetchval(
        """
        UPDATE webhook SET failing_since = coalesce(failing_since, $2)
        WHERE id = $1
        RETURNING failing_since
        """,
        webhook_id,
        now,
    )
    return since


def _target(row: asyncpg.Record, now: datetime) -> Target:
    until = row["former_secret_until"]
    former = (row["former_secret"],) if until is not None and until > now else ()
    return Target(
        id=row["id"],
        organization_id=row["organization_id"],
        url=row["url"],
        secrets=(row["secret"], *former),
        failing_since=row["failing_since"],
    )
