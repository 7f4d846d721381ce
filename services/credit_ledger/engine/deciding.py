"""Decide the acts of a batch one after another, against books that each decision moves on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.engine import outcomes
from services.credit_ledger.engine.intake import waiting_act
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.engine.page import Page
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
from services.credit_ledger.rules.book import Decision, Refusal
from services.credit_ledger.store.saving import ParkedRow, VerdictRow
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
# Acts of the clock: nobody sends them twice, and what they find done they leave alone.
UNREMEMBERED = frozenset({Lapse, Expire})


@dataclass
class Batch:
    """The state of one batch while it is decided: a page for each owner it names."""

    pages: dict[UUID, Page]
    clock: Clock
    now: datetime
    late: list[Outcome] = field(default_factory=list)
    duplicates: int = 0


def open_page(batch: Batch, page: Page) -> None:
    """Expire what is due before anything else is decided for the wallet (T24)."""
    if page.book.next_expiry > page.now:
        return
    transfers = purchases.due(page.book, page.now)
    if transfers:
        page.write(Expire(batch.clock.new_id(), page.book.owner, 0), Decision(transfers))
        page.said.expiry(transfers)


def decide(batch: Batch, act: Act) -> Outcome:
    """Decide one act, or give the verdict it got before."""
    page = batch.pages.get(act.owner)
    if page is None:
        return Outcome(act.command, NOBODY)
    command = act.command
    if command in page.decided:
        batch.duplicates += 1
        return outcomes.again(act, page.decided[command])
    if command in page.made:
        content, made = page.made[command]
        if content != act.content:
            return Outcome(command, outcomes.REUSED, duplicate=True)
        return replace(made, duplicate=True, reply_to=None)
    kind = type(act)
    decision = RULES[kind](page.book, act, page.now)
    if type(decision) is Decision:
        outcome = _accepted(page, act, decision)
    else:
        outcome = _refused(page, act, decision)  # type: ignore[arg-type]  # the other of two
    if kind is Authorize:
        _decide_waiting(batch, page, command)
    return outcome


def _accepted(page: Page, act: Act, decision: Decision) -> Outcome:
    page.write(act, decision)
    if decision.label is not None:
        page.label = decision.label
        page.book.kind, page.book.owner = decision.label
    outcome = outcomes.accepted(act, decision, page.book.free)
    page.said.command(act, decision)
    if type(act) in UNREMEMBERED:
        return outcome
    if not decision.transfers:
        _remember(page, act, outcome)
    page.made[act.command] = (act.content, outcome)
    return outcome


def _refused(page: Page, act: Act, refusal: Refusal) -> Outcome:
    outcome = Outcome(act.command, refusal)
    if type(act) in UNREMEMBERED:
        return outcome
    if refusal == UNKNOWN_HOLD and isinstance(act, Capture | Void) and _may_wait(page, act):
        return _park(page, act)
    _remember(page, act, outcome)
    page.made[act.command] = (act.content, outcome)
    page.touched = True
    return outcome


def _may_wait(page: Page, act: Capture | Void) -> bool:
    """A command waits for its hold unless it has waited, or the hold was refused."""
    return not act.waited and act.hold not in page.decided and act.hold not in page.made


def _park(page: Page, act: Capture | Void) -> Outcome:
    until = page.now + timedelta(seconds=PARKED_SECONDS)
    row = ParkedRow(page.book.id, act.command, act.hold, act.body, act.reply_to, until)
    page.parked_rows.append(row)
    waiting = page.parked.setdefault(act.hold, [])
    if all(other.command != act.command for other in waiting):
        waiting.append(act)
    return Outcome(act.command, parked=True)


def _decide_waiting(batch: Batch, page: Page, hold: UUID) -> None:
    """Decide what overtook this authorize, whichever way it went."""
    waiting = [waiting_act(parked) for parked in page.waiting.pop(hold, ())]
    here = page.parked.pop(hold, [])
    # A refused authorize left no hold; what waited for it in the database finds none.
    page.book.holds.setdefault(hold, None)
    waiting += [act for act in here if all(act.command != one.command for one in waiting)]
    for act in waiting:
        assert isinstance(act, Capture | Void)
        outcome = decide(batch, replace(act, waited=True))
        batch.late.append(replace(outcome, reply_to=act.reply_to))
        page.unparked.append(act.command)
    if here:
        commands = {act.command for act in here}
        page.parked_rows = [row for row in page.parked_rows if row.command not in commands]


def _remember(page: Page, act: Act, outcome: Outcome) -> None:
    """Remember a verdict that leaves no row in the journal."""
    result = outcomes.to_json(outcome)
    accepted = outcome.refusal is None
    page.verdicts.append(
        VerdictRow(page.book.id, act.command, act.content, accepted, result, page.now)
    )
    if isinstance(act, Capture | Void) and act.waited:
        page.unparked.append(act.command)
