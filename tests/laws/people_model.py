"""A small model of who is in and who administers: how each command has to be answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from shared.contracts.membership import AddMember, ChangeRole, LeaveOrganization, RemoveMember
from shared.contracts.message import Command
from shared.contracts.transfers import (
    AcceptTransfer,
    AppointAdministrator,
    CancelTransfer,
    DeclineTransfer,
    RequestTransfer,
)
from tests.laws.people_books import Books

ACCEPTED = "accepted"
PURCHASES = ("COMMERCIAL", "EDU")


class Asked(NamedTuple):
    """A command at the moment it is decided, and what stands in both databases then."""

    books: Books
    command: Command[Any]
    now: datetime

    @property
    def data(self) -> Any:  # noqa: ANN401  # the data of any command
        return self.command.data

    @property
    def by(self) -> UUID | None:
        return self.command.on_behalf_of

    @property
    def organization(self) -> asyncpg.Record | None:
        return self.books.membership.first("organization", id=self.command.owner)

    def purchases(self, account_id: UUID, *kinds: str) -> list[asyncpg.Record]:
        """Live licenses of his own and of the organization he administers."""
        owned = self.books.owns(account_id)
        return [
            one
            for one in self.books.membership.find("held_license", expired=False)
            if one["kind"] in kinds
            and (one["expires_at"] is None or one["expires_at"] > self.now)
            and (
                one["organization_id"] == owned["id"]
                if owned and one["organization_id"]
                else one["organization_id"] is None and one["account_id"] == account_id
            )
        ]


def expected(asked: Asked) -> str | None:
    """How it is answered: `accepted` or a code; None of what is not foretold."""
    foretell = FORETOLD.get(type(asked.data))
    return foretell(asked) if foretell is not None else None


def absent(asked: Asked) -> str:
    owner, book = asked.command.owner, asked.books.membership
    if book.find("setup_request", organization_id=owner, state="PENDING_CONFIRMATION"):
        return "organization_not_confirmed"
    if owner is not None and owner == asked.by and asked.books.account(owner):
        if asked.books.owns(owner):
            return "unknown_organization"
        pending = book.find("setup_request", account_id=owner, state="PENDING_CONFIRMATION")
        return "organization_not_confirmed" if pending else "not_an_organization"
    return "unknown_organization"


def _as_administrator(asked: Asked) -> str | None:
    if asked.organization is None:
        return absent(asked)
    return None if asked.organization["administrator_id"] == asked.by else "not_administrator"


def _role(asked: Asked) -> str | None:
    if asked.data.role == "ADMINISTRATOR":
        return "administrator_exists"
    return None if asked.data.role in {"MEMBER", "GUEST"} else "unknown_role"


def _add(asked: Asked) -> str:
    if refused := _as_administrator(asked) or _role(asked):
        return refused
    assert asked.organization is not None
    named = asked.books.account(asked.data.account_id)
    if asked.data.email is not None:
        folded = asked.data.email.casefold()
        named = asked.books.membership.first("account", email_folded=folded)
        if named is None:
            return ACCEPTED
    if named is None:
        return "unknown_account"
    joined = asked.books.joined(named["id"])
    if asked.organization["administrator_id"] == named["id"]:
        return "already_in_organization"
    if joined is not None:
        here = joined["organization_id"] == asked.organization["id"]
        return "already_in_organization" if here else "already_in_another_organization"
    return _joins(asked, named["id"])


def _joins(asked: Asked, account_id: UUID) -> str:
    if asked.data.role == "MEMBER" and asked.purchases(account_id, *PURCHASES):
        return "member_has_personal_entitlements"
    return ACCEPTED


def _goes(asked: Asked, account_id: UUID | None) -> str | None:
    assert asked.organization is not None
    joined = asked.books.joined(account_id)
    if asked.organization["administrator_id"] == account_id:
        return "cannot_remove_administrator"
    if joined is None or joined["organization_id"] != asked.organization["id"]:
        return "not_in_organization"
    return None


def _remove(asked: Asked) -> str:
    if refused := _as_administrator(asked) or _goes(asked, asked.data.account_id):
        return refused
    seats = asked.books.membership.find(
        "held_seat", organization_id=asked.command.owner, account_id=asked.data.account_id
    )
    return "still_has_licenses" if seats and asked.data.strict else ACCEPTED


def _leave(asked: Asked) -> str:
    if asked.organization is None:
        return absent(asked)
    return _goes(asked, asked.by) or ACCEPTED


def _change_role(asked: Asked) -> str:
    refused = _as_administrator(asked) or _role(asked) or _goes(asked, asked.data.account_id)
    if refused:
        return refused
    joined = asked.books.joined(asked.data.account_id)
    assert joined is not None
    if joined["role"] == asked.data.role:
        return "already_in_organization"
    return _joins(asked, asked.data.account_id)


def _succeeds(asked: Asked, organization: asyncpg.Record, account_id: UUID) -> str | None:
    """What keeps an organization from being handed over to somebody (T16)."""
    if refused := _takes_over(asked, organization, account_id):
        return refused
    if asked.books.joined(organization["administrator_id"]):
        return "already_in_another_organization"
    return None


def _takes_over(asked: Asked, organization: asyncpg.Record, account_id: UUID) -> str | None:
    """What keeps somebody from administering an organization, whoever does (T16)."""
    joined = asked.books.joined(account_id)
    if account_id == organization["administrator_id"]:
        return "transfer_target_ineligible"
    if joined is None or joined["organization_id"] != organization["id"]:
        return "not_in_organization"
    spends = asked.books.membership.find("personal_credits", account_id=account_id, active=True)
    if (
        not asked.books.is_registered(account_id)
        or asked.books.owns(account_id)
        or (joined["role"] == "GUEST" and spends)
    ):
        return "transfer_target_ineligible"
    return None


def _offer(asked: Asked) -> str:
    if refused := _as_administrator(asked):
        return refused
    assert asked.organization is not None
    for one in asked.books.membership.find(
        "transfer", organization_id=asked.organization["id"], state="REQUESTED"
    ):
        if asked.now < one["expires_at"]:
            return "transfer_pending"
    return _succeeds(asked, asked.organization, asked.data.to_account_id) or ACCEPTED


def _answer(asked: Asked) -> str:
    """Accepted or declined by the chosen one, taken back by the Administrator."""
    offer = asked.books.membership.first("transfer", id=asked.data.transfer_id)
    if offer is None:
        return "unknown_request"
    organization = asked.books.membership.first("organization", id=offer["organization_id"])
    assert organization is not None
    if isinstance(asked.data, CancelTransfer):
        if asked.by != organization["administrator_id"]:
            return "not_administrator"
    elif asked.by != offer["to_account_id"]:
        return "unknown_request"
    if offer["state"] not in {"REQUESTED", "EXPIRED"}:
        return "request_decided"
    if offer["state"] == "EXPIRED" or asked.now >= offer["expires_at"]:
        return "transfer_expired"
    if isinstance(asked.data, AcceptTransfer):
        return _succeeds(asked, organization, offer["to_account_id"]) or ACCEPTED
    return ACCEPTED


def _appoint(asked: Asked) -> str:
    if asked.command.actor != "operator":
        return "operator_required"
    if asked.organization is None:
        return absent(asked)
    account_id = asked.data.account_id
    joined = asked.books.joined(account_id)
    administers = asked.organization["administrator_id"] == account_id
    if administers or (joined is not None and joined["organization_id"] == asked.command.owner):
        return _takes_over(asked, asked.organization, account_id) or ACCEPTED
    if asked.books.account(account_id) is None:
        return "unknown_account"
    if joined is not None:
        return "already_in_another_organization"
    spends = asked.books.membership.find("personal_credits", account_id=account_id, active=True)
    if not asked.books.is_registered(account_id) or asked.books.owns(account_id) or spends:
        return "transfer_target_ineligible"
    return ACCEPTED


FORETOLD: dict[type, Callable[[Asked], str]] = {
    AddMember: _add,
    RemoveMember: _remove,
    LeaveOrganization: _leave,
    ChangeRole: _change_role,
    RequestTransfer: _offer,
    AcceptTransfer: _answer,
    DeclineTransfer: _answer,
    CancelTransfer: _answer,
    AppointAdministrator: _appoint,
}
