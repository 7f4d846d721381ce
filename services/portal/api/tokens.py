"""Tokens: made by whoever is signed in, shown once, kept as a hash, revoked at any time.

A token never has more rights than its maker has at the moment of the call.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

import structlog
from pydantic import Field

from services.portal.api.problems import (
    ApiCode,
    FieldProblem,
    misread,
    problem_here,
    refused_here,
)
from services.portal.api.scopes import SCOPES, Scope
from services.portal.rooms import Rooms
from services.portal.store import deeds
from services.portal.store import tokens as store
from services.portal.store.deeds import Deed
from services.portal.store.tokens import Token
from services.portal.viewer import Viewer
from shared.contracts.audit import Values
from shared.contracts.message import Contract, Moment
from shared.contracts.refusals import RefusalCode
from shared.postgres.pool import Connection

PREFIX = "cof_"
SECRET_BYTES = 32
SECRET_CHARACTERS_MAX = 200
HINT_CHARACTERS = 4
TOKENS_MAX = 50
SEEN_EVERY = timedelta(minutes=1)
_IN_THE_PAST = FieldProblem(field="expires_at", message="lies in the past")

log = structlog.get_logger()


class MakeToken(Contract):
    """A token to be made: what it is for, where it is good, and until when.

    With `organization_id` it is good in that organization alone, without it for your own account
    alone. Without `expires_at` it lives until it is revoked.
    """

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(SCOPES))]
    organization_id: UUID | None = None
    expires_at: Moment | None = None


class TokenShown(Contract):
    """A token without its secret; `hint` are the secret's last characters."""

    id: UUID
    name: str
    hint: str
    scopes: tuple[Scope, ...]
    account_id: UUID
    organization_id: UUID | None = None
    made_at: Moment
    expires_at: Moment | None = None
    revoked_at: Moment | None = None
    last_used_at: Moment | None = None


class TokenMade(TokenShown):
    """A token that was made, with its `secret`, which nobody sees a second time."""

    secret: str


class TokenList(Contract):
    """Tokens, newest first."""

    tokens: tuple[TokenShown, ...]


@dataclass(frozen=True)
class Allowed:
    """What a caller may give to a token that he makes: he hands on no more than he has."""

    viewer: Viewer
    by: Token | None = None

    def place(self, wanted: UUID | None) -> UUID | None:
        """Where the token shall be good; raises ProblemError for a place that is not his."""
        is_his = wanted is None or self.viewer.belongs_to(wanted)
        if self.by is not None and wanted != self.by.organization_id:
            is_his = False
        if not is_his:
            raise refused_here(RefusalCode.UNKNOWN_ORGANIZATION)
        return wanted

    def scopes(self, wanted: tuple[Scope, ...]) -> tuple[Scope, ...]:
        """What the token shall be for; raises ProblemError for what he may not do himself."""
        if "operator" in wanted and not self.viewer.is_staff:
            raise refused_here(RefusalCode.OPERATOR_REQUIRED)
        if self.by is not None and not set(wanted) <= set(self.by.scopes):
            raise problem_here(
                ApiCode.INSUFFICIENT_SCOPE, "a token makes none that may do more than it may itself"
            )
        return tuple(scope for scope in SCOPES if scope in wanted)


async def make_token(
    rooms: Rooms, allowed: Allowed, wanted: MakeToken, *, id: UUID | None = None
) -> TokenMade:
    """Make a token; what is answered holds the only copy of its secret. Raises ProblemError.

    Asked again with the `id` of a form it is the same token, with another secret.
    """
    now = rooms.wall.now()
    if wanted.expires_at is not None and wanted.expires_at <= now:
        raise misread(RefusalCode.MALFORMED, (_IN_THE_PAST,))
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = Token(
        id=id or rooms.wall.new_id(),
        account_id=allowed.viewer.account_id,
        organization_id=allowed.place(wanted.organization_id),
        name=wanted.name,
        hint=secret[-HINT_CHARACTERS:],
        scopes=allowed.scopes(wanted.scopes),
        made_at=now,
        expires_at=wanted.expires_at,
    )
    async with rooms.pool.acquire() as connection, connection.transaction():
        if await store.count_good_tokens(connection, token.account_id, now) >= TOKENS_MAX:
            raise problem_here(ApiCode.TOO_MANY_TOKENS)
        if not await store.add_token(connection, token, digest_of(secret)):
            raise problem_here(ApiCode.UNKNOWN_TOKEN)
        await _note(rooms, connection, "make_token", token, id=token.id, by=token.account_id)
    log.info("token_made", token=str(token.id), account=str(token.account_id))
    return TokenMade(**vars(token), secret=secret)


async def list_tokens(rooms: Rooms, allowed: Allowed) -> tuple[Token, ...]:
    """What a person made, and in an organization that he administers what everybody made."""
    viewer, by = allowed.viewer, allowed.by
    async with rooms.pool.acquire() as connection:
        own = await store.tokens_of_account(connection, viewer.account_id)
        others: tuple[Token, ...] = ()
        if viewer.organization_id is not None:
            others = await store.tokens_of_organization(connection, viewer.organization_id)
    found = {token.id: token for token in (*own, *others)}
    if by is not None:
        found = {id: one for id, one in found.items() if one.organization_id == by.organization_id}
    return tuple(sorted(found.values(), key=lambda token: token.id, reverse=True))


async def list_tokens_of(rooms: Rooms, organization_id: UUID) -> tuple[Token, ...]:
    """All tokens that are good in an organization, whoever made them."""
    async with rooms.pool.acquire() as connection:
        return await store.tokens_of_organization(connection, organization_id)


async def revoke_token(rooms: Rooms, allowed: Allowed, token_id: UUID) -> TokenShown:
    """Revoke a token of one's own, or of one's organization; raises ProblemError."""
    now = rooms.wall.now()
    async with rooms.pool.acquire() as connection, connection.transaction():
        token = await store.lock_token(connection, token_id)
        if token is None or not _may_revoke(allowed, token):
            raise problem_here(ApiCode.UNKNOWN_TOKEN)
        await store.revoke_token(connection, token_id, now)
        if token.revoked_at is None:
            by = allowed.viewer.account_id
            await _note(rooms, connection, "revoke_token", token, id=rooms.wall.new_id(), by=by)
        revoked = await store.lock_token(connection, token_id)
    assert revoked is not None
    log.info("token_revoked", token=str(token_id), account=str(allowed.viewer.account_id))
    return shown(revoked)


async def find_good_token(rooms: Rooms, secret: str) -> Token | None:
    """The token of a secret, if it opens anything; that it was used is noted once a minute."""
    if not secret.startswith(PREFIX) or len(secret) > SECRET_CHARACTERS_MAX:
        return None
    now = rooms.wall.now()
    async with rooms.pool.acquire() as connection:
        token = await store.find_token(connection, digest_of(secret))
        if token is None or not token.is_good(now):
            return None
        if token.last_used_at is None or now - token.last_used_at > SEEN_EVERY:
            await store.note_use(connection, token.id, now)
    return token


async def _note(
    rooms: Rooms, connection: Connection, act: str, token: Token, *, id: UUID, by: UUID
) -> None:
    """Let the trail of the organization that a token is good in tell of it, without its secret."""
    if token.organization_id is None:
        return
    told: Values = {"token": token.name, "may": list(token.scopes)}
    is_made = act == "make_token"
    deed = Deed(
        id=id,
        organization_id=token.organization_id,
        act=act,
        by=by,
        at=rooms.clock.now(),
        about=None if by == token.account_id else token.account_id,
        before={} if is_made else told,
        after=told if is_made else {},
    )
    await deeds.note(connection, deed)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret; 256 random bits need no salt and no slow hash."""
    return sha256(secret.encode()).digest()


def shown(token: Token) -> TokenShown:
    return TokenShown(**vars(token))


def _may_revoke(allowed: Allowed, token: Token) -> bool:
    viewer, by = allowed.viewer, allowed.by
    if by is not None and token.organization_id != by.organization_id:
        return False
    is_own = token.account_id == viewer.account_id
    administers = token.organization_id is not None and viewer.administers(token.organization_id)
    return is_own or administers
