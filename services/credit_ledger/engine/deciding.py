"""Decide the acts of a batch one after another, against books that each decision moves on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.engine import outcomes
from services.credit_ledger.engine.closing import close_periods
from services.credit_ledger.engine.contents import is_older
from services.credit_ledger.engine.finding_purchases import look_back
from services.credit_ledger.engine.intake import waiting_act
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.engine.page import Page
from services.credit_ledger.engine.rulebook import OURS, RULES, UNREMEMBERED
from services.credit_ledger.rules import purchases
from services.credit_ledger.rules.acts import Act, Authorize, Capture, Expire, Lapse, OfHold, Work
from services.credit_ledger.rules.audited import audited, seen
from services.credit_ledger.rules.book import Decision, Refusal
from services.credit_ledger.rules.chart import HoldState
from services.credit_ledger.rules.debts import repaying
from services.credit_ledger.rules.enrolments import stranger
from services.credit_ledger.rules.pricing import price
from services.credit_ledger.rules.purchase_acts import GiveBack
from services.credit_ledger.store.saving import ParkedRow, VerdictRow
from shared.clock import Clock
from shared.contracts.refusals import RefusalCode

PARKED_SECONDS = 60
NOBODY = Refusal((RefusalCode.UNKNOWN_ORGANIZATION,), "owner")
STALE = Refusal((RefusalCode.STALE_REPORT,), "id")
UNKNOWN_HOLD = Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")


@dataclass
class Batch:
    """The state of one batch while it is decided: a page for each owner it names."""

    pages: dict[UUID, Page]
    clock: Clock
    now: datetime
    stale_before: int = 0
    late: list[Outcome] = field(default_factory=list)
    duplicates: int = 0


def open_page(batch: Batch, page: Page) -> None:
    """Close what months are over, then expire what is due, before anything is decided (T24)."""
    if page.now >= page.book.period_ends:
        close_periods(page)
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
    outcome = _decide_on(batch, page, act)
    waited_in: int | None = getattr(act, "waited_in", None)
    if waited_in is not None:
        page.unparked.append((waited_in, act.command))
    return outcome


def _decide_on(batch: Batch, page: Page, act: Act) -> Outcome:
    """Decide an act on a page, whatever its owner's name means by now."""
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
    if kind not in OURS and is_older(command, batch.stale_before):
        return Outcome(command, STALE)
    speaker: str | None = getattr(act, "speaker", None)
    if speaker is not None and (refused := stranger(page.book, act, speaker)) is not None:
        return _refused(page, act, refused)
    if kind is Capture:
        _lapse_first(batch, page, act)
    elif kind is GiveBack:
        look_back(page, act)  # type: ignore[arg-type]  # of that kind
    work: Work | None = getattr(act, "work", None)
    if work is not None and work.quantity is not None:
        priced = price(page.book, act, page.now)  # type: ignore[arg-type]  # only charges have work
        if isinstance(priced, Refusal):
            return _refused(page, act, priced)
        act = priced
    decision = RULES[kind](page.book, act, page.now)
    if type(decision) is Decision:
        outcome = _accepted(batch, page, act, decision)
    else:
        outcome = _refused(page, act, decision)  # type: ignore[arg-type]  # the other of two
    if kind is Authorize:
        _decide_waiting(batch, page, command)
    return outcome


def _lapse_first(batch: Batch, page: Page, act: Act) -> None:
    """Let a capture after the lease's end find its hold lapsed, swept or not (T28, T29)."""
    assert isinstance(act, Capture)
    hold = page.book.holds.get(act.hold)
    if hold is not None and hold.state == HoldState.OPEN and hold.lease_until <= page.now:
        _decide_on(batch, page, Lapse(batch.clock.new_id(), act.owner, 0, act.hold))


def _accepted(batch: Batch, page: Page, act: Act, decision: Decision) -> Outcome:
    if page.book.debt:
        decision = repaying(page.book, decision)
    before = seen(page.book, act)
    page.write(act, decision)
    if before is not None:
        page.records.append(audited(page.book, act, before, page.now))
    if decision.label is not None:
        page.label = decision.label
        page.book.kind, page.book.owner = decision.label
    for owner, its_own in decision.own:
        _write_own(batch, act, owner, its_own)
    outcome = outcomes.accepted(act, decision, page.book.free)
    page.said.command(act, decision)
    page.describe(act)
    if type(act) in UNREMEMBERED:
        return outcome
    if not decision.transfers or outcome.extra is not None:
        _remember(page, act, outcome)
    page.made[act.command] = (act.content, outcome)
    return outcome


def _write_own(batch: Batch, act: Act, owner: UUID, decision: Decision) -> None:
    """Write what an act does to the own wallet of somebody it concerns, in the same commit."""
    page = batch.pages[owner]
    if page.book.debt:
        decision = repaying(page.book, decision)
    page.write(act, decision)


def _refused(page: Page, act: Act, refusal: Refusal) -> Outcome:
    outcome = Outcome(act.command, refusal)
    if refusal.passing or type(act) in UNREMEMBERED:
        return outcome
    if refusal == UNKNOWN_HOLD and isinstance(act, OfHold) and _may_wait(page, act):
        return _park(page, act)
    _remember(page, act, outcome)
    page.write(act, Decision(hold=refusal.hold, records=refusal.records, says=refusal.says))
    page.made[act.command] = (act.content, outcome)
    return outcome


def _may_wait(page: Page, act: OfHold) -> bool:
    """A command waits for its hold unless it has waited, or the hold was refused."""
    return act.waited_in is None and act.hold not in page.decided and act.hold not in page.made


def _park(page: Page, act: OfHold) -> Outcome:
    until = page.now + timedelta(seconds=PARKED_SECONDS)
    row = ParkedRow(page.book.id, act.command, act.hold, act.body, act.reply_to, until, act.owner)
    page.parked_rows.append(row)
    waiting = page.parked.setdefault(act.hold, [])
    if all(other.command != act.command for other in waiting):
        waiting.append(act)
    return Outcome(act.command, parked=True)


def _decide_waiting(batch: Batch, page: Page, hold: UUID) -> None:
    """Decide what overtook this authorize where it waits, whichever way it went.

    It may have named the same wallet otherwise, by its account, its organization or its uuid.
    """
    waiting = [waiting_act(parked) for parked in page.waiting.pop(hold, ())]
    here = page.parked.pop(hold, [])
    # A refused authorize left no hold; what waited for it in the database finds none.
    page.book.holds.setdefault(hold, None)
    waiting += [act for act in here if all(act.command != one.command for one in waiting)]
    for act in waiting:
        assert isinstance(act, OfHold)
        outcome = _decide_on(batch, page, replace(act, waited_in=page.book.id))
        batch.late.append(replace(outcome, reply_to=act.reply_to))
        page.unparked.append((page.book.id, act.command))
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
