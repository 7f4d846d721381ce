"""Bring the books of a batch to hand: what memory does not hold is loaded under the locks."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.deciding import OPENS_WALLET, Batch
from services.credit_ledger.engine.intake import waiting_act
from services.credit_ledger.rules.acts import (
    Act,
    Authorize,
    Capture,
    Debit,
    Lapse,
    OpenPool,
    SetAccess,
    SetRole,
    Void,
)
from services.credit_ledger.store import loading, naming
from services.credit_ledger.store.loading import Loaded, Needs
from shared.clock import Clock


async def find_wallets(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    acts: Sequence[Act],
    clock: Clock,
) -> None:
    """Learn the wallets of owners not met before; purchases open the account's own one."""
    known = books.wallet_by_owner
    unknown = {act.owner for act in acts if act.owner not in known}
    if not unknown:
        return
    known.update(await naming.wallets_named(connection, list(unknown)))
    for act in acts:
        if isinstance(act, OPENS_WALLET) and act.owner not in known:
            known[act.owner] = await naming.open_wallet(connection, act.owner, clock.new_id())


def _is_known(books: Books, act: Act) -> bool:
    return act.owner in books.wallet_by_owner


async def gather(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    acts: Sequence[Act],
    wallets: set[int],
    clock: Clock,
) -> Batch:
    """Load what is not at hand; a book whose version moved elsewhere is loaded afresh."""
    loaded = await loading.load(connection, _needs(books, acts, wallets))
    changed = {wallet for wallet in loaded.books if wallet in books.by_wallet}
    for book in loaded.books.values():
        books.keep(book)
    if changed:
        again = await loading.load(connection, _needs(books, acts, changed))
        loaded.access.update(again.access)
        loaded.holds.update(again.holds)
    _fill(books, loaded, acts)
    chosen = {wallet: books.by_wallet[wallet] for wallet in wallets}
    batch = Batch(chosen, books.wallet_by_owner, loaded.decided, clock, clock.now())
    for parked in loaded.parked:
        act = waiting_act(parked)
        batch.parked.setdefault((parked.wallet, parked.hold), []).append(act)
    return batch


def _needs(books: Books, acts: Sequence[Act], wallets: set[int]) -> Needs:
    """List what the acts on these wallets touch and memory does not hold."""
    needs = Needs(wallets=list(wallets))
    at_hand = books.by_wallet
    needs.versions = [at_hand[w].version if w in at_hand else -1 for w in needs.wallets]
    for act in acts:
        wallet = books.wallet_by_owner.get(act.owner)
        if wallet is None or wallet not in wallets:
            continue
        book = at_hand.get(wallet)
        needs.commands.append((wallet, act.command))
        for person in _people(act):
            if book is None or person not in book.access:
                needs.people.append((wallet, person))
        if isinstance(act, Authorize):
            needs.awaited.append((wallet, act.command))
        hold = _hold(act)
        if hold is not None and (book is None or book.holds.get(hold) is None):
            needs.holds.append((wallet, hold))
            needs.commands.append((wallet, hold))
    return needs


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


def _fill(books: Books, loaded: Loaded, acts: Sequence[Act]) -> None:
    """Put what was loaded into the books, and write down who and what does not exist."""
    for (wallet, person), entry in loaded.access.items():
        books.by_wallet[wallet].access[person] = entry
    for (wallet, hold), held in loaded.holds.items():
        books.by_wallet[wallet].holds[hold] = held
    for act in acts:
        if act.owner not in books.wallet_by_owner:
            continue
        book = books.by_wallet[books.wallet_by_owner[act.owner]]
        for person in _people(act):
            book.access.setdefault(person, None)
        awaited = _hold(act)
        if awaited is not None:
            book.holds.setdefault(awaited, None)
