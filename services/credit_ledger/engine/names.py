"""Names of wallets: which wallet an account or an organization means, and that it still does (T16).

A name is kept as long as the book of its wallet is at hand. Whoever moves a name moves the version
of the wallet it meant; so a book that moved on elsewhere tells that its names have to be looked at.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from msgspec.structs import replace

from services.credit_ledger.engine.concerns import (
    OF_EARLIER,
    OWN,
    began_with,
    opens,
    owners_of,
)
from services.credit_ledger.rules.access_acts import (
    ChangeAdministrator,
    DecideRequest,
    RequestCredits,
)
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.book import Book
from services.credit_ledger.store import naming, requests
from shared.clock import Clock


class NamesMovedError(Exception):
    """A name means another wallet than it did a moment ago; the batch begins anew."""


class Names(dict[UUID, int]):
    """Wallets by name, which can be let go wallet by wallet; `moved` ones meant others before."""

    def __init__(self) -> None:
        """Know no name yet."""
        super().__init__()
        self.moved: set[UUID] = set()
        self._of_wallet: dict[int, set[UUID]] = {}

    def learn(self, name: UUID, wallet: int) -> None:
        """Keep a name, which may have meant another wallet."""
        before = self.get(name)
        if before is not None and before != wallet:
            self._of_wallet[before].discard(name)
            self.moved.add(name)
        self[name] = wallet
        self._of_wallet.setdefault(wallet, set()).add(name)

    def forget_of(self, wallet: int, *, but: Collection[UUID] = ()) -> None:
        """Let the names of a wallet go, except those that were just looked at."""
        gone = self._of_wallet.pop(wallet, set())
        kept = gone.intersection(but)
        for name in gone - kept:
            del self[name]
        if kept:
            self._of_wallet[wallet] = kept

    def clear(self) -> None:
        """Let all names go."""
        super().clear()
        self._of_wallet.clear()


@dataclass
class Named:
    """The wallets of a batch: the acts of each, which may be none, and whose own wallet each is.

    `sent_on` has under which names commands came that are decided where their hold began.
    """

    acts: Sequence[Act]
    sent_on: dict[UUID, UUID] = field(default_factory=dict)
    by_wallet: dict[int, list[Act]] = field(default_factory=dict)
    own: dict[UUID, int] = field(default_factory=dict)


async def find_wallets(
    connection: "asyncpg.Connection[asyncpg.Record]",
    names: Names,
    acts: Sequence[Act],
    clock: Clock,
) -> Named:
    """Sort the acts by wallet; some open an account's own; unknown owners stay out.

    A wallet stands here without an act when an act on another one concerns its account (R36), or
    came by its name: two that look for one hold at once would else give two verdicts (T16).
    """
    kinds = {type(act) for act in acts}
    if DecideRequest in kinds:
        acts = await _with_people(connection, names, acts)
    named = {act.owner for act in acts}
    if concerns_others := not kinds.isdisjoint(OWN):
        named.update(person for act in acts for person in owners_of(act))
    if not names.keys() >= named:
        await _look_up(connection, names, named)
        for account in {name for act in acts for name in opens(act)}.difference(names):
            names.learn(account, await naming.open_wallet(connection, account, clock.new_id()))
    found = Named(acts)
    if names.moved and not kinds.isdisjoint(OF_EARLIER):
        found = await _where_they_began(connection, names, acts)
    for act in found.acts:
        wallet = names.get(act.owner)
        if wallet is not None:
            found.by_wallet.setdefault(wallet, []).append(act)
    for name in found.sent_on.values():
        found.by_wallet.setdefault(names[name], [])
    if concerns_others:
        await _find_own(connection, names, found, clock)
    return found


async def _find_own(
    connection: "asyncpg.Connection[asyncpg.Record]", names: Names, found: Named, clock: Clock
) -> None:
    """Add the own wallets of people whom acts on other wallets concern."""
    for act in found.acts:
        found.own.update((name, names[name]) for name in owners_of(act) if name in names)
        if isinstance(act, ChangeAdministrator):
            its_own = await naming.own_wallet(connection, act.former, clock.new_id())
            found.own[act.former] = its_own
    for wallet in found.own.values():
        found.by_wallet.setdefault(wallet, [])


async def check_names(
    connection: "asyncpg.Connection[asyncpg.Record]",
    names: Names,
    named: Named,
    moved: Iterable[Book],
) -> None:
    """See under the locks that each name still names the wallet it was taken for (T16)."""
    succeeded = {act.former for act in named.acts if type(act) is ChangeAdministrator}
    asked = {act.owner for act in named.acts}.union(named.own, named.sent_on.values()) - succeeded
    found = await naming.wallets_named(connection, list(asked))
    if any(names.get(name) != wallet for name, wallet in found.items()):
        raise NamesMovedError
    # One that is as it was may have gone and come back while we did not look.
    seen = len(names.moved)
    names.moved |= await naming.names_that_moved(connection, list(found))
    if len(names.moved) > seen:
        raise NamesMovedError
    for book in moved:
        names.forget_of(book.id, but=found)
        if any(named.own[name] == book.id and book.owner != name for name in succeeded):
            raise NamesMovedError


async def _look_up(
    connection: "asyncpg.Connection[asyncpg.Record]", names: Names, wanted: Iterable[UUID]
) -> None:
    unknown = [name for name in wanted if name not in names]
    if unknown:
        for name, wallet in (await naming.wallets_named(connection, unknown)).items():
            names.learn(name, wallet)
        names.moved |= await naming.names_that_moved(connection, unknown)


async def _where_they_began(
    connection: "asyncpg.Connection[asyncpg.Record]", names: Names, acts: Sequence[Act]
) -> Named:
    """Let what ends a hold or gives back find where it was charged before its name moved (T16)."""
    asked = [
        (act.owner, act.command, began)
        for act in acts
        if act.owner in names.moved and (began := began_with(act)) is not None
    ]
    if not asked:
        return Named(acts)
    past = await naming.wallets_of_beginnings(connection, asked)
    for uid, wallet in past.values():
        names.learn(uid, wallet)
    sent = [
        replace(act, owner=past[act.owner, act.command][0])
        if (act.owner, act.command) in past
        else act
        for act in acts
    ]
    return Named(sent, {command: name for name, command in past})


async def _with_people(
    connection: "asyncpg.Connection[asyncpg.Record]", names: Names, acts: Sequence[Act]
) -> Sequence[Act]:
    """Say of each decision on a request who made it: his own wallet is to be locked as well."""
    decisions = [act for act in acts if isinstance(act, DecideRequest)]
    await _look_up(connection, names, [act.owner for act in decisions])
    asked = [(names[act.owner], act.request) for act in decisions if act.owner in names]
    people = {act.command: act.by for act in acts if isinstance(act, RequestCredits)}
    people.update(await requests.people_who_asked(connection, asked))
    return [
        replace(act, person=people.get(act.request)) if isinstance(act, DecideRequest) else act
        for act in acts
    ]
