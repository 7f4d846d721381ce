"""What the ledger is asked to decide about people and their access, parsed.

`door` is the broker user who asserted an administrative act, for its trail.
"""

from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from msgspec import Struct

from services.credit_ledger.rules.records import ClosedRole
from shared.contracts.credit_access import WishedMode


class ChangeAdministrator(Struct, frozen=True, gc=False):
    """The organization has another Administrator; the former one becomes `role` (T16)."""

    command: UUID
    owner: UUID
    content: int
    former: UUID
    chosen: UUID
    role: ClosedRole
    at: datetime


class EditQuota(Struct, frozen=True, gc=False):
    """The Administrator changes the limit of a person's quota (R23)."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    person: UUID
    quota: int
    door: str = ""


class RestartQuota(Struct, frozen=True, gc=False):
    """The Administrator lets the count of a person's use begin anew (R22)."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    person: UUID
    door: str = ""


class RequestCredits(Struct, frozen=True, gc=False):
    """A person asks for access, or for a higher quota; the command's id becomes the request's."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    mode: WishedMode
    quota: int | None
    reason: str


class DecideRequest(Struct, frozen=True, gc=False):
    """The Administrator approves or declines a request.

    `person` is who made it: looked up before the wallets are locked, for his own is one of them.
    """

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    request: UUID
    approve: bool
    quota: int | None
    answer: str | None
    person: UUID | None = None
    door: str = ""


class SetTerms(Struct, frozen=True, gc=False):
    """Somebody changes some of a wallet's terms; what is None stays."""

    command: UUID
    owner: UUID
    content: int
    by: UUID | None
    by_operator: bool
    zone: str | None = None
    observe: bool | None = None
    pool_thresholds: tuple[int, ...] | None = None
    quota_thresholds: tuple[int, ...] | None = None
    notice_days: int | None = None
    overrun_max: int | None = None
    credit_back_days: int | None = None
    late_usage_hours: int | None = None
    door: str = ""


SET_NAMES: Final = (
    "zone",
    "observe",
    "pool_thresholds",
    "quota_thresholds",
    "notice_days",
    "overrun_max",
    "credit_back_days",
    "late_usage_hours",
)
"""The terms that are set by command, in the order of the command's fields."""

AccessAct: TypeAlias = (
    ChangeAdministrator | EditQuota | RestartQuota | RequestCredits | DecideRequest | SetTerms
)
