"""Access: who may draw on a pool and how much, and what that does to his own wallet."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.credit_ledger.rules.access_acts import EditQuota, RestartQuota
from services.credit_ledger.rules.acts import SetAccess
from services.credit_ledger.rules.book import Access, Book, Decision, QuotaPeriod, Refusal
from services.credit_ledger.rules.counts import restarted
from services.credit_ledger.rules.limits import current, following
from services.credit_ledger.rules.own_wallets import is_active, kept, reopened, shut
from services.credit_ledger.rules.periods import next_renewal
from services.credit_ledger.rules.records import ClosedRole, Closing
from services.credit_ledger.rules.signing import signed
from shared.contracts.credits import AccessMode
from shared.contracts.refusals import RefusalCode

NOT_ADMINISTRATOR = Refusal((RefusalCode.NOT_ADMINISTRATOR,), "role")
NOT_IN_ORGANIZATION = Refusal((RefusalCode.NOT_IN_ORGANIZATION,), "access")
NOT_APPLICABLE = Refusal((RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR,), "role")
NO_QUOTA = Refusal((RefusalCode.NO_QUOTA,), "quota")
# Neither tells the Administrator how much a person has of his own (T3).
HAS_CREDITS = Refusal((RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS,), "access")
IN_ANOTHER = Refusal((RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION,), "access")


class Wish(Struct, frozen=True):
    """The access a person is to have."""

    mode: AccessMode
    quota: int | None = None
    period: QuotaPeriod | None = None


def set_access(book: Book, act: SetAccess, now: datetime) -> Decision | Refusal:
    """Set access to disabled, unlimited or a quota; use already counted is kept (R20-R25).

    A person may give up his own, and nothing else of it is his to set (T5).
    """
    gives_up = act.by == act.person and act.mode == "disabled"
    access = subject_of(book, act.person) if gives_up else subject(book, act.by, act.person)
    if isinstance(access, Refusal):
        return NOT_ADMINISTRATOR if gives_up and access is NOT_IN_ORGANIZATION else access
    return changed(book, access, Wish(act.mode, act.quota, act.period), act.command, now)


def edit_quota(book: Book, act: EditQuota, now: datetime) -> Decision | Refusal:
    """Change the limit alone, below what is used as well: then nothing is left (R23, T10, T11)."""
    access = subject(book, act.by, act.person)
    if isinstance(access, Refusal):
        return access
    if access.mode != "quota":
        return NO_QUOTA
    if not act.quota:
        return invalid_quota(act.quota)
    access, renewed = _as_of(book, access, now)
    return following(renewed, Decision(access=replace(access, quota=act.quota)))


def restart_quota(book: Book, act: RestartQuota, now: datetime) -> Decision | Refusal:
    """Begin a new count of a person's use, in any mode, the Administrator's too (R22, T12)."""
    if not is_administrator(book, act.by):
        return NOT_ADMINISTRATOR
    access = book.access[act.person]
    if access is None or access.role == "REMOVED":
        return NOT_IN_ORGANIZATION
    fresh, ended = restarted(book, access, now)
    signature = signed(act.by, act.door)
    says = tuple((kind, {**line, **signature}) for kind, line in ended.says)
    # His access did not change, so that no fact says it did.
    return replace(ended, people=(fresh,), says=says)


def changed(
    book: Book, access: Access, wish: Wish, command: UUID, now: datetime
) -> Decision | Refusal:
    """Change a person's access and, in the same commit, his own wallet (R36-R42, T6, T12)."""
    if (wish.mode == "quota") != bool(wish.quota):
        return invalid_quota(wish.quota)
    own = book.own[access.person]
    if wish.mode != "disabled":
        refusal = _one_pool(book, own, access)
        if refusal is not None:
            return refusal
    epoch = max(own.epoch, access.epoch) + 1
    access, renewed = _as_of(book, access, now)
    renews_at = None if wish.period is None else next_renewal(wish.period, book.terms.zone, now)
    after = replace(
        access,
        mode=wish.mode,
        quota=wish.quota,
        epoch=epoch,
        period=wish.period,
        renews_at=renews_at,
    )
    its_own = _its_own(book, own, after, command, now)
    return following(renewed, Decision(access=after, own=((access.person, its_own),)))


def subject(book: Book, by: UUID | None, person: UUID) -> Access | Refusal:
    """Find whom the Administrator's command is about, if it is his and about another (R2, R25)."""
    return subject_of(book, person) if is_administrator(book, by) else NOT_ADMINISTRATOR


def subject_of(book: Book, person: UUID) -> Access | Refusal:
    """Find the access of a Member or Guest; the Administrator's is not set by anybody (R25)."""
    access = book.access[person]
    if access is None or access.role == "REMOVED":
        return NOT_IN_ORGANIZATION
    return NOT_APPLICABLE if access.role == "ADMINISTRATOR" else access


def is_administrator(book: Book, by: UUID | None) -> bool:
    """Tell whether somebody administers the organization (R2)."""
    access = book.access[by] if by is not None else None
    return access is not None and access.role == "ADMINISTRATOR"


def invalid_quota(quota: int | None) -> Refusal:
    """Refuse what is no quota, or a quota that goes with no such mode (R22)."""
    return Refusal((RefusalCode.INVALID_QUOTA,), "quota", quota)


def _one_pool(book: Book, own: Book, access: Access) -> Refusal | None:
    """Hold a Guest to one pool at a time: neither his own credits nor another organization's."""
    if own.closed_by is not None and own.closed_by != book.owner:
        return IN_ANOTHER
    if access.role == "GUEST" and own.closed_by is None and is_active(own):
        return HAS_CREDITS
    return None


def _its_own(book: Book, own: Book, after: Access, command: UUID, now: datetime) -> Decision:
    """Close the own wallet of whoever draws on the pool; a Guest's opens when he no longer does."""
    role: ClosedRole = "GUEST" if after.role == "GUEST" else "MEMBER"
    if after.mode != "disabled" and _closes(own, role):
        closing = Closing(book.owner, role, after.epoch)
        return shut(own, after.person, command, closing=closing, now=now)
    if after.mode == "disabled" and role == "GUEST" and own.closed_by == book.owner:
        return reopened(own, after.person, command, epoch=after.epoch, now=now)
    return kept(own, after.person, epoch=after.epoch)


def _closes(own: Book, role: ClosedRole) -> bool:
    """A pool closes with its Administrator's being a Guest elsewhere, never a Member (A11)."""
    return own.closed_by is None and (role == "GUEST" or own.kind == "ACCOUNT")


def _as_of(book: Book, access: Access, now: datetime) -> tuple[Access, Decision]:
    """Look at an access as of now: its count may have begun anew."""
    as_of_now, renewed = current(book, access, now)
    assert as_of_now is not None
    return as_of_now, renewed
