"""Accounts and their locks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.membership.rules.accounts import fold
from services.membership.rules.standing import Account
from shared.contracts.accounts import RegisterAccount
from shared.postgres.pool import Connection


async def lock_account(connection: Connection, account_id: UUID) -> None:
    """Lock an account, registered or not: its license may be known before it is."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(account_id)
    )


async def find_account(connection: Connection, account_id: UUID) -> Account | None:
    """Find an account, registered or invited; a forgotten one is not found (A20)."""
    row = await connection.fetchrow(
        """
        SELECT id, email, name, customer_number
        FROM account
        WHERE id = $1 AND forgotten_at IS NULL
        """,
        account_id,
    )
    return Account(**row) if row else None


async def forgotten_at(connection: Connection, account_id: UUID) -> datetime | None:
    """When whose id this was was forgotten, if he was: it is never given again."""
    forgotten: datetime | None = await connection.fetchval(
        "SELECT forgotten_at FROM account WHERE id = $1", account_id
    )
    return forgotten


async def find_account_by_email(connection: Connection, email: str) -> Account | None:
    row = await connection.fetchrow(
        "SELECT id, email, name, customer_number FROM account WHERE email_folded = $1", fold(email)
    )
    return Account(**row) if row else None


async def ids_by_email(connection: Connection, emails: Sequence[str]) -> dict[str, UUID]:
    """Find the accounts of addresses, by each as it was written; who has none is absent."""
    rows = await connection.fetch(
        """
        SELECT asked.email, account.id
        FROM unnest($1::text [], $2::text []) AS asked (email, folded)
        INNER JOIN account ON account.email_folded = asked.folded
        """,
        list(emails),
        [fold(email) for email in emails],
    )
    return {row["email"]: row["id"] for row in rows}


async def find_account_by_number(connection: Connection, number: str) -> Account | None:
    """Find an account by its customer number, written as it may be; not a forgotten one (A20)."""
    row = await connection.fetchrow(
        """
        SELECT id, email, name, customer_number
        FROM account
        WHERE customer_number = upper($1) AND forgotten_at IS NULL
        """,
        number.strip(),
    )
    return Account(**row) if row else None


async def add_account(
    connection: Connection, account: RegisterAccount, *, now: datetime
) -> Account | None:
    """Add an account; None when somebody else took its e-mail a moment ago."""
    row = await connection.fetchrow(
        """
        INSERT INTO account (id, email, email_folded, name, registered_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        RETURNING id, email, name, customer_number
        """,
        account.account_id,
        account.email,
        fold(account.email),
        account.name,
        now,
    )
    return Account(**row) if row else None


async def name_invited(
    connection: Connection, account_id: UUID, *, email: str, name: str, now: datetime
) -> None:
    """Make a registered account of an invited one."""
    await connection.execute(
        "UPDATE account SET email = $2, name = $3, registered_at = $4 WHERE id = $1",
        account_id,
        email,
        name,
        now,
    )


async def change_email(connection: Connection, account_id: UUID, email: str) -> bool:
    """Give an account another address; False when somebody else took it a moment ago."""
    try:
        async with connection.transaction():
            await connection.execute(
                "UPDATE account SET email = $2, email_folded = $3 WHERE id = $1",
                account_id,
                email,
                fold(email),
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def forget(connection: Connection, account_id: UUID, *, now: datetime) -> None:
    """Erase what says who a person is; the row stays, for history names its id."""
    await connection.execute(
        """
        UPDATE account
        SET email = NULL, email_folded = NULL, name = NULL, forgotten_at = $2
        WHERE id = $1
        """,
        account_id,
        now,
    )
