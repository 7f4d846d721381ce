"""The laws of people and seats, looked up in what stands in the databases after each step."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import asyncpg

from services.licensing.rules.entitlement import Holding, SeatHeld, entitlement
from services.licensing.rules.licenses import License, latest_end
from services.licensing.rules.standing import RoleHeld
from tests.laws.people_books import Book, Books

SHORTEST = timedelta(microseconds=1)
LICENSE_FIELDS = tuple(License.__dataclass_fields__)


def broken_laws(books: Books, now: datetime) -> list[str]:
    """What holds after every commit, whatever was not heard yet."""
    return [
        *_administrators(books.membership),
        *_joined(books.membership),
        *_offers(books.membership),
        *_seats(books.licensing),
        *_rights(books.licensing, now),
    ]


def _administrators(book: Book) -> Iterator[str]:
    """Exactly one Administrator, who is no Member as well (I5), of one organization (R5)."""
    for account_id, count in Counter(
        one["administrator_id"] for one in book.tables["organization"]
    ).items():
        if count > 1:
            yield f"R5: {account_id} administers {count} organizations"
        account = book.first("account", id=account_id)
        if account is None or account["name"] is None:
            yield f"I5: {account_id} administers and has no account"
    for one in book.tables["organization"]:
        if book.find(
            "membership",
            organization_id=one["id"],
            account_id=one["administrator_id"],
            state="ACTIVE",
        ):
            yield f"I5: {one['administrator_id']} administers what he is in"


def _joined(book: Book) -> Iterator[str]:
    """In one organization at a time (A2); whoever leaves as he comes was in it for no time."""
    intervals: dict[object, list[asyncpg.Record]] = {}
    for row in book.tables["membership"]:
        if row["removed_at"] is not None and row["removed_at"] - row["added_at"] == SHORTEST:
            continue
        intervals.setdefault(row["account_id"], []).append(row)
    for account_id, rows in intervals.items():
        for one, following in pairwise(rows):
            if one["removed_at"] is None or one["removed_at"] > following["added_at"]:
                yield f"A2: {account_id} is in twice: {one} {following}"


def _offers(book: Book) -> Iterator[str]:
    """One open offer of an organization at most, by its Administrator to somebody who is in."""
    opened = book.find("transfer", state="REQUESTED")
    for organization_id, count in Counter(one["organization_id"] for one in opened).items():
        if count > 1:
            yield f"T16: {count} offers of {organization_id} are open"
    for one in opened:
        if not book.find(
            "membership",
            organization_id=one["organization_id"],
            account_id=one["to_account_id"],
            state="ACTIVE",
        ):
            yield f"T16: {one['to_account_id']} is offered what he is not in"
        organization = book.first("organization", id=one["organization_id"])
        if organization is None or organization["administrator_id"] != one["from_account_id"]:
            yield f"T16: {one['from_account_id']} offers what he does not administer"


def _seats(book: Book) -> Iterator[str]:
    """Never more taken than there are (I6), and by nobody who is out (R16)."""
    for one in book.tables["product_seats"]:
        whose = {"organization_id": one["organization_id"], "product": one["product"]}
        held = book.find("assignment", state="ACTIVE", **whose)
        alone = book.find("checkout", closed_at=None, assignment_id=None, **whose)
        licenses = book.find("license", state="ACTIVE", **whose)
        seats = sum(license["seats"] for license in licenses)
        if (one["seats"], one["assigned"], one["in_use"]) != (seats, len(held), len(alone)):
            yield f"I6: {one} but {seats} seats, {len(held)} held, {len(alone)} alone"
        if len(held) + len(alone) > seats:
            yield f"I6: {len(held)} + {len(alone)} on {seats} seats of {whose}"
    for one in book.find("assignment", state="ACTIVE"):
        who = {"organization_id": one["organization_id"], "account_id": one["account_id"]}
        if not book.find("role_held", ended_at=None, **who):
            yield f"R16: {one['account_id']} is out and has a seat"


def _rights(book: Book, now: datetime) -> Iterator[str]:
    """What was told is what is (R27, R35), and a Member's own purchases wait (I11)."""
    pairs = {(one["account_id"], one["product"]) for one in book.tables["license"]}
    pairs |= {(one["account_id"], one["product"]) for one in book.find("assignment")}
    pairs |= {(one["account_id"], one["product"]) for one in book.tables["entitlement"]}
    overdue = {
        one["product"]
        for one in book.find("license", state="ACTIVE")
        if one["expires_at"] is not None and one["expires_at"] <= now
    }
    for account_id, product in pairs:
        told = book.first("entitlement", account_id=account_id, product=product)
        sources, until = ([], None) if told is None else (told["sources"], told["until"])
        if {"PERSONAL", "EDU"} & set(sources) and book.find(
            "role_held", account_id=account_id, role="MEMBER", ended_at=None
        ):
            yield f"I11: {account_id} is a Member and uses what he bought: {told}"
        if product in overdue:
            continue
        should = entitlement(_holding(book, account_id, product, now), now=now)
        if (list(should.sources), should.until) != (list(sources), until):
            yield f"R35: {account_id} was told {told}, and has {should}"


def _holding(book: Book, account_id: UUID, product: str, now: datetime) -> Holding:
    his = {"account_id": account_id, "product": product}
    own = book.find("license", organization_id=None, **his)
    floating = book.find("checkout", closed_at=None, source="FLOATING", **his)
    return Holding(
        account_id=account_id,
        product=product,
        registered=bool(book.find("registered_account", account_id=account_id)),
        roles=tuple(
            RoleHeld(one["organization_id"], one["role"], one["began_at"], one["ended_at"])
            for one in book.find("role_held", account_id=account_id, ended_at=None)
        ),
        licenses=tuple(License(**{name: one[name] for name in LICENSE_FIELDS}) for one in own),
        assigned=_seats_held(book, book.find("assignment", state="ACTIVE", **his), now),
        floating=_seats_held(book, floating, now),
    )


def _seats_held(book: Book, held: list[asyncpg.Record], now: datetime) -> tuple[SeatHeld, ...]:
    found = []
    for one in held:
        whose = {"organization_id": one["organization_id"], "product": one["product"]}
        ends = [
            license["expires_at"]
            for license in book.find("license", state="ACTIVE", **whose)
            if license["expires_at"] is None or license["expires_at"] > now
        ]
        if ends:
            found.append(SeatHeld(one["organization_id"], latest_end(ends)))
    return tuple(found)
