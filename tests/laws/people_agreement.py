"""What both databases say alike once everything was heard, and what is finished then."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.laws.people_books import Books


def disagreements(books: Books, now: datetime) -> list[str]:
    """Copies equal what they are copies of; nothing waits for a word that was said."""
    return [
        *_organizations(books),
        *_people(books),
        *_licenses(books, now),
        *_seats(books),
        *_finished(books),
        *_due(books, now),
    ]


def _differ(what: str, said: set[Any], heard: set[Any]) -> Iterator[str]:
    if said != heard:
        yield f"{what}: {sorted(said - heard, key=str)} are not {sorted(heard - said, key=str)}"


def _organizations(books: Books) -> Iterator[str]:
    fields = ("id", "administrator_id", "state")
    said, heard = [
        {tuple(one[name] for name in fields) for one in book.tables["organization"]}
        for book in (books.membership, books.licensing)
    ]
    yield from _differ("organizations", said, heard)


def _people(books: Books) -> Iterator[str]:
    said = {
        (one["organization_id"], one["account_id"], one["role"], one["added_at"], one["removed_at"])
        for one in books.membership.tables["membership"]
    }
    heard = {
        (one["organization_id"], one["account_id"], one["role"], one["began_at"], one["ended_at"])
        for one in books.licensing.tables["role_held"]
        if one["role"] != "ADMINISTRATOR"
    }
    yield from _differ("people", said, heard)
    administer = {
        (one["id"], one["administrator_id"]) for one in books.membership.tables["organization"]
    }
    held = {
        (one["organization_id"], one["account_id"])
        for one in books.licensing.find("role_held", role="ADMINISTRATOR", ended_at=None)
    }
    yield from _differ("Administrators", administer, held)
    registered = {
        one["id"]
        for one in books.membership.find("account", forgotten_at=None)
        if one["registered_at"] is not None
    }
    known = {one["account_id"] for one in books.licensing.tables["registered_account"]}
    yield from _differ("accounts", registered, known)


def _licenses(books: Books, now: datetime) -> Iterator[str]:
    """Both agree whose each license is, and which have run out (A13, T9)."""
    fields = ("id", "account_id", "kind", "expires_at", "organization_id")
    held = {
        tuple(one[name] for name in fields)
        for one in books.membership.find("held_license", expired=False)
    }
    live = {
        tuple(one[name] for name in fields)
        for one in books.licensing.find("license", state="ACTIVE")
    }
    yield from _differ("licenses", live, held)
    for one in books.licensing.find("license", state="ACTIVE"):
        if one["expires_at"] is not None and one["expires_at"] <= now:
            yield f"T9: {one} is past its date"


def _seats(books: Books) -> Iterator[str]:
    fields = ("organization_id", "account_id", "product")
    given, held = [
        {tuple(one[name] for name in fields) for one in rows}
        for rows in (
            books.licensing.find("assignment", state="ACTIVE"),
            books.membership.tables["held_seat"],
        )
    ]
    yield from _differ("seats", given, held)
    for organization_id, account_id, product in given:
        joined, owned = books.joined(account_id), books.owns(account_id)
        if not (joined and joined["organization_id"] == organization_id) and not (
            owned and owned["id"] == organization_id
        ):
            yield f"R16: {account_id} is out and has a seat of {product}"


def _finished(books: Books) -> Iterator[str]:
    for one in books.membership.find("membership", state="REMOVING"):
        yield f"T1: both confirmed, and it is not finished: {one}"


def _due(books: Books, now: datetime) -> Iterator[str]:
    """Whoever has a commercial license and is no Member has an organization, that lives (R3)."""
    for one in books.membership.find("held_license", kind="COMMERCIAL", expired=False):
        if one["expires_at"] is not None and one["expires_at"] <= now:
            continue
        owned = books.owns(one["account_id"])
        if one["organization_id"] is not None:
            owned = books.membership.first("organization", id=one["organization_id"])
        elif not books.is_registered(one["account_id"]) or _is_member(books, one["account_id"]):
            continue
        if owned is None or owned["state"] != "ACTIVE":
            yield f"R3: {one} makes no organization: {owned}"
    for one in books.membership.find("organization", state="ACTIVE", origin="LICENSE"):
        if not _keeps(books, one["id"], one["administrator_id"], now):
            yield f"T9: {one} lives without a license"


def _keeps(books: Books, organization_id: object, administrator_id: object, now: datetime) -> bool:
    live = [
        one
        for one in books.membership.find("held_license", kind="COMMERCIAL", expired=False)
        if one["expires_at"] is None or one["expires_at"] > now
    ]
    return any(
        one["organization_id"] == organization_id
        or (one["organization_id"] is None and one["account_id"] == administrator_id)
        for one in live
    )


def _is_member(books: Books, account_id: Any) -> bool:  # noqa: ANN401  # a column
    joined = books.joined(account_id)
    return joined is not None and joined["role"] == "MEMBER"
