"""The story as it stands, and numbers that choose from it."""

from typing import NamedTuple
from uuid import UUID

from shared.contracts.message import CommandData
from tests.laws.people_books import Book
from tests.laws.people_story import Ask, PeopleStory
from tests.model.cast import Hint, pick

PRODUCTS = ("Lumen for Max", "Grain")
OPERATOR = "operator"
OF_LICENSING = ("checkout", "application")
OPEN: dict[str, tuple[str, str | None]] = {
    "transfer": ("state", "REQUESTED"),
    "setup_request": ("state", "PENDING_CONFIRMATION"),
    "checkout": ("closed_at", None),
    "application": ("state", "PENDING"),
}


class Scene(NamedTuple):
    """The story as it stands, and the numbers that choose from it."""

    story: PeopleStory
    hint: Hint

    def person(self, number: int) -> UUID:
        """Anybody who has or had an account; seldom somebody who never had one."""
        known: list[UUID] = sorted(
            one["id"] for one in self.story.books.membership.tables["account"]
        )
        return self.story.stranger if number % 23 == 22 or not known else pick(known, number)

    def organization(self) -> UUID:
        """Any organization; seldom one that waits, or an account's own id."""
        book = self.story.books.membership
        known: list[UUID] = sorted(one["id"] for one in book.tables["organization"])
        if self.hint.how % 11 == 10 or not known:
            waiting = [one["organization_id"] for one in book.tables["setup_request"]]
            known = [*waiting, self.person(self.hint.who)]
        return pick(known, self.hint.what)

    def administrator(self) -> UUID:
        """Mostly the one that it is."""
        found = self.story.books.membership.first("organization", id=self.organization())
        if found is None or self.hint.how % 7 == 6:
            return self.person(self.hint.who)
        administrator: UUID = found["administrator_id"]
        return administrator

    def by_administrator(self, data: CommandData) -> Ask:
        return Ask(data, self.administrator(), self.organization())

    def somebody_in(self, number: int) -> UUID:
        """Mostly somebody who is in the organization, or its Administrator."""
        book, organization = self.story.books.membership, self.organization()
        those: list[UUID] = [
            one["account_id"]
            for one in book.tables["membership"]
            if one["organization_id"] == organization and one["state"] == "ACTIVE"
        ]
        those += [one["administrator_id"] for one in book.find("organization", id=organization)]
        if number % 5 == 4 or not those:
            return self.person(number // 5)
        return pick(sorted(those), number // 5)

    def successor(self, number: int) -> UUID:
        """Mostly a Member or Guest of the organization."""
        joined = self.story.books.membership.find(
            "membership", organization_id=self.organization(), state="ACTIVE"
        )
        those: list[UUID] = sorted(one["account_id"] for one in joined)
        return pick(those, number) if those and number % 7 else self.somebody_in(number)

    @property
    def product(self) -> str:
        return PRODUCTS[self.hint.much % 5 == 4]

    @property
    def operator(self) -> str:
        return "coffer_portal" if self.hint.how % 13 == 12 else OPERATOR

    def book_of(self, table: str) -> Book:
        books = self.story.books
        return books.licensing if table in OF_LICENSING else books.membership

    def one_of(self, table: str) -> UUID:
        """A transfer, a request, a checkout or an application; the latest ones mostly."""
        rows = self.book_of(table).tables[table]
        known: list[UUID] = sorted((one["id"] for one in rows), reverse=True)
        return pick(known[:4], self.hint.much) if known else self.story.stranger

    def waits(self, table: str) -> bool:
        """Whether one of them is open."""
        column, value = OPEN[table]
        return bool(self.book_of(table).find(table, **{column: value}))
