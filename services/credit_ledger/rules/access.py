"""Access: whose pool it is, who is in the organization, and who may draw on it."""

from datetime import datetime

from msgspec.structs import replace

from services.credit_ledger.rules.acts import OpenPool, SetAccess, SetRole
from services.credit_ledger.rules.book import Access, Book, Decision, Refusal
from shared.contracts.refusals import RefusalCode


def open_pool(book: Book, act: OpenPool, _now: datetime) -> Decision:
    """Relabel the account's own wallet as its organization's pool; nothing moves (A11, T15)."""
    known = book.access.get(act.administrator)
    administrator = Access(
        person=act.administrator,
        role="ADMINISTRATOR",
        mode="unlimited",
        quota=None,
        captured=known.captured if known else 0,
        held=known.held if known else 0,
    )
    return Decision(access=administrator, label=("ORGANIZATION", act.organization))


def set_role(book: Book, act: SetRole, _now: datetime) -> Decision:
    """Write down who joined or left; new people start without access (R15, R16, T2).

    Whoever was removed and is added again starts a new count (conventions 13); what he still holds
    stays his to capture.
    """
    known = book.access[act.person]
    if act.role == "REMOVED" and known is not None:
        return Decision(access=replace(known, role="REMOVED", mode="disabled", quota=None))
    held = known.held if known else 0
    return Decision(access=Access(act.person, act.role, "disabled", None, 0, held))


def set_access(book: Book, act: SetAccess, _now: datetime) -> Decision | Refusal:
    """Set access to disabled, unlimited or a quota; use already counted is kept (R20-R25)."""
    by = book.access[act.by] if act.by is not None else None
    if by is None or by.role != "ADMINISTRATOR":
        return Refusal((RefusalCode.NOT_ADMINISTRATOR,), "role")
    access = book.access[act.person]
    if access is None or access.role == "REMOVED":
        return Refusal((RefusalCode.NOT_IN_ORGANIZATION,), "access")
    if access.role == "ADMINISTRATOR":
        return Refusal((RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR,), "role")
    if (act.mode == "quota") != bool(act.quota):
        return Refusal((RefusalCode.INVALID_QUOTA,), "quota", act.quota)
    quota = act.quota if act.mode == "quota" else None
    return Decision(access=replace(access, mode=act.mode, quota=quota))
