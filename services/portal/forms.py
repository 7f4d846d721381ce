"""Forms: an id that is the command's, bound to the session; what was typed, and what is wrong."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.requests import Request

from services.portal.format import Format
from services.portal.rooms import Rooms
from services.portal.sessions import current_session
from services.portal.store.sessions import Session
from shared.contracts.message import CommandData
from shared.contracts.money import parse_credits

FIELD = "form"
FIELDS_MAX = 2_000
NUL = "\0"
FILES_MAX = 1
MAC_CHARACTERS = 32
OUR_OWN = frozenset({"same-origin", "none"})
NOT_AN_AMOUNT = "Type a number above 0 with at most six decimals, like 12.5."
NOT_A_QUOTA = "A quota is a number above 0 with at most six decimals, like 120 or 0.5."

Data = TypeVar("Data", bound=CommandData)


class Forged(Exception):  # noqa: N818  # reads as a sentence
    """A form that no page of ours gave to this session, or that another site sent."""


class FieldErrors(Exception):  # noqa: N818  # reads as a sentence
    """What was typed cannot be sent: a sentence for each field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Carry the sentences by the names of their fields."""
        super().__init__("; ".join(errors.values()))
        self.errors = dict(errors)


@dataclass(frozen=True)
class Form:
    """What was sent: the id that becomes the command's, and the fields as typed."""

    id: UUID
    fields: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """One field, without the spaces around it."""
        return self.fields.get(name, default).strip()

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a field that may be chosen several times."""
        return self.lists.get(name, ())

    def amount(
        self, reading: Format, name: str = "amount", *, words: str = NOT_AN_AMOUNT, at: str = ""
    ) -> int:
        """Read an amount above zero as people write it; raises FieldErrors at its field."""
        amount = self.amount_or_zero(reading, name, words=words, at=at)
        if not amount:
            raise FieldErrors({at or name: words})
        return amount

    def amount_or_zero(
        self, reading: Format, name: str = "amount", *, words: str = NOT_AN_AMOUNT, at: str = ""
    ) -> int:
        """Read an amount that may be zero as people write it; raises FieldErrors at its field."""
        try:
            return parse_credits(reading.understood(self.get(name)))
        except ValueError:
            raise FieldErrors({at or name: words}) from None

    def data(self, contract: type[Data], **fields: object) -> Data:
        """Build the data of a command; raises FieldErrors in words of ours, by field."""
        given = {name: value for name, value in fields.items() if value not in (None, "")}
        try:
            return contract.model_validate(given, strict=False)
        except ValidationError as error:
            raise FieldErrors(dict(map(_explained, error.errors(include_url=False)))) from error


def mint(rooms: Rooms, session: Session | None) -> str:
    """A new form's id with the proof that we gave it to this session."""
    form = rooms.clock.new_id()
    return f"{form}.{_proof(form, session)}"


def renew(form: UUID, session: Session | None) -> str:
    """The same id again, for a form whose outcome is not known."""
    return f"{form}.{_proof(form, session)}"


async def read_form(request: Request) -> Form:
    """Read a form that one of our pages gave to this session; raises Forged."""
    check_origin(request)
    given = await request.form(max_files=FILES_MAX, max_fields=FIELDS_MAX)
    form, _, proof = str(given.get(FIELD, "")).partition(".")
    try:
        identifier = UUID(form)
    except ValueError:
        raise Forged from None
    if not hmac.compare_digest(proof, _proof(identifier, await current_session(request))):
        raise Forged
    items = given.multi_items()
    texts = texts_in(items)
    return Form(
        id=identifier,
        fields=dict(texts),
        lists={name: tuple(v for n, v in texts if n == name) for name in dict(texts)},
        files={name: value for name, value in items if isinstance(value, UploadFile)},
    )


def texts_in(items: Iterable[tuple[str, str | UploadFile]]) -> list[tuple[str, str]]:
    """The fields that were typed, but for the form's id; zero bytes, which nobody types, are left.

    No contract takes one and no database keeps one.
    """
    return [
        (name.replace(NUL, ""), value.replace(NUL, ""))
        for name, value in items
        if isinstance(value, str) and name != FIELD
    ]


def check_origin(request: Request) -> None:
    """Turn away what another site had the browser send; raises Forged.

    A browser tells by itself which site asked it, `none` when a person did; older ones tell the
    origin of a form.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in OUR_OWN:
            raise Forged
        return
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc != request.headers.get("host"):
        raise Forged


def _proof(form: UUID, session: Session | None) -> str:
    """Nobody who is not signed in has anything to lose: his forms are told by their origin."""
    key = b"nobody" if session is None else session.form_key
    return hmac.new(key, form.bytes, sha256).hexdigest()[:MAC_CHARACTERS]


def _explained(error: Mapping[str, object]) -> tuple[str, str]:
    """A sentence for what pydantic found; what a person can type wrong has words of its own."""
    location = error.get("loc")
    name = str(location[0]) if isinstance(location, tuple) and location else FIELD
    kind = str(error.get("type"))
    words = {
        "missing": "Fill this in.",
        "string_too_short": "Fill this in.",
        "string_too_long": "This is too long.",
        "string_pattern_mismatch": "This does not have the form it needs.",
        "uuid_parsing": "Choose one from the list.",
        "literal_error": "Choose one of the options.",
        "int_parsing": "Type a whole number.",
        "invalid_amount": NOT_AN_AMOUNT,
    }
    if name == "email" and kind != "missing":
        return name, "Type an e-mail address, like eva@larkspur.example."
    return name, words.get(kind, "This cannot be used here.")
