"""What the credit ledger answers: its docstrings' words as contracts, for whoever reads them.

Amounts are decimal strings of credits; those of a balance or a correction may be negative.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from shared.contracts.credit_queries import HoldStatus, RequestStatus
from shared.contracts.credits import AccessMode, QuotaPeriod
from shared.contracts.message import Moment, OpenContract
from shared.contracts.purchases import LotCategory
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Unit

AMOUNT_PATTERN = r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,6})?$"
Amount = Annotated[str, Field(pattern=AMOUNT_PATTERN, examples=["12.5"])]
WalletKind = Literal["ORGANIZATION", "ACCOUNT"]
WalletRole = Literal["OWNER", "ADMINISTRATOR", "MEMBER", "GUEST", "REMOVED"]


class Authorized(OpenContract):
    """Credits are set aside, or a hold lives on; `flags` are limits that are only observed."""

    amount: Amount | None = None
    available: Amount
    flags: tuple[RefusalCode, ...] = ()


class Captured(OpenContract):
    """What was charged, given back and, beyond the hold, borne by the vendor (T26)."""

    captured: Amount | None = None
    released: Amount | None = None
    available: Amount
    absorbed: Amount | None = None
    flags: tuple[RefusalCode, ...] = ()


class Released(OpenContract):
    """What a voided hold gave back."""

    released: Amount | None = None
    available: Amount


class Returned(OpenContract):
    """What came back of a charge (A19)."""

    returned: Amount | None = None
    available: Amount


class Granted(OpenContract):
    """A lot that was added, corrected or freed; `repeated` when it was there already."""

    lot: int | None = None
    amount: Amount | None = None
    available: Amount
    repeated: bool | None = None


class Done(OpenContract):
    """A command that has nothing more to tell than that it was done."""


class Requested(OpenContract):
    """The request that waits for the Administrator; its id is the command's."""

    request_id: UUID


class OrderNoted(OpenContract):
    """An order of credits that may be paid (A14)."""

    order_id: str


class OpenLot(OpenContract):
    """A lot that can be spent from, in the order of use."""

    lot: int
    granted: Amount
    free: Amount
    held: Amount
    expires_at: Moment | None = None
    order_id: str | None = None


class PoolState(OpenContract):
    """The answer to `ShowPool` (R50); `available` is never below zero, `debt` is what is owed."""

    wallet_id: UUID
    owner: UUID
    kind: WalletKind
    posted: Amount
    held: Amount
    available: Amount
    debt: Amount
    granted: Amount
    captured: Amount
    expired: Amount
    dormant: Amount
    clawed_back: Amount
    credited_back: Amount
    adjusted: Amount
    quotas: Amount
    lots: tuple[OpenLot, ...]


class AccessState(OpenContract):
    """How one person may draw on a pool, and what of it he used in the count that runs now."""

    account_id: UUID
    role: WalletRole
    mode: AccessMode
    limit: Amount | None = None
    used: Amount
    held: Amount
    remaining: Amount | None = None
    over_quota: bool
    period: QuotaPeriod | None = None
    renews_at: Moment | None = None


class AccessList(OpenContract):
    """The answer to `ListCreditAccess`."""

    people: tuple[AccessState, ...]
    after: UUID | None = None


class VerdictShown(OpenContract):
    """The answer to `ShowVerdict`: what was decided, nothing while it is not known."""

    verdict: dict[str, JsonValue] | None = None


class WalletState(OpenContract):
    """The answer to `ShowWallet`."""

    wallet_id: UUID
    owner: UUID
    kind: WalletKind
    seq: int
    head: str
    fact_sequence: int
    booked_at: Moment
    closed_until: Moment
    period_ends: Moment
    zone: str
    granted: Amount
    free: Amount
    held: Amount
    dormant: Amount
    captured: Amount
    expired: Amount
    clawed_back: Amount
    credited_back: Amount
    adjusted: Amount
    debt: Amount
    absorbed: Amount


class JournalRow(OpenContract):
    """One booking: from `src` to `dst`; `balance` is what was free after it."""

    seq: int
    command: UUID
    part: int
    kind: str
    src: str
    dst: str
    lot: int | None = None
    amount: Amount
    balance: Amount
    account_id: UUID | None = None
    hold_id: UUID | None = None
    occurred_at: Moment
    booked_at: Moment


class Journal(OpenContract):
    """The answer to `ListJournal`."""

    rows: tuple[JournalRow, ...]
    after: int | None = None


class LotState(OpenContract):
    """A lot, ended ones too: what was granted and where it went (I12, A21)."""

    lot: int
    category: LotCategory
    store: str | None = None
    order_id: str | None = None
    line_no: int | None = None
    currency: str | None = None
    unit_price: str | None = None
    granted_at: Moment
    expires_at: Moment | None = None
    granted: Amount
    free: Amount
    held: Amount
    dormant: Amount
    captured: Amount
    expired: Amount
    clawed_back: Amount
    credited_back: Amount
    adjusted: Amount
    owed: Amount
    dormant_since: Moment | None = None
    withheld: bool


class LotList(OpenContract):
    """The answer to `ListLots`."""

    lots: tuple[LotState, ...]
    after: int | None = None


class HoldShown(OpenContract):
    """A hold: `held` is what is still set aside of it, `captured` what was charged."""

    hold_id: UUID
    account_id: UUID
    state: HoldStatus
    amount: Amount
    held: Amount
    captured: Amount
    metered: Amount
    lease_until: Moment
    job: str | None = None
    work: dict[str, JsonValue] | None = None


class HoldList(OpenContract):
    """The answer to `ListHolds`."""

    holds: tuple[HoldShown, ...]
    after: UUID | None = None


class RequestShown(OpenContract):
    """A request for access or for a quota, and what became of it."""

    request_id: UUID
    account_id: UUID
    mode: Literal["unlimited", "quota"]
    limit: Amount | None = None
    reason: str
    state: RequestStatus
    asked_at: Moment
    decided_at: Moment | None = None
    decided_reason: str | None = None


class RequestList(OpenContract):
    """The answer to `ListRequests`."""

    requests: tuple[RequestShown, ...]
    after: UUID | None = None


class PoolTerms(OpenContract):
    """The answer to `ShowPoolTerms`, by the names and in the units of `SetPoolTerms`."""

    zone: str
    observe: bool
    pool_thresholds: tuple[int, ...]
    quota_thresholds: tuple[int, ...]
    notice_days: int
    overrun_max: Amount
    credit_back_days: int
    late_usage_hours: int


class RateShown(OpenContract):
    """What one unit on a class of nodes costs, from when on."""

    number: int
    node_class: str
    unit: Unit
    credits_per_unit: Amount
    effective_from: Moment


class RateCard(OpenContract):
    """The answer to `ShowRates`."""

    rates: tuple[RateShown, ...]
    after: int | None = None
