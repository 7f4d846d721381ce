"""Amounts: integers of microcredits inside, decimal strings of credits on the wire."""

import re
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

MICROCREDITS_PER_CREDIT = 1_000_000
PLACES = 6
WIRE_PATTERN = r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$"
INVALID_AMOUNT = "invalid_amount"
"""The type of error by which a door tells a bad amount from any other bad field."""

_WIRE = re.compile(WIRE_PATTERN.replace("$", r"\Z"), re.ASCII)
_LARGEST = 10**12 * MICROCREDITS_PER_CREDIT - 1


def parse_credits(text: str) -> int:
    """Turn credits as written on the wire ("0.25") into microcredits (250000).

    Raises ValueError for a sign, an exponent, more than six places or anything else that is not
    a plain decimal of at most twelve digits.
    """
    if not _WIRE.match(text):
        message = "an amount is a decimal string of credits with at most six places, like 0.25"
        raise ValueError(message)
    whole, _, fraction = text.partition(".")
    return int(whole) * MICROCREDITS_PER_CREDIT + int(fraction.ljust(PLACES, "0") or 0)


@lru_cache(maxsize=4096)
def format_credits(microcredits: int) -> str:
    """Turn microcredits (250000) into credits as written on the wire ("0.25")."""
    sign = "-" if microcredits < 0 else ""
    whole, fraction = divmod(abs(microcredits), MICROCREDITS_PER_CREDIT)
    if not fraction:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{fraction:06d}".rstrip("0")


def _microcredits(value: object, info: ValidationInfo) -> int:
    if isinstance(value, str):
        try:
            return parse_credits(value)
        except ValueError as error:
            raise _invalid(str(error)) from error
    if info.mode == "python" and type(value) is int and 0 <= value <= _LARGEST:
        return value
    raise _invalid("an amount is a decimal string of credits, never a number")


def positive(value: object, info: ValidationInfo) -> int:
    """Read an amount that is more than zero, from the wire or as microcredits."""
    amount = _microcredits(value, info)
    if amount == 0:
        raise _invalid("an amount is more than zero")
    return amount


def _invalid(message: str) -> PydanticCustomError:
    # A template has to stand in the code, so the whole message is its only field.
    return PydanticCustomError(INVALID_AMOUNT, "{message}", {"message": message})


_ON_THE_WIRE = PlainSerializer(format_credits, return_type=str, when_used="json")
_SCHEMA = WithJsonSchema({"type": "string", "pattern": WIRE_PATTERN, "examples": ["0.25"]})

Credits = Annotated[int, BeforeValidator(positive), _ON_THE_WIRE, _SCHEMA]
"""Microcredits, more than zero; a decimal string of credits on the wire."""

CreditsOrZero = Annotated[int, BeforeValidator(_microcredits), _ON_THE_WIRE, _SCHEMA]
"""Microcredits, zero allowed; a decimal string of credits on the wire."""
