"""What somebody had typed when his session was over, until he is back."""

from dataclasses import dataclass
from datetime import datetime

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Draft:
    """The fields of a form, where it stood and where it was sent."""

    key_hash: bytes
    browser_hash: bytes
    action: str
    page: str
    fields: list[list[str]]
    kept_at: datetime


async def keep(connection: Connection, draft: Draft) -> None:
    await connection.execute(
        """
        INSERT INTO draft (key_hash, browser_hash, action, page, fields, kept_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        draft.key_hash,
        draft.browser_hash,
        draft.action,
        draft.page,
        draft.fields,
        draft.kept_at,
    )


async def find(
    connection: Connection, key_hash: bytes, browser_hash: bytes, *, kept_after: datetime
) -> Draft | None:
    """Find a draft, for the browser alone that it was typed in."""
    row = await connection.fetchrow(
        """
        SELECT key_hash, browser_hash, action, page, fields, kept_at
        FROM draft
        WHERE key_hash = $1 AND browser_hash = $2 AND kept_at > $3
        """,
        key_hash,
        browser_hash,
        kept_after,
    )
    return None if row is None else Draft(**row)


async def clear(connection: Connection, *, before: datetime) -> None:
    """Remove what nobody came back for; it may name people."""
    await connection.execute("DELETE FROM draft WHERE kept_at < $1", before)


async def clear_oldest(connection: Connection, *, of_all: int, of_a_browser: int) -> None:
    """Keep the newest only: whoever sends one need not be signed in, and may send many."""
    await connection.execute(
        """
        DELETE FROM draft
        USING (
            SELECT
                key_hash,
                row_number() OVER (ORDER BY kept_at DESC) AS place,
                row_number() OVER (PARTITION BY browser_hash ORDER BY kept_at DESC) AS place_there
            FROM draft
        ) AS counted
        WHERE draft.key_hash = counted.key_hash AND (place > $1 OR place_there > $2)
        """,
        of_all,
        of_a_browser,
    )
