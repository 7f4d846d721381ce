"""Tokens of the API: made, found by their hash, listed, revoked, last seen."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres.pool import Connection


@dataclass(frozen=True)
class Token:
    """A token without its secret; `organization_id` is where alone it is good, if it has one."""

    id: UUID
    account_id: UUID
    organization_id: UUID | None
    name: str
    hint: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything: not revoked, and not run out."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


async def add_token(connection: Connection, token: Token, digest: bytes) -> bool:
    """Add a token, or give the same one of the same maker another secret; False if it is not his.

    A revoked one gets none.
    """
    added = await connection.fetchval(
        """
        INSERT INTO api_token (
            id, hash, account_id, organization_id, name, hint, scopes, made_at, expires_at
        ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, hint = excluded.hint
        WHERE api_token.account_id = excluded.account_id AND api_token.revoked_at IS NULL
        RETURNING id
        """,
        token.id,
        digest,
        token.account_id,
        token.organization_id,
        token.name,
        token.hint,
        list(token.scopes),
        token.made_at,
        token.expires_at,
    )
    return added is not None


async def find_token(connection: Connection, digest: bytes) -> Token | None:
    """The token of a secret, whatever became of it."""
    row = await connection.fetchrow(
        """
        SELECT
            id, account_id, organization_id, name, hint, scopes,
            made_at, expires_at, revoked_at, last_used_at
        FROM api_token
        WHERE hash = $1
        """,
        digest,
    )
    return None if row is None else _token(dict(row))


async def tokens_of_account(connection: Connection, account_id: UUID) -> tuple[Token, ...]:
    """All tokens that an account made, for whatever place, newest first."""
    rows = await connection.fetch(
        """
        SELECT
            id, account_id, organization_id, name, hint, scopes,
            made_at, expires_at, revoked_at, last_used_at
        FROM api_token
        WHERE account_id = $1
        ORDER BY id DESC
        """,
        account_id,
    )
    return tuple(_token(dict(row)) for row in rows)


async def tokens_of_organization(connection: Connection, organization: UUID) -> tuple[Token, ...]:
    """All tokens that are good in an organization, whoever made them, newest first."""
    rows = await connection.fetch(
        """
        SELECT
            id, account_id, organization_id, name, hint, scopes,
            made_at, expires_at, revoked_at, last_used_at
        FROM api_token
        WHERE organization_id = $1
        ORDER BY id DESC
        """,
        organization,
    )
    return tuple(_token(dict(row)) for row in rows)


async def lock_token(connection: Connection, token_id: UUID) -> Token | None:
    row = await connection.fetchrow(
        """
        SELECT
            id, account_id, organization_id, name, hint, scopes,
            made_at, expires_at, revoked_at, last_used_at
        FROM api_token
        WHERE id = $1
        FOR UPDATE
        """,
        token_id,
    )
    return None if row is None else _token(dict(row))


async def count_good_tokens(connection: Connection, account_id: UUID, now: datetime) -> int:
    counted = await connection.fetchval(
        """
        SELECT count(*)
        FROM api_token
        WHERE
            account_id = $1
            AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > $2)
        """,
        account_id,
        now,
    )
    return int(counted)


async def revoke_token(connection: Connection, token_id: UUID, now: datetime) -> None:
    """It opens nothing from now on; revoked again, it stays as it is."""
    await connection.execute(
        "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
        token_id,
        now,
    )


async def forget_maker(connection: Connection, account_id: UUID, now: datetime) -> None:
    """End every token of somebody who was erased, and what he called it (A20)."""
    await connection.execute(
        """
        UPDATE api_token
        SET revoked_at = coalesce(revoked_at, greatest(made_at, $2)), name = 'forgotten'
        WHERE account_id = $1
        """,
        account_id,
        now,
    )


async def note_use(connection: Connection, token_id: UUID, now: datetime) -> None:
    await connection.execute(
        """
        UPDATE api_token SET last_used_at = $2
        WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)
        """,
        token_id,
        now,
    )


def _token(row: dict[str, object]) -> Token:
    scopes = row["scopes"]
    assert isinstance(scopes, list)
    return Token(**row | {"scopes": tuple(scopes)})  # type: ignore[arg-type]  # columns by name
