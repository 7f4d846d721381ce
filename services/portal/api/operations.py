"""What an operation of the API is: an address, a contract it asks with, and who may."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias
from uuid import UUID

from services.portal.api.callers import Caller
from services.portal.api.parts import Parts
from services.portal.api.scopes import Scopes
from shared.contracts.catalogue import COMMANDS, OF_OPERATORS
from shared.contracts.message import Contract

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
ORGANIZATIONS = "/organizations/{organization_id}"
ACCOUNTS = "/accounts/{account_id}"
WITHOUT_BODY = frozenset({"GET", "DELETE"})


@dataclass(frozen=True)
class Asked:
    """One call that was read: who asks what, about whose wallet or people.

    `behalf` is who spends or is acted for, where that is not the caller; `id` is the command's.
    `by_staff` tells that an operator asks what operators may ask anywhere.
    """

    parts: Parts
    caller: Caller
    data: Contract
    owner: UUID | None
    id: UUID
    behalf: UUID | None = None
    by_staff: bool = False

    @property
    def is_owners(self) -> bool:
        """Whether the caller may see all there is: it is his, or he works for the vendor."""
        viewer = self.caller.viewer
        if self.owner is None or self.by_staff:
            return True
        return self.owner == viewer.account_id or viewer.administers(self.owner)

    def with_data(self, data: Contract, *, behalf: UUID | None = None) -> "Asked":
        return replace(self, data=data, behalf=behalf or self.behalf)


Gate: TypeAlias = Callable[[Asked], Awaitable[Asked]]
Work: TypeAlias = Callable[[Asked], Awaitable[dict[str, Any]]]


async def anybody(asked: Asked) -> Asked:
    """Let through whoever is at home there: the service decides, or there is nothing to hide."""
    return asked


async def ask_service(asked: Asked) -> dict[str, Any]:
    """Ask the service that the contract belongs to."""
    return await asked.parts.rooms.asking.ask(
        asked.data,  # type: ignore[arg-type]  # only contracts of commands and queries get here
        viewer=asked.caller.viewer,
        owner=asked.owner,
        id=asked.id,
        behalf=asked.behalf,
    )


@dataclass(frozen=True)
class Operation:
    """One row of the API: the fields that stand in the address are left out of the body.

    `scopes` are those of which a token needs one. The `gate` decides what services leave to the
    portal, `work` does it. `account_is` is the field that the account in the address fills.
    """

    method: Method
    path: str
    reads: type[Contract]
    answers: type[Contract]
    scopes: Scopes
    subject: str
    gate: Gate = anybody
    work: Work = ask_service
    name: str = ""
    account_is: str | None = None
    example: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        """What programs generated from the document call it."""
        name = self.name or _snake(self.reads.__name__)
        return f"{name}_of_account" if self.place == "account_id" else name

    @property
    def from_path(self) -> dict[str, str]:
        """The contract's fields by the parameter of the address that fills each."""
        within = self.path.removeprefix(ORGANIZATIONS).removeprefix(ACCOUNTS)
        named = (name for name in parameters_in(within) if name in self.reads.model_fields)
        filled = {name: name for name in named}
        if self.account_is is not None and self.place == "account_id":
            filled["account_id"] = self.account_is
        return filled

    @property
    def has_body(self) -> bool:
        return self.method not in WITHOUT_BODY

    @property
    def is_command(self) -> bool:
        """Whether it changes something, once, whatever is sent again."""
        return any(issubclass(self.reads, command) for command in COMMANDS)

    @property
    def is_for_staff(self) -> bool:
        """Whether the vendor's staff may in any place, with a token made for that."""
        if "operator" in self.scopes or self.reads in OF_OPERATORS:
            return True
        return not self.is_command and "read" in self.scopes

    @property
    def place(self) -> str | None:
        """The parameter of the address that names whose it is."""
        for prefix, name in ((ORGANIZATIONS, "organization_id"), (ACCOUNTS, "account_id")):
            if self.path.startswith(prefix):
                return name
        return None


def in_both_places(operation: Operation) -> tuple[Operation, Operation]:
    """Make two rows of one: for an organization, and for an account with what it owns itself."""
    path = operation.path
    return replace(operation, path=ORGANIZATIONS + path), replace(operation, path=ACCOUNTS + path)


def parameters_in(path: str) -> tuple[str, ...]:
    """The names in braces, in their order."""
    return tuple(part[1:-1] for part in path.split("/") if part.startswith("{"))


def _snake(name: str) -> str:
    letters = (f"_{one.lower()}" if one.isupper() else one for one in name)
    return "".join(letters).removeprefix("_")
