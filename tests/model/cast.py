"""Who is in a story: two organizations, the people around them, and what they began."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from shared.clock import id_at
from tests.model.ledger_model import Model
from tests.model.ledger_wallet import Ask, Wallet

T = TypeVar("T")


class Hint(NamedTuple):
    """Which kind of ask, and numbers that choose among what there is."""

    kind: str
    who: int
    what: int
    much: int
    how: int


@dataclass
class Cast:
    """Two organizations that may come to be, their Administrators, and people who come and go."""

    model: Model
    organizations: list[UUID]
    founders: list[UUID]
    people: list[UUID]
    promised: list[tuple[UUID, UUID]] = field(default_factory=list)
    requests: list[tuple[UUID, UUID]] = field(default_factory=list)
    placed: list[tuple[UUID, UUID, str]] = field(default_factory=list)
    orders: list[tuple[UUID, str]] = field(default_factory=list)
    lines: list[tuple[UUID, UUID]] = field(default_factory=list)
    asked: list[Ask] = field(default_factory=list)

    def everybody(self) -> list[UUID]:
        return [*self.people, *self.founders]

    def person(self, hint: Hint) -> UUID:
        """Anybody; mostly somebody who may draw on a pool."""
        those = [
            name
            for organization in self.open_organizations()
            for name, person in self.model.names[organization].people.items()
            if person.mode != "disabled"
        ]
        everybody = self.everybody()
        if hint.who % 4 and those:
            return pick(those, hint.who // 4)
        return pick(everybody, hint.who // 4)

    def buyer(self, hint: Hint) -> UUID:
        """Half of all orders are Administrators'."""
        if hint.how % 2:
            there = self.open_organizations()
            return administrator_of(self.model.names[pick(there, hint.who)])
        return self.person(hint)

    def joined(self, person: UUID) -> UUID | None:
        """The organization somebody is a Member or Guest of."""
        for organization in self.open_organizations():
            known = self.model.names[organization].people.get(person)
            if known is not None and known.role in {"MEMBER", "GUEST"}:
                return organization
        return None

    def may_found(self, number: int) -> bool:
        """An account administers one organization at most (R5)."""
        known = self.model.names.get(self.founders[number])
        is_new = self.organizations[number] not in self.model.names
        return is_new and (known is None or known.kind == "ACCOUNT")

    def guests(self) -> list[tuple[UUID, UUID]]:
        """Everybody who is a Guest, and where."""
        return [
            (organization, name)
            for organization in self.open_organizations()
            for name, person in self.model.names[organization].people.items()
            if person.role == "GUEST"
        ]

    def open_organizations(self) -> list[UUID]:
        return [one for one in self.organizations if one in self.model.names]

    def pool(self, person: UUID, how: int) -> UUID:
        """Mostly the pool that he belongs to, at times his own wallet or a stranger's."""
        own = self.model.names.get(person)
        if how % 8 == 7 or (own is not None and own.free and how % 2):
            return person
        there = self.open_organizations()
        joined = self.joined(person)
        if joined is None or how % 8 == 6:
            return pick(there, how // 8) if there else person
        return joined

    def some_holds(self, hint: Hint, now: datetime) -> list[tuple[UUID, UUID]]:
        """Holds that live and the wallets they are in; at times those that ended as well."""
        return [
            (wallet.owner, name)
            for wallet in self.model.wallets
            for name, hold in wallet.holds.items()
            if (hold.state == "open" and hold.lease_until > now) or hint.what % 4 == 0
        ]

    def hold(self, hint: Hint, now: datetime) -> tuple[UUID, UUID]:
        """Mostly an open hold, at times one that ended, or one that comes later or never."""
        there = self.some_holds(hint, now)
        if not there or hint.what % 12 == 11:
            promised = (self.pool(self.person(hint), hint.how), id_at(now))
            self.promised.append(promised)
            return promised
        return pick(there[:-13:-1], hint.what // 4)

    def charged(self) -> list[tuple[UUID, UUID]]:
        """Usage lines that were accepted, and the wallets that paid."""
        return [(w.owner, line) for w in self.model.wallets for line in w.charges]

    def subject(self, hint: Hint) -> tuple[UUID, UUID]:
        """Somebody whose access is set, mostly a Member or Guest, and where."""
        organization = pick(self.open_organizations(), hint.who // 5)
        people = self.model.names[organization].people
        those = [name for name, one in people.items() if one.role in {"MEMBER", "GUEST"}]
        if hint.who % 5 and those:
            return organization, pick(those, hint.who // 5)
        return organization, pick(self.everybody(), hint.who // 5)

    def administrator(self, organization: UUID, hint: Hint) -> UUID:
        """Who speaks for the organization: at times somebody who may not."""
        if hint.how % 10 == 9:
            return self.person(hint)
        return administrator_of(self.model.names[organization])

    def an_id(self, hint: Hint, now: datetime) -> UUID:
        """Mint an id, at times a hundred days late (A18)."""
        return id_at(now - timedelta(days=100) if hint.how % 50 == 49 else now)


def administrator_of(wallet: Wallet) -> UUID:
    [name] = [n for n, person in wallet.people.items() if person.role == "ADMINISTRATOR"]
    return name


def pick(some: Sequence[T], number: int) -> T:
    return some[number % len(some)]
