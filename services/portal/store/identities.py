"""Who of the identity provider is which account, and who is on the way there and back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Journey:
    """Somebody who was sent to the identity provider: what he must bring back."""

    state_hash: bytes
    browser_hash: bytes
    nonce: str
    verifier: str
    next: str
    begun_at: datetime


async def account_of(connection: Connection, issuer: str, subject: str) -> UUID | None:
    found: UUID | None = await connection.fetchval(
        "SELECT account_id FROM identity WHERE issuer = $1 AND subject = $2", issuer, subject
    )
    return found


async def link(
    connection: Connection, issuer: str, subject: str, *, account_id: UUID, now: datetime
) -> None:
    """Remember which account somebody is; whoever was linked first stays so."""
    await connection.execute(
        """
        INSERT INTO identity (issuer, subject, account_id, linked_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (issuer, subject) DO NOTHING
        """,
        issuer,
        subject,
        account_id,
        now,
    )


async def unlink(connection: Connection, account_id: UUID) -> None:
    """Forget who an account is with the identity provider."""
    await connection.execute("DELETE FROM identity WHERE account_id = $1", account_id)


async def set_out(connection: Connection, journey: Journey) -> None:
    await connection.execute(
        """
        INSERT INTO sign_in (state_hash, browser_hash, nonce, verifier, next, begun_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        journey.state_hash,
        journey.browser_hash,
        journey.nonce,
        journey.verifier,
        journey.next,
        journey.begun_at,
    )


async def come_back(
    connection: Connection, state_hash: bytes, browser_hash: bytes, *, begun_after: datetime
) -> Journey | None:
    """Take a journey's end: once, in the browser that set out, and in time."""
    row = await connection.fetchrow(
        """
        DELETE FROM sign_in
        WHERE state_hash = $1 AND browser_hash = $2 AND begun_at > $3
        RETURNING state_hash, browser_hash, nonce, verifier, next, begun_at
        """,
        state_hash,
        browser_hash,
        begun_after,
    )
    return None if row is None else Journey(**row)


async def clear(connection: Connection, *, before: datetime) -> None:
    """Remove journeys from which nobody came back."""
    await connection.execute("DELETE FROM sign_in WHERE begun_at < $1", before)
