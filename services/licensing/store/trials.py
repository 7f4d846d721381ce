"""What may be tried, and who applied for it."""

from uuid import UUID

import asyncpg

from services.licensing.rules import trials as rules
from services.licensing.rules.trials import Application
from shared.contracts.trials import Application as WaitingApplication
from shared.contracts.trials import Offer, TrialApplied
from shared.messaging.inbox import Act
from shared.postgres.pool import Connection


async def keep(act: Act, application: Application, offer: Offer) -> TrialApplied:
    """Keep an application, or what came of it, and say so."""
    await save_application(act.connection, application)
    told = rules.told(application, offer, now=act.now)
    await act.say(told, subject=application.account_id)
    return told


async def find_offer(connection: Connection, name: str) -> Offer | None:
    row = await connection.fetchrow(
        "SELECT name AS offer, product, kind, days, open FROM offer WHERE name = $1", name
    )
    return Offer(**row) if row else None


async def save_offer(connection: Connection, offer: Offer) -> None:
    await connection.execute(
        """
        INSERT INTO offer (name, product, kind, days, open)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (name) DO UPDATE SET open = excluded.open
        """,
        offer.offer,
        offer.product,
        offer.kind,
        offer.days,
        offer.open,
    )


async def lock_offers(connection: Connection) -> None:
    """Let one at a time make an offer: the first says what it is."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('offers', 2))")


async def open_offers(connection: Connection, account_id: UUID | None) -> tuple[Offer, ...]:
    """What is offered, and which of it an account has applied for."""
    rows = await connection.fetch(
        """
        SELECT offer.name AS offer, offer.product, offer.kind, offer.days, offer.open,
            EXISTS (
                SELECT 1 FROM application
                WHERE application.account_id = $1 AND application.offer = offer.name
            ) AS used
        FROM offer
        WHERE offer.open
        ORDER BY offer.name
        """,
        account_id,
    )
    return tuple(Offer(**row) for row in rows)


async def find_application_for(
    connection: Connection, account_id: UUID, offer: str
) -> Application | None:
    row = await connection.fetchrow(
        """
        SELECT id, account_id, offer, state, applied_at, license_id
        FROM application
        WHERE account_id = $1 AND offer = $2
        """,
        account_id,
        offer,
    )
    return Application(**row) if row else None


async def find_application(connection: Connection, application_id: UUID) -> Application | None:
    row = await connection.fetchrow(
        """
        SELECT id, account_id, offer, state, applied_at, license_id
        FROM application
        WHERE id = $1
        """,
        application_id,
    )
    return Application(**row) if row else None


async def waiting_of(
    connection: Connection, account_id: UUID
) -> tuple[tuple[Application, Offer], ...]:
    """What an account applied for that waits for an operator, and what was offered."""
    rows = await connection.fetch(
        """
        SELECT application.id, application.account_id, application.offer, application.state,
            application.applied_at, offer.product, offer.kind, offer.days, offer.open
        FROM application
        INNER JOIN offer ON offer.name = application.offer
        WHERE application.account_id = $1 AND application.state = 'PENDING'
        ORDER BY application.id
        """,
        account_id,
    )
    return tuple((_application(row), _offer(row)) for row in rows)


async def save_application(connection: Connection, application: Application) -> None:
    """Keep an application, or what came of it."""
    await connection.execute(
        """
        INSERT INTO application (id, account_id, offer, state, applied_at, license_id)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET
            state = excluded.state, license_id = excluded.license_id
        """,
        application.id,
        application.account_id,
        application.offer,
        application.state,
        application.applied_at,
        application.license_id,
    )


async def waiting_applications(
    connection: Connection, *, after: UUID | None, limit: int
) -> tuple[WaitingApplication, ...]:
    """Applications that wait for an operator, oldest first: ids are in order of time."""
    rows = await connection.fetch(
        """
        SELECT application.id AS application_id, application.account_id, application.offer,
            offer.product, application.applied_at
        FROM application
        INNER JOIN offer ON offer.name = application.offer
        WHERE application.state = 'PENDING' AND ($1::uuid IS NULL OR application.id > $1)
        ORDER BY application.id
        LIMIT $2
        """,
        after,
        limit,
    )
    return tuple(WaitingApplication(**row) for row in rows)


def _application(row: asyncpg.Record) -> Application:
    return Application(
        row["id"], row["account_id"], row["offer"], row["state"], applied_at=row["applied_at"]
    )


def _offer(row: asyncpg.Record) -> Offer:
    return Offer(
        offer=row["offer"],
        product=row["product"],
        kind=row["kind"],
        days=row["days"],
        open=row["open"],
    )
