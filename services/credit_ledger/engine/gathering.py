"""Bring the books of a batch to hand: what memory does not hold is loaded under the locks."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.concerns import OWN, hold_of, people_of
from services.credit_ledger.engine.deciding import Batch
from services.credit_ledger.engine.finding import find
from services.credit_ledger.engine.finding_enrolments import find_enrolments
from services.credit_ledger.engine.finding_entitlements import find_entitlements
from services.credit_ledger.engine.names import Named, check_names
from services.credit_ledger.engine.page import Page
from services.credit_ledger.rules.acts import Act, Authorize, Debit
from services.credit_ledger.rules.book import Access, Hold
from services.credit_ledger.store import loading
from services.credit_ledger.store.loading import Loaded, Needs
from shared.clock import Clock


async def gather(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    named: Named,
    clock: Clock,
) -> Batch:
    """Load what is not at hand; a book whose version moved elsewhere is loaded afresh."""
    acts_by_wallet, own = named.by_wallet, named.own
    loaded = await loading.load(connection, _needs(books, acts_by_wallet, own))
    if loaded.books:
        await check_names(connection, books.names, named, loaded.books.values())
    changed = {wallet for wallet in loaded.books if wallet in books.by_wallet}
    for book in loaded.books.values():
        books.by_wallet[book.id] = book
    if changed:
        some = {wallet: acts_by_wallet[wallet] for wallet in changed}
        again = await loading.load(connection, _needs(books, some, own))
        loaded.access.update(again.access)
        loaded.holds.update(again.holds)
    _fill(books, loaded)
    _bring_own_books(books, named)
    entitled = await find_entitlements(connection, named.acts)
    now = clock.now()
    pages: dict[UUID, Page] = {}
    by_wallet: dict[int, Page] = {}
    for wallet, acts in acts_by_wallet.items():
        book = books.by_wallet[wallet]
        book.booked_at = max(now, book.booked_at, book.closed_until)
        book.adjustment_max = books.adjustment_max
        page = by_wallet[wallet] = Page(
            book=book,
            now=book.booked_at,
            seq_from=book.seq + 1,
            decided=loaded.decided.get(wallet, {}),
            waiting=loaded.waiting.get(wallet, {}),
        )
        await _remember_moved(connection, books, named, page, acts)
        _write_down_absences(book.access, book.holds, acts)
        if entitled:
            book.found.update(entitled.items())
        await find(connection, book, acts)
        pages.update({act.owner: page for act in acts})
        pages.update({person: page for person, its_own in own.items() if its_own == wallet})
    await find_enrolments(connection, acts_by_wallet, by_wallet)
    return Batch(pages, clock, now, int((now - books.remembered).timestamp() * 1000))


async def _remember_moved(
    connection: "asyncpg.Connection[asyncpg.Record]",
    books: Books,
    named: Named,
    page: Page,
    acts: Sequence[Act],
) -> None:
    """A command sent again after its name moved was decided in the wallet it meant then (T16).

    One that is decided where its hold began may have been decided meanwhile where its name leads. A
    name may have come back to a wallet that it meant before: what is known of it is known once.
    """
    if not books.names.moved:
        return
    came_by = {act.command: named.sent_on.get(act.command, act.owner) for act in acts}
    again = {command: name for command, name in came_by.items() if name in books.names.moved}
    if again:
        owners, commands = list(set(again.values())), list(again)
        decided = await loading.decided_before(connection, owners, commands)
        for command, rows in decided.items():
            page.decided.setdefault(command, rows)


def _bring_own_books(books: Books, named: Named) -> None:
    """Let acts on one wallet see the own wallets of the people they concern."""
    if not named.own:
        return
    own = {person: books.by_wallet[wallet] for person, wallet in named.own.items()}
    for wallet, acts in named.by_wallet.items():
        if any(type(act) in OWN for act in acts):
            books.by_wallet[wallet].own = own


def _needs(books: Books, acts_by_wallet: dict[int, list[Act]], own: dict[UUID, int]) -> Needs:
    """List what the acts touch and memory does not hold."""
    needs = Needs(wallets=list(acts_by_wallet))
    needs.people.extend([(wallet, person) for person, wallet in own.items()])
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
    people.update(person for act in acts if type(act) is not Debit for person in people_of(act))
    needs.people.extend([(wallet, person) for person in people if person not in at_hand])


def _need_holds(
    needs: Needs, wallet: int, acts: Sequence[Act], at_hand: dict[UUID, Hold | None]
) -> None:
    """A hold that is not at hand may be stored, refused, or awaited by what came before it."""
    for act in acts:
        if type(act) is Authorize:
            needs.awaited.append((wallet, act.command))
        hold = hold_of(act)
        if hold is not None and at_hand.get(hold) is None:
            needs.holds.append((wallet, hold))
            needs.commands.append(hold)


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
        for person in people_of(act):
            access.setdefault(person, None)
        hold = hold_of(act)
        if hold is not None:
            holds.setdefault(hold, None)
