"""A person's own wallet: closed while he draws on a pool, asleep what is in it (R28, R36, T5)."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.rules.book import NEVER, Access, Book, Decision, Lot, Transfer
from services.credit_ledger.rules.chart import HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.draws import Says, fallen_asleep
from services.credit_ledger.rules.records import Closing, LotChange
from shared.contracts.credit_facts import AccessChanged, CreditsExpired, CreditsReactivated
from shared.contracts.credits import AccessMode
from shared.contracts.money import format_credits

# Under this name a book's `found` has the ids of its open holds, for acts that ask if it is active.
OPEN_HOLDS: Final = "open holds"


def is_active(own: Book) -> bool:
    """Whether somebody has credits of his own to spend, or a hold on them is open (R39, A10)."""
    if own.free or own.held:
        return True
    if any(hold is not None and hold.state == HoldState.OPEN for hold in own.holds.values()):
        return True
    found = own.found.get(OPEN_HOLDS, ())
    assert isinstance(found, tuple)
    return any(own.holds.get(hold) is None for hold in found)


def shut(own: Book, owner: UUID, command: UUID, *, closing: Closing, now: datetime) -> Decision:
    """Close an own wallet: nothing in it stays free, what is held drains (R28, R36)."""
    transfers = tuple(
        Transfer(Kind.DORMANT, LedgerAccount.FREE, LedgerAccount.DORMANT, lot.free, lot.number)
        for lot in own.lots
        if lot.free
    )
    changes, says = fallen_asleep(own, transfers, now)
    people, told = _owner(own, owner, command, "disabled", closing.epoch)
    return Decision(
        transfers, people=people, lot_changes=changes, closing=closing, says=(*says, *told)
    )


def reopened(own: Book, owner: UUID, command: UUID, *, epoch: int, now: datetime) -> Decision:
    """Open an own wallet again: what slept wakes, its time moved by as long as it slept (T5).

    What an operator has to look at sleeps on (T18).
    """
    transfers: list[Transfer] = []
    changes: list[LotChange] = []
    for lot in own.lots:
        if lot.dormant_since is None or lot.withheld:
            continue
        expires_at = _later(lot.expires_at, now - lot.dormant_since)
        changes.append(LotChange(lot.number, expires_at, None, withheld=False, noticed=False))
        if lot.dormant:
            transfers.append(_woken(lot, expires_at, now))
    people, told = _owner(own, owner, command, "unlimited", epoch)
    return Decision(
        tuple(transfers),
        people=people,
        lot_changes=tuple(changes),
        closing=Closing(None, None, epoch),
        says=(*_woke(transfers), *told),
    )


def kept(own: Book, owner: UUID, *, epoch: int) -> Decision:
    """Leave an own wallet as it is; a new epoch begins in it all the same (I7)."""
    access = own.access.get(owner)
    people = () if access is None else (replace(access, epoch=epoch),)
    return Decision(people=people, closing=Closing(own.closed_by, own.closed_role, epoch))


def _owner(
    own: Book, owner: UUID, command: UUID, mode: AccessMode, epoch: int
) -> tuple[tuple[Access, ...], Says]:
    """The owner's access to his own wallet; a pool's Administrator meets its emptiness (A11)."""
    access = own.access.get(owner)
    if access is None:
        return (), ()
    if access.role != "OWNER":
        return (replace(access, epoch=epoch),), ()
    line: dict[str, object] = {"id": str(command), "account_id": str(owner), "mode": mode}
    return (replace(access, mode=mode, epoch=epoch),), ((AccessChanged, line),)


def _woken(lot: Lot, expires_at: datetime | None, now: datetime) -> Transfer:
    """Wake what sleeps in a lot, or let it go when its time was over before it fell asleep."""
    kind, dst = Kind.REACTIVATED, LedgerAccount.FREE
    if expires_at is not None and expires_at <= now:
        kind, dst = Kind.EXPIRED, LedgerAccount.EXPIRED
    return Transfer(kind, LedgerAccount.DORMANT, dst, lot.dormant, lot.number)


def _woke(transfers: list[Transfer]) -> Says:
    return tuple(
        (
            CreditsReactivated if transfer.dst == LedgerAccount.FREE else CreditsExpired,
            {"lot": transfer.lot, "amount": format_credits(transfer.amount)},
        )
        for transfer in transfers
    )


def _later(moment: datetime | None, slept: timedelta) -> datetime | None:
    if moment is None:
        return None
    return moment + slept if slept < NEVER - moment else NEVER
