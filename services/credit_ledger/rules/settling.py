"""Moving a hold on: more set aside for it, part of it charged, the rest given back."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from services.credit_ledger.rules.book import Access, Book, Decision, Draw, Hold, Refusal, Transfer
from services.credit_ledger.rules.chart import HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.draws import fallen_asleep, given_back, join, split, sum_in_count
from services.credit_ledger.rules.jobs import job_of, moved
from services.credit_ledger.rules.limits import current
from services.credit_ledger.rules.records import CountMoved, Job
from shared.contracts.refusals import RefusalCode


class Standing(Struct, frozen=True, gc=False):
    """A hold, with the access and the capped job whose use it counts in."""

    hold: Hold
    access: Access
    job: Job | None


def opened(hold: Hold | None, now: datetime) -> Hold | Refusal:
    """Give a hold that is open, or say why it can be neither captured nor extended."""
    if hold is None:
        return Refusal((RefusalCode.UNKNOWN_HOLD,), "hold")
    if hold.state == HoldState.EXPIRED:
        return Refusal((RefusalCode.HOLD_EXPIRED,), "lease")
    if hold.state != HoldState.OPEN:
        return Refusal((RefusalCode.HOLD_NOT_OPEN,), "hold")
    if now >= hold.lease_until:
        return Refusal((RefusalCode.HOLD_EXPIRED,), "lease")
    return hold


def standing(book: Book, hold: Hold) -> Standing:
    """Look up whose use a hold counts in."""
    access = book.access[hold.person]
    if access is None:
        message = f"hold {hold.id} belongs to nobody the wallet knows"
        raise AssertionError(message)
    return Standing(hold, access, job_of(book, hold.job))


def standing_now(book: Book, hold: Hold, now: datetime) -> tuple[Standing, Decision]:
    """Look up the same as of now, with the new count that the person's period may begin (A7)."""
    stands = standing(book, hold)
    access, renewed = current(book, stands.access, now)
    return (stands if access is None else replace(stands, access=access)), renewed


def widened(stands: Standing, draws: tuple[Draw, ...]) -> Standing:
    """Count what was drawn for a hold as authorized and held, by hold, person and job."""
    hold, access, job = stands.hold, stands.access, stands.job
    amount = sum([draw.amount for draw in draws])
    return Standing(
        replace(
            hold,
            authorized=hold.authorized + amount,
            held=hold.held + amount,
            draws=join(hold.draws, draws),
        ),
        replace(access, held=access.held + amount),
        None if job is None else replace(job, held=job.held + amount),
    )


def settled(
    book: Book, stands: Standing, amount: int, state: int, kind: int, now: datetime
) -> Decision:
    """Charge `amount` of what is held; unless the hold stays open, give the rest back."""
    hold = stands.hold
    charged, kept = split(book, hold.draws, amount)
    transfers = tuple(
        Transfer(Kind.CAPTURED, LedgerAccount.HELD, LedgerAccount.CONSUMED, draw.amount, draw.lot)
        for draw in charged
    )
    returned: tuple[Draw, ...] = ()
    if state != HoldState.OPEN:
        returned, kept = kept, ()
        transfers += given_back(book, returned, kind, now)
    released = sum([draw.amount for draw in returned])
    left = replace(
        hold,
        held=hold.held - amount - released,
        captured=hold.captured + amount,
        metered=hold.metered if state == HoldState.OPEN else 0,
        state=state,
        draws=kept,
        spent=join(hold.spent, charged),
    )
    access, records = _counted(stands.access, charged, returned)
    changes, says = fallen_asleep(book, transfers, now)
    return Decision(
        transfers,
        access,
        left,
        jobs=moved(stands.job, held=-amount - released, captured=amount),
        lot_changes=changes,
        records=records,
        says=says,
    )


def _counted(
    access: Access, charged: tuple[Draw, ...], returned: tuple[Draw, ...]
) -> tuple[Access, tuple[CountMoved, ...]]:
    """Count what was charged and what came back where it was authorized (T12)."""
    captured = sum_in_count(charged, access.count)
    released = sum_in_count(returned, access.count)
    counted = replace(
        access, captured=access.captured + captured, held=access.held - captured - released
    )
    earlier = sorted({d.count for d in charged + returned if d.count != access.count})
    records = []
    for count in earlier:
        spent, back = sum_in_count(charged, count), sum_in_count(returned, count)
        records.append(CountMoved(access.person, count, spent, -spent - back))
    return counted, tuple(records)
