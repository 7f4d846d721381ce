"""A small model of accounts and of organizations that an operator confirms."""

from collections.abc import Callable

from shared.contracts.accounts import ForgetAccount, LinkInvitation, RegisterAccount
from shared.contracts.organizations import (
    ConfirmSetup,
    EndOrganization,
    RejectSetup,
    RequestSetup,
)
from tests.laws.people_model import ACCEPTED, Asked, absent


def expected(asked: Asked) -> str | None:
    """How it is answered: `accepted` or a code; None of what is not foretold."""
    foretell = FORETOLD.get(type(asked.data))
    return foretell(asked) if foretell is not None else None


def _ask_setup(asked: Asked) -> str:
    account = asked.books.account(asked.data.account_id)
    if not asked.books.is_registered(asked.by):
        return "unknown_account"
    if account is None or account["name"] is None:
        return "customer_number_mismatch"
    if account["customer_number"] != asked.data.customer_number:
        return "customer_number_mismatch"
    if asked.books.owns(asked.by) or asked.books.owns(account["id"]):
        return "account_already_has_organization"
    return ACCEPTED


def _decide_setup(asked: Asked) -> str:
    if asked.command.actor != "operator":
        return "operator_required"
    found = asked.books.membership.first("setup_request", id=asked.data.request_id)
    if found is None:
        return "unknown_request"
    if found["state"] != "PENDING_CONFIRMATION":
        return "request_decided"
    if isinstance(asked.data, ConfirmSetup) and asked.books.owns(found["account_id"]):
        return "account_already_has_organization"
    return ACCEPTED


def _end(asked: Asked) -> str:
    if asked.command.actor != "operator":
        return "operator_required"
    found = asked.organization
    if found is None:
        return absent(asked)
    administrator = found["administrator_id"]
    joined = asked.books.joined(administrator)
    is_member = joined is not None and joined["role"] == "MEMBER"
    lives = [
        one
        for one in asked.purchases(administrator, "COMMERCIAL")
        if one["organization_id"] is not None or not is_member
    ]
    if found["origin"] != "CONFIRMED" or lives or found["state"] == "LAPSED":
        return "invalid_setup_request"
    return ACCEPTED


def _register(asked: Asked) -> str:
    book, data = asked.books.membership, asked.data
    same = book.first("account", email_folded=data.email.casefold())
    known = book.first("account", id=data.account_id)
    if same is not None and same["name"] is None:
        return "email_taken"
    if known is not None:
        again = known["email_folded"] == data.email.casefold()
        return ACCEPTED if again else "idempotency_key_reused"
    return "email_taken" if same is not None else ACCEPTED


def _link(asked: Asked) -> str:
    invited = asked.books.membership.first("account", email_folded=asked.data.email.casefold())
    if invited is None:
        return "unknown_account"
    return ACCEPTED if invited["name"] is None else "email_taken"


def _forget(asked: Asked) -> str:
    if asked.command.actor != "operator":
        return "operator_required"
    known = asked.books.membership.first("account", id=asked.data.account_id)
    if known is None:
        return "unknown_account"
    if known["forgotten_at"] is not None:
        return ACCEPTED
    owned = asked.books.owns(asked.data.account_id)
    return "cannot_remove_administrator" if owned else ACCEPTED


FORETOLD: dict[type, Callable[[Asked], str]] = {
    RequestSetup: _ask_setup,
    ConfirmSetup: _decide_setup,
    RejectSetup: _decide_setup,
    EndOrganization: _end,
    RegisterAccount: _register,
    LinkInvitation: _link,
    ForgetAccount: _forget,
}
