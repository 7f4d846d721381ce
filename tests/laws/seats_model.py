"""A small model of licensing: which code a command about seats has to be answered with."""

from collections.abc import Callable
from uuid import UUID

import asyncpg

from shared.contracts.licensing import (
    AssignLicense,
    PlaceLicenseOrder,
    ReassignLicense,
    RevokeLicense,
)
from tests.laws.people_model import ACCEPTED, Asked


def expected(asked: Asked) -> str | None:
    """How licensing answers: `accepted` or a code; None of what is not foretold."""
    foretell = FORETOLD.get(type(asked.data))
    return foretell(asked) if foretell is not None else None


def _as_administrator(asked: Asked) -> str | None:
    book = asked.books.licensing
    found = book.first("organization", id=asked.command.owner)
    if found is None:
        is_own = (
            asked.command.owner == asked.by
            and book.find("registered_account", account_id=asked.by)
            and not book.find("organization", administrator_id=asked.by)
        )
        return "not_an_organization" if is_own else "unknown_organization"
    return None if found["administrator_id"] == asked.by else "not_administrator"


def _is_in(asked: Asked, account_id: UUID) -> bool:
    return bool(
        asked.books.licensing.find(
            "role_held",
            organization_id=asked.command.owner,
            account_id=account_id,
            ended_at=None,
        )
    )


def _bought(asked: Asked) -> list[asyncpg.Record]:
    return asked.books.licensing.find(
        "license", organization_id=asked.command.owner, product=asked.data.product
    )


def _live(asked: Asked, licenses: list[asyncpg.Record]) -> list[asyncpg.Record]:
    return [
        one
        for one in licenses
        if one["state"] == "ACTIVE" and (one["expires_at"] is None or one["expires_at"] > asked.now)
    ]


def _seats(asked: Asked) -> int:
    return sum(one["seats"] for one in _live(asked, _bought(asked)))


def _taken(asked: Asked) -> int:
    whose = {"organization_id": asked.command.owner, "product": asked.data.product}
    held = asked.books.licensing.find("assignment", state="ACTIVE", **whose)
    alone = asked.books.licensing.find("checkout", closed_at=None, assignment_id=None, **whose)
    return len(held) + len(alone)


def _seat_of(asked: Asked, account_id: UUID) -> asyncpg.Record | None:
    return asked.books.licensing.first(
        "assignment",
        organization_id=asked.command.owner,
        product=asked.data.product,
        account_id=account_id,
        state="ACTIVE",
    )


def _assign(asked: Asked) -> str:
    if refused := _as_administrator(asked):
        return refused
    if not _is_in(asked, asked.data.account_id):
        return "not_in_organization"
    if not _bought(asked):
        return "unknown_product"
    if _seats(asked) == 0:
        return "license_expired"
    if _seat_of(asked, asked.data.account_id):
        return "already_assigned"
    return "no_seat_available" if _taken(asked) >= _seats(asked) else ACCEPTED


def _not_held(asked: Asked, account_id: UUID, tried: str) -> str:
    """Trials, and what somebody bought himself, no Administrator touches (R32, R33)."""
    owned = asked.books.licensing.find("license", account_id=account_id, product=asked.data.product)
    kinds = {
        one["kind"] for one in _live(asked, owned) if one["organization_id"] != asked.command.owner
    }
    if kinds & {"TRIAL", "BETA"}:
        return tried
    return "license_not_organizational" if kinds else "not_assigned"


def _revoke(asked: Asked) -> str:
    if refused := _as_administrator(asked):
        return refused
    if _seat_of(asked, asked.data.account_id) is None:
        return _not_held(asked, asked.data.account_id, "trial_or_beta_not_revocable")
    return ACCEPTED


def _reassign(asked: Asked) -> str:
    if refused := _as_administrator(asked):
        return refused
    giver, taker = asked.data.from_account_id, asked.data.to_account_id
    seat = _seat_of(asked, giver)
    if seat is None:
        return _not_held(asked, giver, "trial_or_beta_not_reassignable")
    if not _is_in(asked, taker):
        return "not_in_organization"
    if _seat_of(asked, taker):
        return "already_assigned"
    if _taken(asked) > _seats(asked):
        return "license_expired"
    in_use = [
        one
        for one in asked.books.licensing.find("checkout", assignment_id=seat["id"], closed_at=None)
        if one["lease_until"] > asked.now
    ]
    return "no_seat_available" if in_use and not asked.data.force else ACCEPTED


def _place(asked: Asked) -> str | None:
    """An Administrator orders for his organization, a Guest for himself, a Member not at all."""
    assert asked.by is not None
    roles = asked.books.licensing.find("role_held", account_id=asked.by, ended_at=None)
    administers = [one["organization_id"] for one in roles if one["role"] == "ADMINISTRATOR"]
    owner = asked.command.owner or asked.by
    if owner in administers:
        return ACCEPTED
    if any(one["role"] == "MEMBER" for one in roles):
        return "members_may_not_purchase"
    return ACCEPTED if owner == asked.by else "not_administrator"


FORETOLD: dict[type, Callable[[Asked], str | None]] = {
    AssignLicense: _assign,
    RevokeLicense: _revoke,
    ReassignLicense: _reassign,
    PlaceLicenseOrder: _place,
}
