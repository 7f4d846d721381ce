"""Removals under way, and who has confirmed them.

A removal is a row of `membership`; it is found by account and by the end of its interval, so that
what is said of one removal never finishes a later one.
"""

from datetime import datetime

from services.membership.rules.standing import Membership
from shared.contracts.credit_facts import AccessReleased
from shared.contracts.licensing import SeatsReleased
from shared.contracts.membership import MemberRemoved, RemovalAwaited
from shared.postgres.pool import Connection


async def begin_removal(connection: Connection, removed: MemberRemoved) -> None:
    """End the interval; the row stays, for who was in when decides over old orders."""
    await connection.execute(
        """
        UPDATE membership
        SET state = 'REMOVING', removed_at = $3, reason = $4
        WHERE organization_id = $1 AND account_id = $2 AND state = 'ACTIVE'
        """,
        removed.organization_id,
        removed.account_id,
        removed.removed_at,
        removed.reason,
    )


async def add_removal(
    connection: Connection, membership: Membership, removed: MemberRemoved
) -> None:
    """Write down one who leaves as he comes: he is in another organization all along (A2)."""
    await connection.execute(
        """
        INSERT INTO membership (
            organization_id, account_id, role, state, added_at, removed_at, reason
        )
        VALUES ($1, $2, $3, 'REMOVING', $4, $5, $6)
        """,
        membership.organization_id,
        membership.account_id,
        membership.role,
        membership.added_at,
        removed.removed_at,
        removed.reason,
    )


async def confirm_seats(connection: Connection, released: SeatsReleased) -> None:
    await connection.execute(
        """
        UPDATE membership
        SET seats_released = TRUE
        WHERE
            organization_id = $1 AND account_id = $2
            AND state = 'REMOVING' AND removed_at <= $3
        """,
        released.organization_id,
        released.account_id,
        released.removed_at,
    )


async def confirm_access(connection: Connection, released: AccessReleased) -> None:
    await connection.execute(
        """
        UPDATE membership
        SET access_released = TRUE
        WHERE
            organization_id = $1 AND account_id = $2
            AND state = 'REMOVING' AND removed_at <= $3
        """,
        released.organization_id,
        released.account_id,
        released.removed_at,
    )


async def finish_removals(
    connection: Connection, released: SeatsReleased | AccessReleased
) -> tuple[RemovalAwaited, ...]:
    """Finish the person's removals that both have confirmed; tells which those are."""
    rows = await connection.fetch(
        """
        UPDATE membership
        SET state = 'REMOVED'
        WHERE
            organization_id = $1 AND account_id = $2
            AND state = 'REMOVING' AND seats_released AND access_released
        RETURNING organization_id, account_id, removed_at
        """,
        released.organization_id,
        released.account_id,
    )
    return tuple(RemovalAwaited(**row) for row in sorted(rows, key=lambda row: row["removed_at"]))


async def open_removals(
    connection: Connection, *, begun_before: datetime, limit: int
) -> tuple[RemovalAwaited, ...]:
    """Removals that are not finished, the longest open first."""
    rows = await connection.fetch(
        """
        SELECT organization_id, account_id, removed_at
        FROM membership
        WHERE state = 'REMOVING' AND removed_at < $1
        ORDER BY removed_at
        LIMIT $2
        """,
        begun_before,
        limit,
    )
    return tuple(RemovalAwaited(**row) for row in rows)
