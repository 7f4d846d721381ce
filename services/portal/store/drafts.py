"""What somebody had typed when his session was over, until he is back."""

from dataclasses import dataclass
from datetime import datetime

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Draft:
    """The fields of a form, where it stood and where it was sent."""

    key_hash: bytes
    action: str
    page: str
    fields: list[list[str]]
    kept_at: datetime


async def keep(connection: Connection, draft: Draft, *, most: int) -> None:
    """Keep a draft, unless `most` are kept already: whoever sends one need not be signed in."""
    await connection.execute(
        """
        INSERT INTO draft (key_hash, action, page, fields, kept_at)
        SELECT $1, $2, $3, $4, $5
        WHERE (SELECT count(*) FROM draft) < $6
        """,
        draft.key_hash,
        draft.action,
        draft.page,
        draft.fields,
        draft.kept_at,
        most,
    )


async def find(connection: Connection, key_hash: bytes, *, kept_after: datetime) -> Draft | None:
    row = await connection.fetchrow(
        """
        SELECT key_hash, action, page, fields, kept_at
        FROM draft
        WHERE key_hash = $1 AND kept_at > $2
        """,
        key_hash,
        kept_after,
    )
    return None if row is None else Draft(**row)


async def clear(connection: Connection, *, before: datetime) -> None:
    """Remove what nobody came back for; it may name people."""
    await connection.execute("DELETE FROM draft WHERE kept_at < $1", before)
