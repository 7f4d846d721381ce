"""Credit-back: what failed work cost returns to the lots it came from (A19)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from services.credit_ledger.rules.book import (
    Access,
    Book,
    Decision,
    Draw,
    Hold,
    Lot,
    Purchase,
    Refusal,
    Transfer,
)
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.draws import Says, fallen_asleep, landing, sum_in_count
from services.credit_ledger.rules.jobs import job_of, moved
from services.credit_ledger.rules.purchase_acts import GiveBack
from services.credit_ledger.rules.purchase_records import Charge, Credited
from services.credit_ledger.rules.purchases import CREDIT_BACK, Arrival, bring
from services.credit_ledger.rules.records import CountMoved, Record
from shared.contracts.credit_facts import CreditsReturned
from shared.contracts.message import FactData
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode


class Creditable(Struct, frozen=True):
    """What may come back of a charge: draws in the order in which they return, and whose it was."""

    access: Access
    draws: tuple[Draw, ...]
    job: str | None
    hold: Hold | None = None


class Returned(Struct, frozen=True):
    """Where credits went that came back: to their lots, or to fresh ones where those ran out."""

    transfers: tuple[Transfer, ...]
    fresh: tuple[Lot, ...]
    says: Says


def give_back(book: Book, act: GiveBack, now: datetime) -> Decision | Refusal:
    """Return at most what was charged; the quota's use goes down where it was counted (T12)."""
    creditable = _creditable(book, act)
    if isinstance(creditable, Refusal):
        return creditable
    left = sum(draw.amount for draw in creditable.draws)
    if act.amount > left:
        return Refusal((RefusalCode.CREDIT_BACK_EXCEEDED,), "charge", left, left)
    back, kept = _split(creditable.draws, act.amount)
    returned = _returned(book, act, back, now)
    changes, slept = fallen_asleep(book, _to_known(book, returned.transfers), now)
    access, records = _uncounted(creditable.access, back)
    if act.line is not None:
        records = (*records, Credited(act.line, act.command, act.amount))
    hold = creditable.hold
    return Decision(
        returned.transfers,
        access,
        None if hold is None else replace(hold, spent=kept),
        lots=returned.fresh,
        jobs=moved(job_of(book, creditable.job), captured=-act.amount),
        lot_changes=changes,
        records=records,
        says=(*_said(act, access, returned.transfers), *slept, *returned.says),
        result={"returned": format_credits(act.amount)},
    )


def _creditable(book: Book, act: GiveBack) -> Creditable | Refusal:
    if act.hold is not None:
        hold = book.holds[act.hold]
        if hold is None:
            return Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")
        return Creditable(_whose(book, hold), _latest_first(book, hold.spent), hold.job, hold)
    charge = book.found.get((Charge, act.line))
    if charge is None:
        return Refusal((RefusalCode.UNKNOWN_ENTRY,), "line")
    assert isinstance(charge, Charge)
    access = book.access.get(charge.person)
    assert access is not None, f"line {act.line} was charged to nobody the wallet knows"
    draws = tuple(Draw(lot, amount, charge.count) for lot, amount in reversed(charge.parts))
    # What came back before came from the end, too: the order of a line's lots is fixed.
    _, left = _split(draws, charge.credited + _credited_here(book, act))
    return Creditable(access, left, charge.job)


def _whose(book: Book, hold: Hold) -> Access:
    access = book.access[hold.person]
    assert access is not None, f"hold {hold.id} belongs to nobody the wallet knows"
    return access


def _credited_here(book: Book, act: GiveBack) -> int:
    return sum(
        record.amount
        for record in book.left
        if isinstance(record, Credited) and record.line == act.line
    )


def _latest_first(book: Book, spent: tuple[Draw, ...]) -> tuple[Draw, ...]:
    """Let the latest to expire return first, as with what is released: it lives longest (T25)."""
    lots = {lot.number: lot for lot in book.lots}
    return tuple(
        sorted(spent, key=lambda draw: (lots[draw.lot].burn_down_key, draw.count), reverse=True)
    )


def _split(draws: Sequence[Draw], amount: int) -> tuple[tuple[Draw, ...], tuple[Draw, ...]]:
    """Take an amount from the first draws; give what was taken and what is left."""
    taken, left = [], []
    for draw in draws:
        part = min(draw.amount, amount)
        amount -= part
        if part:
            taken.append(replace(draw, amount=part))
        if draw.amount > part:
            left.append(replace(draw, amount=draw.amount - part))
    return tuple(taken), tuple(left)


def _returned(book: Book, act: GiveBack, back: Sequence[Draw], now: datetime) -> Returned:
    """Move each part to its lot, or to a fresh lot of the agreed days if that has run out."""
    lots = {lot.number: lot for lot in book.lots}
    amounts: dict[int, int] = {}
    for draw in back:
        amounts[draw.lot] = amounts.get(draw.lot, 0) + draw.amount
    transfers: list[Transfer] = []
    fresh: list[Lot] = []
    says: list[tuple[type[FactData], dict[str, object]]] = []
    for number, amount in amounts.items():
        comes_to = landing(book, lots[number], now)
        if comes_to != LedgerAccount.EXPIRED:
            src = LedgerAccount.CREDITED_BACK
            transfers.append(Transfer(Kind.CREDITED_BACK, src, comes_to, amount, number))
            continue
        arrival = _arrival(book, act, lots[number], amount, len(fresh) + 1, now)
        brought = bring(book, arrival, now, after=len(transfers))
        transfers.extend(brought.transfers)
        fresh.append(brought.lot)
        says.extend(brought.says)
    return Returned(tuple(transfers), tuple(fresh), tuple(says))


def _arrival(
    book: Book, act: GiveBack, old: Lot, amount: int, line_no: int, now: datetime
) -> Arrival:
    """Let a fresh lot keep what the old one was worth, under the command that made it (A21)."""
    purchase = Purchase(
        CREDIT_BACK, act.command.hex, line_no, old.purchase.currency, old.purchase.unit_price
    )
    return Arrival(
        amount,
        old.category,
        now + timedelta(days=book.terms.credit_back_days),
        purchase,
        kind=Kind.CREDITED_BACK,
        src=LedgerAccount.CREDITED_BACK,
    )


def _to_known(book: Book, transfers: Sequence[Transfer]) -> list[Transfer]:
    """Leave out what went to fresh lots, which know themselves since when they sleep."""
    known = {lot.number for lot in book.lots}
    return [transfer for transfer in transfers if transfer.lot in known]


def _uncounted(access: Access, back: Sequence[Draw]) -> tuple[Access, tuple[Record, ...]]:
    """Lower the use of the count in which it was authorized, be it over or not."""
    now_counted = sum_in_count(back, access.count)
    earlier = sorted({draw.count for draw in back if draw.count != access.count})
    records = tuple(
        CountMoved(access.person, count, -sum_in_count(back, count), 0) for count in earlier
    )
    return replace(access, captured=access.captured - now_counted), records


def _said(act: GiveBack, access: Access, transfers: Sequence[Transfer]) -> Says:
    return tuple(
        (
            CreditsReturned,
            {
                "id": act.command,
                "account_id": access.person,
                "lot": transfer.lot,
                "amount": format_credits(transfer.amount),
                "reason": act.reason,
            },
        )
        for transfer in transfers
    )
