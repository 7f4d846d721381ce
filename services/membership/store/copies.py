"""Our copy of licensing, replaced by what it says there is."""

from collections.abc import Collection
from uuid import UUID

from shared.contracts.snapshots import KnownLicense, KnownSeat
from shared.postgres.pool import Connection


async def subjects_between(
    connection: Connection, after: UUID | None, until: UUID | None
) -> set[UUID]:
    """Whom we have licenses of, and organizations whose seats, of a span without its beginning."""
    rows = await connection.fetch(
        """
        SELECT subject
        FROM (
            SELECT account_id AS subject FROM held_license
            UNION
            SELECT organization_id AS subject FROM held_seat
        ) AS known
        WHERE ($1::uuid IS NULL OR subject > $1) AND ($2::uuid IS NULL OR subject <= $2)
        """,
        after,
        until,
    )
    return {row["subject"] for row in rows}


async def replace_licenses(
    connection: Connection, account_id: UUID, known: Collection[KnownLicense]
) -> None:
    """The licenses of an account are these; one that licensing does not have counts no more."""
    await connection.executemany(
        """
        INSERT INTO held_license (id, account_id, kind, expires_at, expired, organization_id)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET
            account_id = excluded.account_id,
            kind = excluded.kind,
            expires_at = excluded.expires_at,
            expired = excluded.expired,
            organization_id = coalesce(excluded.organization_id, held_license.organization_id)
        """,
        [
            (
                one.license_id,
                one.account_id,
                one.kind,
                one.expires_at,
                one.expired,
                one.organization_id,
            )
            for one in known
        ],
    )
    await connection.execute(
        """
        UPDATE held_license SET expired = TRUE
        WHERE account_id = $1 AND NOT expired AND id <> ALL($2::uuid[])
        """,
        account_id,
        [one.license_id for one in known],
    )


async def replace_seats(
    connection: Connection, organization_id: UUID, known: Collection[KnownSeat]
) -> None:
    """The seats of an organization are these."""
    await connection.execute("DELETE FROM held_seat WHERE organization_id = $1", organization_id)
    await connection.executemany(
        "INSERT INTO held_seat (organization_id, account_id, product) VALUES ($1, $2, $3)",
        [(organization_id, one.account_id, one.product) for one in known],
    )
