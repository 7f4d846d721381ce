"""One person on a list, and which of them a list shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from starlette.requests import Request

from services.portal.spendable import Spendable
from shared.contracts.credit_queries import AccessWanted
from shared.contracts.membership import Person, PersonState
from shared.contracts.money import parse_credits
from shared.contracts.people import Role

Choice = TypeVar("Choice", bound=str)
SEARCH_MAX = 200
ROLES: tuple[tuple[Role, str], ...] = (
    ("ADMINISTRATOR", "Administrator"),
    ("MEMBER", "Member"),
    ("GUEST", "Guest"),
)
STUCK: Final = "stuck"
ACCESSES: tuple[tuple[AccessWanted, str], ...] = (
    ("disabled", "off"),
    ("quota", "with a quota"),
    ("unlimited", "no limit of their own"),
    (STUCK, "cannot spend now"),
)
STATES: tuple[tuple[PersonState, str], ...] = (
    ("active", "active"),
    ("invited", "invited"),
    ("removing", "being removed"),
)


@dataclass(frozen=True)
class Row:
    """One person on a list."""

    person: Person
    access: dict[str, Any] | None
    seats: tuple[str, ...]
    spendable: Spendable
    available: int

    @property
    def id(self) -> UUID:
        return self.person.account_id

    @property
    def name(self) -> str:
        return self.person.name or self.person.email

    @property
    def mode(self) -> str:
        if self.person.role == "ADMINISTRATOR":
            return "administrator"
        return str(self.access["mode"]) if self.access else "disabled"

    @property
    def spent_and_held(self) -> int:
        if self.access is None:
            return 0
        return parse_credits(self.access["used"]) + parse_credits(self.access["held"])

    @property
    def state(self) -> str:
        if self.person.removing:
            return "removing"
        return "invited" if self.person.invited else "active"


@dataclass(frozen=True)
class Filter:
    """Which people a list shows."""

    search: str = ""
    role: Role | None = None
    access: AccessWanted | None = None
    state: PersonState | None = None

    @property
    def is_set(self) -> bool:
        return any((self.search, self.role, self.access, self.state))

    def matches_access(self, row: Row) -> bool:
        """Whether somebody is still as he was found a moment ago."""
        if self.access == STUCK:
            return row.spendable.is_stuck
        return self.access is None or row.mode == self.access


EVERYBODY = Filter()


def searched_for(request: Request) -> str:
    """What somebody looks for, as the address has it; what cannot be typed is left out."""
    return cleaned(request.query_params.get("search", ""))


def cleaned(typed: str) -> str:
    """What was typed, as a service may be asked for it."""
    return "".join(filter(str.isprintable, typed)).strip()[:SEARCH_MAX]


def read_filter(given: Mapping[str, str]) -> Filter:
    """Read a filter out of an address or a form; what is no choice is none."""
    return Filter(
        search=cleaned(given.get("search", "")),
        role=_among(given.get("role", ""), ROLES),
        access=_among(given.get("access", ""), ACCESSES),
        state=_among(given.get("state", ""), STATES),
    )


def _among(given: str, choices: tuple[tuple[Choice, str], ...]) -> Choice | None:
    return next((choice for choice, _ in choices if choice == given), None)
