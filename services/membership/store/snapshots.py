"""What others copy of us, read subject by subject while nothing more is said of it."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.membership.store.nodes import nodes_known
from shared.contracts.message import Fact
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.snapshots import (
    KnownAdministrator,
    KnownInterval,
    KnownMember,
    KnownOrganization,
    MembershipSubject,
)
from shared.contracts.transfers import AdministratorChanged
from shared.postgres.pool import Connection


async def subject_at(connection: Connection, subject: UUID, sequence: int) -> MembershipSubject:
    """What a subject is, under the lock of its sequence."""
    return MembershipSubject(
        subject=subject,
        sequence=sequence,
        organization=await _organization(connection, subject),
        registered=await _is_registered(connection, subject),
    )


async def _organization(connection: Connection, subject: UUID) -> KnownOrganization | None:
    row = await connection.fetchrow(
        "SELECT administrator_id, state, origin, activated_at FROM organization WHERE id = $1",
        subject,
    )
    if row is None:
        return None
    intervals = await _intervals(connection, subject)
    return KnownOrganization(
        **row,
        administrators=await _administrators(connection, subject),
        members=tuple(
            KnownMember(account_id=one["account_id"], role=one["role"], added_at=one["added_at"])
            for one in intervals
            if one["removed_at"] is None
        ),
        former=tuple(KnownInterval(**one) for one in intervals if one["removed_at"] is not None),
        nodes=await nodes_known(connection, subject),
    )


async def _intervals(connection: Connection, subject: UUID) -> Sequence[asyncpg.Record]:
    return await connection.fetch(
        """
        SELECT account_id, role, added_at, removed_at
        FROM membership
        WHERE organization_id = $1
        ORDER BY added_at, account_id
        """,
        subject,
    )


async def _administrators(connection: Connection, subject: UUID) -> tuple[KnownAdministrator, ...]:
    """Who administered it since when, as it was said: nothing else keeps it."""
    rows = await connection.fetch(
        """
        (
            SELECT sequence, routing_key, body
            FROM fact
            WHERE subject = $1 AND routing_key = $2
            ORDER BY sequence
            LIMIT 1
        )
        UNION ALL
        (
            SELECT sequence, routing_key, body
            FROM fact
            WHERE subject = $1 AND routing_key = $3
        )
        ORDER BY sequence
        """,
        subject,
        OrganizationActivated.ROUTING_KEY,
        AdministratorChanged.ROUTING_KEY,
    )
    return tuple(_administrator(row) for row in rows)


def _administrator(row: asyncpg.Record) -> KnownAdministrator:
    if row["routing_key"] == OrganizationActivated.ROUTING_KEY:
        arose = Fact[OrganizationActivated].model_validate_json(row["body"]).data
        return KnownAdministrator(account_id=arose.administrator_id, began_at=arose.activated_at)
    changed = Fact[AdministratorChanged].model_validate_json(row["body"]).data
    return KnownAdministrator(account_id=changed.to_account_id, began_at=changed.changed_at)


async def _is_registered(connection: Connection, subject: UUID) -> bool:
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (
            SELECT 1
            FROM account
            WHERE id = $1 AND registered_at IS NOT NULL AND forgotten_at IS NULL
        )
        """,
        subject,
    )
    return found
