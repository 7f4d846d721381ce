"""Books in memory: applied decision by decision, trusted only under a matching version."""

from bisect import insort
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from uuid import UUID

from services.credit_ledger.rules.book import (
    Book,
    Decision,
    LedgerAccount,
    Lot,
    Transfer,
)
from services.credit_ledger.store.loading import next_expiry

WALLETS_MAX = 2_000
HOLDS_MAX = 5_000
BURN_DOWN = attrgetter("burn_down_key")

FREE = int(LedgerAccount.FREE)
HELD = int(LedgerAccount.HELD)
ISSUED = int(LedgerAccount.ISSUED)
CONSUMED = int(LedgerAccount.CONSUMED)
EXPIRED = int(LedgerAccount.EXPIRED)


@dataclass
class Books:
    """The books this engine has at hand; the database says whether they are still true."""

    by_wallet: "OrderedDict[int, Book]" = field(default_factory=OrderedDict)
    wallet_by_owner: dict[UUID, int] = field(default_factory=dict)

    def forget(self, wallets: Iterable[int]) -> None:
        """Drop books whose state in memory may differ from the database."""
        for wallet in wallets:
            self.by_wallet.pop(wallet, None)

    def keep(self, book: Book) -> None:
        """Keep a book at hand, and let the one unused for longest go."""
        self.by_wallet[book.id] = book
        self.by_wallet.move_to_end(book.id)
        if len(book.holds) > HOLDS_MAX:
            book.holds = {}
        while len(self.by_wallet) > WALLETS_MAX:
            self.by_wallet.popitem(last=False)


def apply(book: Book, decision: Decision) -> None:
    """Move a book to the state that a decision says; lots first, so that totals follow them."""
    if decision.lot is not None:
        insort(book.lots, decision.lot, key=BURN_DOWN)
        expires_at = decision.lot.expires_at
        if expires_at is not None and expires_at < book.next_expiry:
            book.next_expiry = expires_at
    for transfer in decision.transfers:
        _move(book, find_lot(book, transfer.lot), transfer)


def settle_lots(book: Book, touched: Iterable[Lot]) -> None:
    """After a batch: let go of lots that hold nothing, and see when the next one runs out."""
    if any(not lot.free and not lot.held for lot in touched):
        book.lots = [lot for lot in book.lots if lot.free or lot.held]
    book.next_expiry = next_expiry(book.lots)


def find_lot(book: Book, number: int) -> Lot:
    """Find one of the open lots; the first is nearly always the one."""
    first = book.lots[0]
    if first.number == number:
        return first
    return next(lot for lot in book.lots if lot.number == number)


def _move(book: Book, lot: Lot, transfer: Transfer) -> None:
    src, dst, amount = transfer.src, transfer.dst, transfer.amount
    if src == FREE:
        book.free -= amount
        lot.free -= amount
    elif src == HELD:
        book.held -= amount
        lot.held -= amount
    elif src == ISSUED:
        book.granted += amount
    if dst == CONSUMED:
        book.captured += amount
    elif dst == HELD:
        book.held += amount
        lot.held += amount
    elif dst == FREE:
        book.free += amount
        lot.free += amount
    elif dst == EXPIRED:
        book.expired += amount
