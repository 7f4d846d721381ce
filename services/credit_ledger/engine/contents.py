"""Ids and the hash of an effect: what tells a repeated command from one that reuses its id."""

from datetime import UTC, datetime
from hashlib import blake2b
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as DriverUUID  # noqa: N811  # keeps its own case

from services.credit_ledger.rules.effects import VERSION_BITS

FIRST_VERSION = 1
# Recipes with a time in them: it was hashed as it was written once, and now as the moment it means.
CONTENT_VERSION = 2
UUID_VERSION = 7
SKEW_MILLISECONDS_MAX = 10 * 60 * 1000


def content_of(*effect: object, version: int = FIRST_VERSION) -> int:
    """Hash every field that changes the effect; the version of the recipe is the top byte.

    Fields are plain numbers, texts and rows of them, times as `moment_of` writes them. A recipe
    that changes takes the next version; `is_same` says what that means for what is remembered.
    """
    digest = blake2b(repr(effect).encode(), digest_size=7).digest()
    return version << VERSION_BITS | int.from_bytes(digest)


def moment_of(time: datetime | None) -> str | None:
    """Write a time for the hash of an effect: whatever its zone and its class, once and for all."""
    return None if time is None else time.astimezone(UTC).isoformat()


def given(*values: object) -> tuple[object, ...]:
    """Leave fields out of the hash that were not sent; those that were keep their place."""
    return tuple(pair for pair in enumerate(values) if pair[1] is not None)


def is_from_the_future(identifier: UUID, now: datetime) -> bool:
    """Tell whether a UUIDv7 was minted more than ten minutes from now (A18)."""
    return (identifier.int >> 80) > now.timestamp() * 1000 + SKEW_MILLISECONDS_MAX


def is_older(identifier: UUID, milliseconds: int) -> bool:
    """Tell whether a UUIDv7 was minted before a time, in milliseconds since 1970."""
    return (identifier.int >> 80) < milliseconds


def is_uuid7(identifier: UUID) -> bool:
    """Tell whether an id is a UUIDv7, as every command's and line's has to be."""
    return (identifier.int >> 76) & 0xF == UUID_VERSION


def fast(identifier: UUID) -> UUID:
    """Use the driver's own UUID inside: it hashes, compares and prints several times faster."""
    return DriverUUID(identifier.bytes)


def fast_or_none(identifier: UUID | None) -> UUID | None:
    """The same for an id that may be absent."""
    return None if identifier is None else DriverUUID(identifier.bytes)
