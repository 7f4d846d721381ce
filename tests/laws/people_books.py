"""What stands in both databases, read whole after each step: a story is small."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from tests.laws.people_ground import House, PeopleGround

Rows = Sequence[asyncpg.Record]
MEMBERSHIP = {
    "account": "SELECT * FROM account",
    "organization": "SELECT * FROM organization",
    "membership": "SELECT * FROM membership ORDER BY added_at",
    "transfer": "SELECT * FROM transfer",
    "setup_request": "SELECT * FROM setup_request",
    "held_license": "SELECT * FROM held_license",
    "held_seat": "SELECT * FROM held_seat",
    "personal_credits": "SELECT * FROM personal_credits",
}
LICENSING = {
    "organization": "SELECT * FROM organization",
    "role_held": "SELECT * FROM role_held",
    "registered_account": "SELECT * FROM registered_account",
    "license": "SELECT * FROM license",
    "product_seats": "SELECT * FROM product_seats",
    "assignment": "SELECT * FROM assignment",
    "checkout": "SELECT * FROM checkout",
    "entitlement": "SELECT * FROM entitlement",
    "application": "SELECT * FROM application",
}


@dataclass(frozen=True)
class Book:
    """The tables of one database."""

    tables: dict[str, Rows]

    def find(self, table: str, **values: Any) -> list[asyncpg.Record]:  # noqa: ANN401  # any column
        """The rows of a table that have these values."""
        wanted = values.items()
        return [
            row for row in self.tables[table] if all(row[name] == value for name, value in wanted)
        ]

    def first(self, table: str, **values: Any) -> asyncpg.Record | None:  # noqa: ANN401  # any column
        return next(iter(self.find(table, **values)), None)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)


@dataclass(frozen=True)
class Books:
    """Both databases at one moment."""

    membership: Book
    licensing: Book

    async def again(self, house: House) -> "Books":
        """Read one of them anew."""
        if house.name == "membership":
            return Books(await _book(house, MEMBERSHIP), self.licensing)
        return Books(self.membership, await _book(house, LICENSING))

    def owns(self, account_id: UUID | None) -> asyncpg.Record | None:
        return self.membership.first("organization", administrator_id=account_id)

    def joined(self, account_id: UUID | None) -> asyncpg.Record | None:
        return self.membership.first("membership", account_id=account_id, state="ACTIVE")

    def account(self, account_id: UUID | None) -> asyncpg.Record | None:
        """An account that is there: one that was forgotten is not."""
        return self.membership.first("account", id=account_id, forgotten_at=None)

    def is_registered(self, account_id: UUID | None) -> bool:
        found = self.account(account_id)
        return found is not None and found["name"] is not None


async def books_of(ground: PeopleGround) -> Books:
    return Books(
        await _book(ground.membership, MEMBERSHIP), await _book(ground.licensing, LICENSING)
    )


async def _book(house: House, tables: dict[str, str]) -> Book:
    return Book({name: await house.inspector.fetch(query) for name, query in tables.items()})
