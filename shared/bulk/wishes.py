"""What a row may ask for, and how its cells are read (T34)."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from shared.bulk.words import AN_ADDRESS, in_words
from shared.contracts.credits import AccessMode, QuotaPeriod
from shared.contracts.message import Contract
from shared.contracts.money import Credits
from shared.contracts.people import Email
from shared.contracts.purchases import Product
from shared.contracts.refusals import RefusalCode

COLUMNS = ("action", "email", "role", "product", "mode", "limit", "period")
SPOKEN_IN_ANY_CASE = {"action", "mode", "period"}
# What makes a spreadsheet take a cell for a formula, be it behind the apostrophe that we put there.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "'=", "'+", "'-", "'@")


class Add(Contract):
    """Add a person as MEMBER or GUEST (R15)."""

    action: Literal["add"]
    email: Email
    role: Annotated[str, Field(max_length=40)]


class Remove(Contract):
    """Remove a person (R16)."""

    action: Literal["remove"]
    email: Email


class Assign(Contract):
    """Give a person a seat of a product (R17)."""

    action: Literal["assign"]
    email: Email
    product: Product


class Revoke(Contract):
    """Take a person's seat of a product back (R18)."""

    action: Literal["revoke"]
    email: Email
    product: Product


class Access(Contract):
    """Set a person's access to the pool (R20-R25): disabled, unlimited, or quota with a limit."""

    action: Literal["access"]
    email: Email
    mode: AccessMode
    limit: Credits | None = None
    period: QuotaPeriod | None = None

    @model_validator(mode="after")
    def _limit_goes_with_quota(self) -> Self:
        if (self.mode == "quota") != (self.limit is not None):
            message = "goes with mode quota, and with no other"
            raise ValueError(message)
        return self


Wish = Add | Remove | Assign | Revoke | Access
_WISH: TypeAdapter[Wish] = TypeAdapter(Annotated[Wish, Field(discriminator="action")])


@dataclass(frozen=True)
class Wrong:
    """Why a row is not done, by a code of refusals; the message names the column or the limit."""

    code: RefusalCode
    message: str


def read_wish(cells: dict[str, str]) -> Wish | Wrong:
    """Read a row as what it asks for; an empty cell is one left out."""
    formula = [name for name, cell in cells.items() if cell.startswith(FORMULA)]
    if formula:
        return Wrong(RefusalCode.MALFORMED, f"{formula[0]}: begins like a formula")
    filled = {name: cell for name, cell in cells.items() if cell}
    for name in SPOKEN_IN_ANY_CASE & filled.keys():
        filled[name] = filled[name].casefold()
    try:
        return _WISH.validate_python(filled)
    except ValidationError as error:
        return _explained(error)


def _explained(error: ValidationError) -> Wrong:
    first = error.errors(include_url=False, include_input=False)[0]
    names = [str(part) for part in first["loc"] if part in COLUMNS and part != first["loc"][0]]
    field = names[-1] if names else "action"
    if first["type"] == "extra_forbidden":
        return Wrong(RefusalCode.UNKNOWN_FIELD, f"{field}: does not go with this action")
    if first["type"].startswith("union_tag"):
        return Wrong(RefusalCode.MALFORMED, "action: is add, remove, assign, revoke or access")
    told = in_words(first)
    if field == "limit" or first["type"] == "value_error":
        return Wrong(RefusalCode.INVALID_QUOTA, f"limit: {told}")
    if field == "email" and first["type"] != "missing":
        told = f"is no e-mail address like {AN_ADDRESS}"
    return Wrong(RefusalCode.MALFORMED, f"{field}: {told}")
