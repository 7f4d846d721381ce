"""What the credit ledger works out: statements, usage, dry runs, estimates."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import JsonValue

from shared.contracts.credit_answers import Amount, WalletRole
from shared.contracts.credit_reports import Period
from shared.contracts.message import Moment, OpenContract
from shared.contracts.purchases import LotCategory
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Unit


class Stock(OpenContract):
    """What stood in a wallet: its balance is what it had, less what it owed."""

    free: Amount
    held: Amount
    dormant: Amount
    debt: Amount
    balance: Amount


class StatementTotals(OpenContract):
    """What moved in a period."""

    granted: Amount
    credited_back: Amount
    captured: Amount
    expired: Amount
    clawed_back: Amount
    adjusted: Amount
    debt: Amount
    absorbed: Amount


class Worth(OpenContract):
    """What was deferred, earned, expired and clawed back in one currency, or without a price."""

    currency: str | None = None
    deferred: Amount
    earned: Amount
    expired: Amount
    clawed_back: Amount


class Statement(OpenContract):
    """The answer to `ShowStatement`; in `ListStatements` without its `values`."""

    period: Period
    zone: str
    starts: Moment
    ends: Moment
    closed: bool
    seq_from: int
    seq_to: int
    opening: Stock
    closing: Stock
    totals: StatementTotals
    values: tuple[Worth, ...] | None = None


class StatementList(OpenContract):
    """The answer to `ListStatements`."""

    statements: tuple[Statement, ...]
    after: Period | None = None


class StatementLot(OpenContract):
    """What happened to a lot in a period: `closing` is opening and what came in less what went."""

    lot: int
    store: str | None = None
    order_id: str | None = None
    line_no: int | None = None
    category: LotCategory
    currency: str | None = None
    unit_price: str | None = None
    expires_at: Moment | None = None
    opening: Amount
    granted: Amount
    credited_back: Amount
    captured: Amount
    expired: Amount
    clawed_back: Amount
    adjusted: Amount
    debt: Amount
    closing: Amount
    left: Amount
    owes: Amount
    values: Worth


class StatementLots(OpenContract):
    """The answer to `ListStatementLots`."""

    lots: tuple[StatementLot, ...]
    after: int | None = None


class StatementPerson(OpenContract):
    """What one person used in a period, less what was credited back."""

    account_id: UUID
    role: WalletRole
    used: Amount


class StatementPeople(OpenContract):
    """The answer to `ListStatementPeople`."""

    people: tuple[StatementPerson, ...]
    after: UUID | None = None


class UsageRow(OpenContract):
    """The sums of one group; `credits` is what was charged less what was credited back."""

    group: dict[str, str | None]
    charged: Amount
    credited_back: Amount
    credits: Amount
    absorbed: Amount
    quantity: dict[str, Amount]
    lines: int


class UsageReport(OpenContract):
    """The answer to `ShowUsage`; all that was booked before `complete_until` is in it."""

    rows: tuple[UsageRow, ...]
    complete: bool
    complete_until: Moment
    zone: str
    after: str | None = None


class UsageCharge(OpenContract):
    """A single charge, as it was booked."""

    seq: int
    id: UUID
    kind: Literal["charged", "absorbed", "credited_back"]
    account_id: UUID
    credits: Amount
    job: str | None = None
    work: dict[str, JsonValue]
    quantity: Amount | None = None
    unit: Unit | None = None
    rate: int | None = None
    hold_id: UUID | None = None
    booked_at: Moment


class BalancePoint(OpenContract):
    """What was left at the end of a day; `held` is absent where it was too much to sum."""

    day: date
    at: Moment
    free: Amount
    held: Amount | None = None


class Balances(OpenContract):
    """The answer to `ShowBalances`."""

    points: tuple[BalancePoint, ...]
    zone: str


class UsageCharges(OpenContract):
    """The answer to `ListUsageLines`."""

    lines: tuple[UsageCharge, ...]
    complete: bool
    complete_until: Moment
    zone: str
    after: int | None = None


class BindingLimit(OpenContract):
    """A limit that binds: how much is missing there, who can lift it, when it renews by itself."""

    code: RefusalCode
    short: Amount | None = None
    who_can_lift: str
    resets_at: Moment | None = None


class TriedAnswer(OpenContract):
    """What would come of one authorization."""

    passes: bool
    code: RefusalCode | None = None
    limits: tuple[BindingLimit, ...]
    flags: tuple[RefusalCode, ...]


class DryRunAnswer(OpenContract):
    """The answer to `DryRun`, in the order asked."""

    passes: bool
    passed: int
    refused: int
    requested: Amount
    authorized: Amount
    available: Amount
    left: Amount
    authorizations: tuple[TriedAnswer, ...]


class JobEstimate(OpenContract):
    """The answer to `EstimateJob`, in credits; not binding."""

    frames: int
    sampled: int
    mean: Amount
    low: Amount
    high: Amount
    total: Amount
