"""Roles: whose pool it is, who joined and left, and who administers it now."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.rules.access_acts import ChangeAdministrator
from services.credit_ledger.rules.acts import OpenPool, SetRole
from services.credit_ledger.rules.book import Access, Book, Decision, PersonRole, Refusal
from services.credit_ledger.rules.counts import count_ended
from services.credit_ledger.rules.own_wallets import kept, reopened, shut
from services.credit_ledger.rules.records import (
    ClosedRole,
    Closing,
    Record,
    Renamed,
    RoleBegan,
    RoleEnded,
)
from shared.contracts.credit_facts import AccessChanged
from shared.contracts.refusals import RefusalCode

STAYS = Refusal((RefusalCode.CANNOT_REMOVE_ADMINISTRATOR,), "role")
IS_IN = Refusal((RefusalCode.ALREADY_IN_ORGANIZATION,), "role")
WAS_NOT = Refusal((RefusalCode.NOT_ADMINISTRATOR,), "former")


def open_pool(book: Book, act: OpenPool, now: datetime) -> Decision | Refusal:
    """Relabel the account's own wallet as its organization's pool; nothing moves (A11, T15).

    Had it been closed for a Member, it opens: others are to draw on it now. An organization has one
    pool, whoever administers it by now (T16).
    """
    if book.own.get(act.organization, book) is not book:
        return Refusal((RefusalCode.ADMINISTRATOR_EXISTS,), "owner")
    if book.kind == "ORGANIZATION" and book.owner != act.organization:
        return Refusal((RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION,), "owner", passing=True)
    known = book.access.get(act.administrator)
    began: tuple[Record, ...] = ()
    if known is None or known.role != "ADMINISTRATOR":
        began = (RoleBegan(act.administrator, "ADMINISTRATOR", act.at),)
    decision = Decision()
    epoch = known.epoch if known is not None else 0
    if book.closed_role == "MEMBER":
        epoch = book.epoch + 1
        decision = reopened(book, act.administrator, act.command, epoch=epoch, now=now)
    return replace(
        decision,
        access=_administrator(known, act.administrator, epoch),
        people=(),
        label=("ORGANIZATION", act.organization),
        records=began,
    )


def set_role(book: Book, act: SetRole, now: datetime) -> Decision | Refusal:
    """Write down who joined or left; access is disabled either way (R15, R16, T2).

    Whoever is added again starts a new count (conventions 13); what he still holds counts where it
    was authorized, and stays his to capture.
    """
    known, own = book.access[act.person], book.own[act.person]
    if known is not None and known.role == "ADMINISTRATOR":
        return STAYS if act.role == "REMOVED" else IS_IN
    epoch = max(own.epoch, known.epoch if known is not None else 0) + 1
    its_own = _of_whom_joined_or_left(book, own, act, epoch, now)
    if act.role == "REMOVED":
        access = without_access(known or _nobody(act.person), "REMOVED", epoch)
        records: tuple[Record, ...] = (RoleEnded(act.person, act.at),)
    else:
        access, records = _joined(book, known, act, epoch, now)
    return Decision(access=access, records=records, own=((act.person, its_own),))


def change_administrator(book: Book, act: ChangeAdministrator, now: datetime) -> Decision | Refusal:
    """Let another person administer the organization: its pool stays, names move (R7, T16).

    The name of the new one means the pool from now on, the former's his own wallet again. Was the
    pool closed because the former is a Guest elsewhere (A11), it opens and his own closes instead.
    Was the former never its Administrator, there would be two of them.
    """
    former, chosen = book.access[act.former], book.access[act.chosen]
    if former is None or former.role != "ADMINISTRATOR":
        return WAS_NOT
    epoch = _next_epoch(book, act)
    told: dict[str, object] = {
        "id": str(act.command),
        "account_id": str(act.former),
        "mode": "disabled",
    }
    pool = Decision(closing=Closing(None, None, epoch))
    if book.closed_by is not None:
        pool = reopened(book, act.former, act.command, epoch=epoch, now=now)
    return replace(
        pool,
        access=_administrator(chosen, act.chosen, epoch),
        people=(without_access(former, act.role, epoch),),
        records=(
            RoleBegan(act.former, act.role, act.at),
            RoleBegan(act.chosen, "ADMINISTRATOR", act.at),
            Renamed(act.chosen, book.id),
            Renamed(act.former, book.own[act.former].id),
        ),
        says=(*pool.says, (AccessChanged, told)),
        own=(
            (act.former, _of_former(book, act, epoch, now)),
            *_of_chosen(book, act, epoch, now),
        ),
    )


def without_access(access: Access, role: PersonRole, epoch: int) -> Access:
    """Disable an access; what was counted stays (R16, R24)."""
    return replace(
        access,
        role=role,
        mode="disabled",
        quota=None,
        epoch=epoch,
        period=None,
        renews_at=None,
    )


def _joined(
    book: Book, known: Access | None, act: SetRole, epoch: int, now: datetime
) -> tuple[Access, tuple[Record, ...]]:
    """Begin without access, and with a count of his own for each time he joins (R15)."""
    assert act.role in {"MEMBER", "GUEST"}
    role: ClosedRole = "GUEST" if act.role == "GUEST" else "MEMBER"
    began = RoleBegan(act.person, role, act.at)
    if known is None:
        return without_access(_nobody(act.person), role, epoch), (began,)
    ended = count_ended(book, known, now)
    fresh = replace(known, captured=0, held=0, count=known.count + 1, told=0)
    return without_access(fresh, role, epoch), (ended, began)


def _of_whom_joined_or_left(
    book: Book, own: Book, act: SetRole, epoch: int, now: datetime
) -> Decision:
    """Close a Member's own wallet (R28); a Guest's, and that of whoever left, opens (R41, T18)."""
    if act.role == "MEMBER" and own.kind == "ACCOUNT":
        closing = Closing(book.owner, "MEMBER", epoch)
        return shut(own, act.person, act.command, closing=closing, now=now)
    if own.closed_by == book.owner:
        return reopened(own, act.person, act.command, epoch=epoch, now=now)
    return kept(own, act.person, epoch=epoch)


def _of_former(book: Book, act: ChangeAdministrator, epoch: int, now: datetime) -> Decision:
    """Close what is his own again for a Member, or for the pool elsewhere that he draws on."""
    own = book.own[act.former]
    closing = Closing(book.owner, "MEMBER", epoch)
    if act.role == "GUEST":
        closing = Closing(book.closed_by, book.closed_role, epoch)
    if closing.closed_by is not None:
        return shut(own, act.former, act.command, closing=closing, now=now)
    if own.closed_by == book.owner:
        return reopened(own, act.former, act.command, epoch=epoch, now=now)
    return kept(own, act.former, epoch=epoch)


def _of_chosen(
    book: Book, act: ChangeAdministrator, epoch: int, now: datetime
) -> tuple[tuple[UUID, Decision], ...]:
    """Close what no name leads to while its owner administers a pool.

    His name leads to this pool already where only his role was wrong.
    """
    own = book.own[act.chosen]
    if own is book:
        return ()
    if own.kind != "ACCOUNT":
        return ((act.chosen, kept(own, act.chosen, epoch=epoch)),)
    closing = Closing(book.owner, "MEMBER", epoch)
    return ((act.chosen, shut(own, act.chosen, act.command, closing=closing, now=now)),)


def _next_epoch(book: Book, act: ChangeAdministrator) -> int:
    people = (book.access[act.former], book.access[act.chosen])
    epochs = [access.epoch for access in people if access is not None]
    return max(book.epoch, *(own.epoch for own in book.own.values()), *epochs) + 1


def _administrator(known: Access | None, person: UUID, epoch: int) -> Access:
    """The Administrator's access is unlimited, and counted like anybody's (T15)."""
    access = without_access(known or _nobody(person), "ADMINISTRATOR", epoch)
    return replace(access, mode="unlimited")


def _nobody(person: UUID) -> Access:
    return Access(person, "REMOVED", "disabled", None, 0, 0)
