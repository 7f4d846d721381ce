"""Bring the books of a batch to hand: what memory does not hold is loaded under the locks."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.deciding import Batch
from services.credit_ledger.engine.page import Page
from services.credit_ledger.rules.acts import (
    Act,
    Authorize,
    Capture,
    Debit,
    Grant,
    Lapse,
    OpenPool,
    SetAccess,
    SetRole,
    Void,
)
from services.credit_ledger.rules.book import Access, Hold
from services.credit_ledger.store import loading, naming
from services.credit_ledger.store.loading import Loaded, Needs
from shared.clock import Clock


async def find_wallets(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    acts: Sequence[Act],
    clock: Clock,
) -> dict[int, list[Act]]:
    """Sort the acts by wallet; purchases open an account's own; unknown owners stay out."""
    known = books.wallet_by_owner
    unknown = {act.owner for act in acts if act.owner not in known}
    if unknown:
        known.update(await naming.wallets_named(connection, list(unknown)))
        for act in acts:
            if isinstance(act, Grant | OpenPool) and act.owner not in known:
                known[act.owner] = await naming.open_wallet(connection, act.owner, clock.new_id())
    acts_by_wallet: dict[int, list[Act]] = {}
    for act in acts:
        wallet = known.get(act.owner)
        if wallet is not None:
            acts_by_wallet.setdefault(wallet, []).append(act)
    return acts_by_wallet


async def gather(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    acts_by_wallet: dict[int, list[Act]],
    clock: Clock,
) -> Batch:
    """Load what is not at hand; a book whose version moved elsewhere is loaded afresh."""
    loaded = await loading.load(connection, _needs(books, acts_by_wallet))
    changed = {wallet for wallet in loaded.books if wallet in books.by_wallet}
    for book in loaded.books.values():
        books.by_wallet[book.id] = book
    if changed:
        some = {wallet: acts_by_wallet[wallet] for wallet in changed}
        again = await loading.load(connection, _needs(books, some))
        loaded.access.update(again.access)
        loaded.holds.update(again.holds)
    _fill(books, loaded)
    now = clock.now()
    pages: dict[UUID, Page] = {}
    for wallet, acts in acts_by_wallet.items():
        book = books.by_wallet[wallet]
        book.booked_at = max(now, book.booked_at)
        page = Page(
            book=book,
            now=book.booked_at,
            seq_from=book.seq + 1,
            decided=loaded.decided.get(wallet, {}),
            waiting=loaded.waiting.get(wallet, {}),
        )
        _write_down_absences(book.access, book.holds, acts)
        pages.update({act.owner: page for act in acts})
    return Batch(pages, clock, now)


def _needs(books: Books, acts_by_wallet: dict[int, list[Act]]) -> Needs:
    """List what the acts touch and memory does not hold."""
    needs = Needs(wallets=list(acts_by_wallet))
    for wallet, acts in acts_by_wallet.items():
        book = books.by_wallet.get(wallet)
        needs.versions.append(book.version if book is not None else -1)
        needs.firsts.append(len(needs.commands) + 1)
        needs.commands.extend([act.command for act in acts])
        people = book.access if book is not None else {}
        holds = book.holds if book is not None else {}
        _need_people(needs, wallet, acts, people)
        _need_holds(needs, wallet, acts, holds)
        needs.lasts.append(len(needs.commands))
    return needs


def _need_people(
    needs: Needs, wallet: int, acts: Sequence[Act], at_hand: dict[UUID, Access | None]
) -> None:
    people = {act.person for act in acts if type(act) is Debit}
    people.update(person for act in acts if type(act) is not Debit for person in _people(act))
    needs.people.extend([(wallet, person) for person in people if person not in at_hand])


def _need_holds(
    needs: Needs, wallet: int, acts: Sequence[Act], at_hand: dict[UUID, Hold | None]
) -> None:
    """A hold that is not at hand may be stored, refused, or awaited by what came before it."""
    for act in acts:
        if type(act) is Authorize:
            needs.awaited.append((wallet, act.command))
        hold = _hold(act)
        if hold is not None and at_hand.get(hold) is None:
            needs.holds.append((wallet, hold))
            needs.commands.append(hold)


def _people(act: Act) -> tuple[UUID, ...]:
    if isinstance(act, Debit | Authorize | SetRole):
        return (act.person,)
    if isinstance(act, OpenPool):
        return (act.administrator,)
    if isinstance(act, SetAccess):
        return (act.person,) if act.by is None else (act.person, act.by)
    return ()


def _hold(act: Act) -> UUID | None:
    return act.hold if isinstance(act, Capture | Void | Lapse) else None


def _fill(books: Books, loaded: Loaded) -> None:
    for (wallet, person), entry in loaded.access.items():
        books.by_wallet[wallet].access[person] = entry
    for (wallet, hold), held in loaded.holds.items():
        books.by_wallet[wallet].holds[hold] = held


def _write_down_absences(
    access: dict[UUID, Access | None],
    holds: dict[UUID, Hold | None],
    acts: Sequence[Act],
) -> None:
    """Whoever and whatever was asked for and did not load does not exist."""
    for act in acts:
        if type(act) is Debit:
            if act.person not in access:
                access[act.person] = None
            continue
        for person in _people(act):
            access.setdefault(person, None)
        hold = _hold(act)
        if hold is not None:
            holds.setdefault(hold, None)
