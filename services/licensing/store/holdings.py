"""All that decides over what an account may use of a product, in one look."""

from datetime import datetime
from uuid import UUID

from services.licensing.rules.entitlement import Holding, SeatHeld
from services.licensing.rules.standing import RoleHeld
from services.licensing.store.licenses import nested
from shared.postgres.pool import Connection


async def holding_of(
    connection: Connection, account_id: UUID, product: str, *, now: datetime
) -> Holding:
    """All that may entitle an account to a product: what it is, what it owns, where it sits.

    A seat lasts as long as the last of the licenses that give it.
    """
    # One statement, for every open of a checkout asks twice, and others wait for the seats then.
    row = await connection.fetchrow(
        """
        WITH seat AS (
            SELECT organization_id, FALSE AS floats
            FROM assignment
            WHERE account_id = $1 AND product = $2 AND state = 'ACTIVE'
            UNION
            SELECT organization_id, TRUE
            FROM checkout
            WHERE account_id = $1 AND product = $2 AND source = 'FLOATING' AND closed_at IS NULL
        ), held AS (
            SELECT seat.floats, (
                seat.organization_id,
                CASE WHEN bool_and(expires_at IS NOT NULL) THEN max(expires_at) END
            ) AS until
            FROM seat
            INNER JOIN license ON license.organization_id = seat.organization_id
            WHERE product = $2 AND state = 'ACTIVE' AND (expires_at IS NULL OR expires_at > $3)
            GROUP BY seat.floats, seat.organization_id
        )
        SELECT
            EXISTS (SELECT 1 FROM registered_account WHERE account_id = $1) AS registered,
            ARRAY(
                SELECT (organization_id, role, began_at, ended_at) FROM role_held
                WHERE account_id = $1 AND ended_at IS NULL
                ORDER BY began_at
            ) AS roles,
            ARRAY(
                SELECT (id, store, order_id, line_no, account_id, product, kind, seats, state,
                    activated_at, expires_at, organization_id, placed_at, withheld)
                FROM license
                WHERE account_id = $1 AND product = $2 AND organization_id IS NULL
                    AND state = 'ACTIVE'
            ) AS licenses,
            ARRAY(SELECT until FROM held WHERE NOT floats) AS assigned,
            ARRAY(SELECT until FROM held WHERE floats) AS floating
        """,
        account_id,
        product,
        now,
    )
    assert row is not None
    return Holding(
        account_id=account_id,
        product=product,
        registered=row["registered"],
        roles=tuple(RoleHeld(*role) for role in row["roles"]),
        licenses=nested(row["licenses"]),
        assigned=tuple(SeatHeld(*seat) for seat in row["assigned"]),
        floating=tuple(SeatHeld(*seat) for seat in row["floating"]),
    )
