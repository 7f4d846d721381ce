"""What was just done can be taken back: the address after a command says how, in plain fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request

FIELDS = ("act", "product", "mode", "limit", "period")
PLACES = {"assign": "seats", "revoke": "seats", "access": "access"}
WORDS = {
    "assign": "The seat can be given back.",
    "revoke": "The seat can be taken back.",
    "access": "Access can be put back to what it was.",
}


@dataclass(frozen=True)
class Undo:
    """A form that puts back what was there before."""

    href: str
    fields: Mapping[str, str]
    words: str


def undone_by(undo: str, person: UUID, **fields: str) -> str:
    """Say in an address how what it tells of is undone."""
    return urlencode({"undo": undo, "person": str(person), **fields})


def undo_in(request: Request, home: str) -> Undo | None:
    """Read it again; an address that somebody made up leads to forms of ours and nowhere else."""
    given = request.query_params
    undo = given.get("undo", "")
    if undo not in PLACES:
        return None
    try:
        person = UUID(given.get("person", ""))
    except ValueError:
        return None
    fields = {name: given[name] for name in FIELDS if name in given}
    return Undo(f"{home}/people/{person}/{PLACES[undo]}", {"act": undo, **fields}, WORDS[undo])
