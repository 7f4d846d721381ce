"""Arguments are read before anything is sent: what is malformed never reaches the ledger."""

import re
from decimal import Decimal, InvalidOperation
from uuid import UUID

from shared.client.refused import InvalidArgument
from shared.contracts.money import PLACES, parse_credits
from shared.contracts.work import Measure

LEASE_SECONDS_MAX = 90 * 86_400
NAME_LENGTH_MAX = 120
NODE = re.compile(r"[A-Za-z0-9_-]{1,60}")
UUID_VERSION = 7


def uuid_of(field: str, value: object) -> UUID:
    """Read an id: a UUID, or its text."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(str(value))
    except ValueError as error:
        raise InvalidArgument(field, f"{value!r} is not a UUID") from error


def command_id_of(field: str, value: UUID) -> UUID:
    """Read an id that the caller minted; commands and lines have UUIDv7 (conventions 9)."""
    if uuid_of(field, value).version != UUID_VERSION:
        raise InvalidArgument(field, f"{value} is not a UUIDv7")
    return value


def amount_of(field: str, value: Decimal | str, *, or_zero: bool = False) -> str:
    """Read credits as an exact decimal and write them as on the wire; a float is refused."""
    if not isinstance(value, Decimal | str):
        raise InvalidArgument(field, f"{value!r} is neither a Decimal nor a decimal string")
    text = _plain(field, value) if isinstance(value, Decimal) else value
    try:
        microcredits = parse_credits(text)
    except ValueError as error:
        raise InvalidArgument(field, f"{value!r}: {error}") from error
    if microcredits == 0 and not or_zero:
        raise InvalidArgument(field, "an amount is more than zero")
    return text


def seconds_of(field: str, value: object) -> int:
    """Read a lease: whole seconds, from one second to ninety days."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LEASE_SECONDS_MAX:
        raise InvalidArgument(field, f"{value!r} is not a whole number from 1 to 7776000 seconds")
    return value


def name_of(field: str, value: object) -> str | None:
    """Read the name of a job: text of at most 120 characters."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > NAME_LENGTH_MAX:
        raise InvalidArgument(field, f"not text of at most {NAME_LENGTH_MAX} characters")
    return value


def product_of(field: str, value: object) -> str | None:
    """Read the name of a product: text of 1 to 120 characters."""
    if value == "":
        raise InvalidArgument(field, "a product has a name")
    return name_of(field, value)


def node_of(field: str, value: object) -> str:
    """Read the name of a node; it is one word of the routing key, so dots cannot be in it."""
    if not isinstance(value, str) or not NODE.fullmatch(value):
        raise InvalidArgument(field, f"{value!r} is not 1 to 60 letters, digits, hyphens")
    return value


def charge_of(
    field: str, value: Decimal | str | None, measured: Measure | None, *, or_zero: bool = False
) -> str | None:
    """Read what a charge costs: credits, or a measure that the rate card prices; one of the two."""
    if (value is None) == (measured is None):
        raise InvalidArgument(field, "exactly one of credits and a measure")
    return None if value is None else amount_of(field, value, or_zero=or_zero)


def _plain(field: str, value: Decimal) -> str:
    """Write a Decimal without exponent and without zeros that say nothing."""
    try:
        rounded = value.quantize(Decimal(1).scaleb(-PLACES))
    except InvalidOperation as error:
        raise InvalidArgument(field, f"{value} is out of range") from error
    if rounded != value:
        raise InvalidArgument(field, f"{value} has more than six places")
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".")
