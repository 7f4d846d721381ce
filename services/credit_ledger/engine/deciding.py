"""Decide the acts of a batch one after another, against books that each decision moves on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from services.credit_ledger.engine import outcomes
from services.credit_ledger.engine.books import apply, find_lot
from services.credit_ledger.engine.facts import Said
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules import access, holds, purchases, spending
from services.credit_ledger.rules.acts import (
    Act,
    Authorize,
    Capture,
    Debit,
    Expire,
    Grant,
    Lapse,
    OpenPool,
    SetAccess,
    SetRole,
    Void,
)
from services.credit_ledger.rules.book import Book, Decision, Refusal, Transfer
from services.credit_ledger.store.loading import Decided
from services.credit_ledger.store.saving import Changes, ParkedRow, VerdictRow
from shared.clock import Clock
from shared.contracts.refusals import RefusalCode

PARKED_SECONDS = 60
NOBODY = Refusal((RefusalCode.UNKNOWN_ORGANIZATION,), "owner")
UNKNOWN_HOLD = Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")

Rule: TypeAlias = Callable[..., Decision | Refusal]
# Each rule takes the book, the one kind of act it stands beside, and the time.
RULES: dict[type, Rule] = {
    Debit: spending.debit,
    Authorize: spending.authorize,
    Capture: holds.capture,
    Void: holds.void,
    Lapse: holds.lapse,
    Expire: purchases.expire,
    Grant: purchases.grant,
    OpenPool: access.open_pool,
    SetRole: access.set_role,
    SetAccess: access.set_access,
}
UNREMEMBERED = (Lapse, Expire)
WAITS_FOR_HOLD = (Capture, Void)
OPENS_WALLET = (Grant, OpenPool)


@dataclass
class Batch:
    """The state of one batch while it is decided."""

    books: dict[int, Book]
    wallet_by_owner: dict[UUID, int]
    decided: dict[tuple[int, UUID], list[Decided]]
    clock: Clock
    now: datetime
    parked: dict[tuple[int, UUID], list[Act]] = field(default_factory=dict)
    late: list[Outcome] = field(default_factory=list)
    made: dict[tuple[int, UUID], tuple[int, Outcome]] = field(default_factory=dict)
    said: dict[int, Said] = field(default_factory=dict)
    touched: dict[int, Book] = field(default_factory=dict)
    labels: list[tuple[int, str, UUID]] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    duplicates: int = 0


def open_book(batch: Batch, book: Book) -> None:
    """Book nothing earlier than what is booked already, and expire what is due (T24, A18)."""
    batch.changes.seqs_from[book.id] = book.seq + 1
    book.booked_at = max(batch.now, book.booked_at)
    if book.next_expiry > book.booked_at:
        return
    transfers = purchases.due(book, book.booked_at)
    if transfers:
        act = Expire(batch.clock.new_id(), book.owner, 0)
        _book(batch, book, act, Decision(transfers))
        _said(batch, book).expiry(transfers)


def decide(batch: Batch, act: Act) -> Outcome:
    wallet = batch.wallet_by_owner.get(act.owner)
    if wallet is None:
        return Outcome(act.command, NOBODY)
    key = (wallet, act.command)
    if key in batch.decided:
        batch.duplicates += 1
        return outcomes.again(act, batch.decided[key])
    if key in batch.made:
        content, made = batch.made[key]
        if content != act.content:
            return Outcome(act.command, outcomes.REUSED, duplicate=True)
        return made._replace(duplicate=True, reply_to=None)
    book = batch.books[wallet]
    decision = RULES[type(act)](book, act, book.booked_at)
    if type(decision) is Refusal:
        outcome = _refused(batch, book, act, decision)
    else:
        assert isinstance(decision, Decision)
        outcome = _accepted(batch, book, act, decision)
    if isinstance(act, Authorize):
        _decide_parked(batch, book, act)
    return outcome


def _accepted(batch: Batch, book: Book, act: Act, decision: Decision) -> Outcome:
    _book(batch, book, act, decision)
    if decision.label is not None:
        batch.labels.append((book.id, *decision.label))
        book.kind, book.owner = decision.label
    outcome = outcomes.accepted(act, decision, book.free)
    _said(batch, book).command(act, decision)
    if isinstance(act, UNREMEMBERED):
        return outcome
    if not decision.transfers:
        _remember(batch, book, act, outcome)
    batch.made[book.id, act.command] = (act.content, outcome)
    return outcome


def _refused(batch: Batch, book: Book, act: Act, refusal: Refusal) -> Outcome:
    if isinstance(act, UNREMEMBERED):
        return Outcome(act.command, refusal)
    if refusal == UNKNOWN_HOLD and isinstance(act, WAITS_FOR_HOLD) and _may_wait(batch, book, act):
        return _park(batch, book, act)
    outcome = Outcome(act.command, refusal)
    _remember(batch, book, act, outcome)
    batch.made[book.id, act.command] = (act.content, outcome)
    batch.touched[book.id] = book
    return outcome


def _may_wait(batch: Batch, book: Book, act: Capture | Void) -> bool:
    """A command waits for its hold unless it has waited, or the hold was refused."""
    key = (book.id, act.hold)
    return not act.waited and key not in batch.decided and key not in batch.made


def _park(batch: Batch, book: Book, act: Capture | Void) -> Outcome:
    until = batch.now + timedelta(seconds=PARKED_SECONDS)
    row = ParkedRow(book.id, act.command, act.hold, act.body, act.reply_to, until)
    batch.changes.parked.append(row)
    waiting = batch.parked.setdefault((book.id, act.hold), [])
    if all(other.command != act.command for other in waiting):
        waiting.append(act)
    return Outcome(act.command, parked=True)


def _decide_parked(batch: Batch, book: Book, act: Authorize) -> None:
    """Decide what overtook this authorize, whichever way it went."""
    waiting = batch.parked.pop((book.id, act.command), [])
    for parked in waiting:
        assert isinstance(parked, WAITS_FOR_HOLD)
        outcome = decide(batch, parked._replace(waited=True))
        batch.late.append(outcome._replace(reply_to=parked.reply_to))
        batch.changes.unparked.append((book.id, parked.command))
    if waiting:
        commands = {parked.command for parked in waiting}
        batch.changes.parked = [row for row in batch.changes.parked if row.command not in commands]


def _remember(batch: Batch, book: Book, act: Act, outcome: Outcome) -> None:
    result = outcomes.to_json(outcome)
    accepted = outcome.refusal is None
    batch.changes.verdicts.append(
        VerdictRow(book.id, act.command, act.content, accepted, result, book.booked_at)
    )
    if isinstance(act, WAITS_FOR_HOLD) and act.waited:
        batch.changes.unparked.append((book.id, act.command))


def _said(batch: Batch, book: Book) -> Said:
    said = batch.said.get(book.id)
    if said is None:
        said = batch.said[book.id] = Said()
    return said


def _book(batch: Batch, book: Book, act: Act, decision: Decision) -> None:
    """Apply a decision and write its journal rows."""
    changes = batch.changes
    wallet = book.id
    batch.touched[wallet] = book
    if decision.lot is not None:
        changes.lots[wallet, decision.lot.number] = decision.lot
    apply(book, decision)
    if decision.access is not None:
        changes.access[wallet, decision.access.person] = decision.access
    hold = decision.hold.id if decision.hold is not None else None
    if decision.hold is not None:
        changes.holds[wallet, decision.hold.id] = decision.hold
    person = decision.access.person if decision.access is not None else None
    seq = book.seq
    for part, transfer in enumerate(decision.transfers):
        seq += 1
        _note_lot(changes, book, transfer)
        changes.journal.append(
            (
                wallet, seq, transfer.amount, book.free, book.booked_at, act.content,
                transfer.lot, person, act.command, hold, part, transfer.kind, transfer.src,
                transfer.dst,
            )
        )  # fmt: skip
    book.seq = seq


def _note_lot(changes: Changes, book: Book, transfer: Transfer) -> None:
    key = (book.id, transfer.lot)
    if key not in changes.lots:
        changes.lots[key] = find_lot(book, transfer.lot)
