"""Books in memory: applied decision by decision, trusted only under a matching version."""

from bisect import insort
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter
from uuid import UUID

from services.credit_ledger.engine.names import Names
from services.credit_ledger.rules.book import (
    Book,
    Decision,
    Lot,
    Transfer,
)
from services.credit_ledger.rules.chart import NO_LOT, LedgerAccount
from services.credit_ledger.rules.records import LotChange
from services.credit_ledger.rules.terms import ADJUSTMENT_MAX
from services.credit_ledger.store.loading import next_expiry

WALLETS_MAX = 2_000
HOLDS_MAX = 5_000
REMEMBERED = timedelta(days=90)
BURN_DOWN = attrgetter("burn_down_key")


@dataclass
class Books:
    """The books this engine has at hand; the database says whether they are still true.

    `remembered` is for how long it knows a refusal again; older ids are stale (conventions 5).
    `adjustment_max` is what one operator may correct by himself (A17).
    """

    by_wallet: "OrderedDict[int, Book]" = field(default_factory=OrderedDict)
    names: Names = field(default_factory=Names)
    remembered: timedelta = REMEMBERED
    adjustment_max: int = ADJUSTMENT_MAX

    def emptied(self) -> "Books":
        """Begin anew with nothing at hand."""
        return Books(remembered=self.remembered, adjustment_max=self.adjustment_max)

    def forget(self, wallets: Iterable[int]) -> None:
        """Drop books whose state in memory may differ from the database."""
        for wallet in wallets:
            self.by_wallet.pop(wallet, None)
            self.names.forget_of(wallet)

    def owner_named(self, name: UUID) -> UUID:
        """Whose a wallet is that was named by its uuid; any other name is the owner's own."""
        book = self.by_wallet.get(self.names.get(name, 0))
        return book.owner if book is not None and book.uid == name else name

    def keep(self, book: Book) -> None:
        """Keep a book at hand, and let the one unused for longest go."""
        self.by_wallet[book.id] = book
        self.by_wallet.move_to_end(book.id)
        book.own, book.found, book.left = {}, {}, []
        if len(book.holds) > HOLDS_MAX:
            book.holds = {}
        if len(book.jobs) > HOLDS_MAX:
            book.jobs = {}
        while len(self.by_wallet) > WALLETS_MAX:
            gone, _ = self.by_wallet.popitem(last=False)
            self.names.forget_of(gone)


def apply(book: Book, decision: Decision) -> None:
    """Move a book to the state that a decision says; lots first, so that totals follow them."""
    for lot in decision.lots:
        insort(book.lots, lot, key=BURN_DOWN)
        if lot.expires_at is not None and lot.expires_at < book.next_expiry:
            book.next_expiry = lot.expires_at
    for transfer in decision.transfers:
        if transfer.lot == NO_LOT:
            book.absorbed += transfer.amount
        else:
            _move(book, find_lot(book, transfer.lot), transfer)
    if decision.closing is not None:
        closing = decision.closing
        book.closed_by, book.closed_role = closing.closed_by, closing.closed_role
        book.epoch = closing.epoch
    if decision.terms is not None:
        book.terms = decision.terms
    if decision.lot_changes:
        _change_lots(book, decision.lot_changes)
    for job in decision.jobs:
        known = book.jobs.get(job.name)
        is_capped = known is not None and known.cap is not None
        book.capped_jobs += job.cap is not None and not is_capped
        book.jobs[job.name] = job
    book.rates.extend(decision.rates)


def settle_lots(book: Book, touched: Iterable[Lot]) -> None:
    """After a batch: let go of lots that hold nothing, and see when the next one runs out."""
    if book.found or any(not lot.is_open for lot in touched):
        book.lots = [lot for lot in book.lots if lot.is_open]
    book.next_expiry = next_expiry(book.lots)


def find_lot(book: Book, number: int) -> Lot:
    """Find one of the open lots; the first is nearly always the one."""
    first = book.lots[0]
    if first.number == number:
        return first
    return next(lot for lot in book.lots if lot.number == number)


def _change_lots(book: Book, changes: Iterable[LotChange]) -> None:
    for change in changes:
        lot = find_lot(book, change.number)
        lot.expires_at, lot.dormant_since = change.expires_at, change.dormant_since
        lot.withheld, lot.noticed = change.withheld, change.noticed
    book.lots.sort(key=BURN_DOWN)
    book.next_expiry = next_expiry(book.lots)


def _move(book: Book, lot: Lot, transfer: Transfer) -> None:
    """Move an amount in the wallet's totals and in the lot's; nearly always out of free."""
    src, dst, amount = transfer.src, transfer.dst, transfer.amount
    if src == LedgerAccount.FREE:
        book.free -= amount
        lot.free -= amount
    elif src == LedgerAccount.HELD:
        book.held -= amount
        lot.held -= amount
    else:
        _come_in(book, lot, src, amount)
    if dst == LedgerAccount.CONSUMED:
        book.captured += amount
        lot.captured += amount
    elif dst == LedgerAccount.HELD:
        book.held += amount
        lot.held += amount
    elif dst == LedgerAccount.FREE:
        book.free += amount
        lot.free += amount
    else:
        _go_out(book, lot, dst, amount)


def _come_in(book: Book, lot: Lot, src: int, amount: int) -> None:
    if src == LedgerAccount.ISSUED:
        book.granted += amount
        lot.granted += amount
    elif src == LedgerAccount.DORMANT:
        book.dormant -= amount
        lot.dormant -= amount
    elif src == LedgerAccount.RECEIVABLE:
        book.debt += amount
        lot.owed += amount
    elif src == LedgerAccount.EXPIRED:
        # Only a refund takes back what expired unused (T22).
        book.expired -= amount
        lot.expired -= amount
    elif src == LedgerAccount.CREDITED_BACK:
        book.credited_back += amount
        lot.credited_back += amount
    elif src == LedgerAccount.ADJUSTMENT:
        book.adjusted -= amount
        lot.adjusted -= amount
    else:
        raise AssertionError(f"nothing comes out of ledger account {src}")


def _go_out(book: Book, lot: Lot, dst: int, amount: int) -> None:
    if dst == LedgerAccount.EXPIRED:
        book.expired += amount
        lot.expired += amount
    elif dst == LedgerAccount.DORMANT:
        book.dormant += amount
        lot.dormant += amount
    elif dst == LedgerAccount.CLAWBACK:
        book.clawed_back += amount
        lot.clawed_back += amount
    elif dst == LedgerAccount.RECEIVABLE:
        book.debt -= amount
        lot.owed -= amount
    elif dst == LedgerAccount.ADJUSTMENT:
        book.adjusted += amount
        lot.adjusted += amount
    else:
        raise AssertionError(f"nothing goes into ledger account {dst}")
