"""The credit ledger's commands for work: holds, usage, and who may draw on a pool."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.message import CommandData, Contract
from shared.contracts.money import Credits, CreditsOrZero
from shared.contracts.purchases import Product
from shared.contracts.work import Measure, Name, Work

AccessMode = Literal["disabled", "unlimited", "quota"]
QuotaPeriod = Literal["day", "week", "month"]
IntakeNoun = Literal["hold", "usage"]
LeaseSeconds = Annotated[int, Field(ge=1, le=90 * 86_400)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
LINES_MAX = 1000

EXCHANGE = "ledger"
INTAKE_EXCHANGE = "intake"


class LedgerCommand(CommandData):
    """A command for the ledger; render nodes send it to the exchange `intake` under a noun.

    A node that works for single organizations is refused `not_enrolled` where it is not enrolled,
    before any limit; first come `clock_skew`, `unknown_organization`, `stale_report` and what was
    decided before. Holds that were there when it was withdrawn it may finish (A17).
    """

    EXCHANGE: ClassVar[str] = EXCHANGE
    INTAKE_NOUN: ClassVar[IntakeNoun | None] = None


class AuthorizeHold(LedgerCommand):
    """Set credits of the wallet `owner` aside for `on_behalf_of` (R51, R53); the id is the hold's.

    `lease_seconds` after the decision the hold expires unless captured, extended or voided first.
    `max_credits` caps all that `job` ever holds and spends; a later cap replaces it. Who names a
    `product` is asked whether the person may use it now (R27, R35); `work` only describes. Answers
    `{amount, available}`. Refused `not_enrolled, credit_access_disabled, not_in_organization,
    no_entitlement, organization_in_debt, job_cap_exceeded, quota_exceeded, pool_insufficient`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.authorize_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.authorize_hold"
    INTAKE_NOUN: ClassVar[IntakeNoun | None] = "hold"

    amount: Credits
    lease_seconds: LeaseSeconds = 86_400
    job: Name | None = None
    node: Name | None = None
    work: Work | None = None
    max_credits: Credits | None = None
    product: Product | None = None

    @model_validator(mode="after")
    def _cap_has_a_job(self) -> Self:
        if self.max_credits is not None and not self.job:
            message = "max_credits: needs a job"
            raise ValueError(message)
        return self


class ExtendHold(LedgerCommand):
    """Keep a hold alive: a lease from now, and `amount` more credits (T11, T26, T28).

    An amount of zero is a heartbeat: it renews the lease and asks for no access. More is
    authorized under the limits of now. `metered` is what was used and is not captured yet: when
    the lease runs out this much is charged, at most what is held, and the rest released; captures
    that come later are charged for what goes beyond it. Ids are minted in the order of what
    happens: a `metered` that is older than one heard before, or than a capture that is booked, is
    stale and left aside, while the lease is renewed all the same. Answers `{amount, available}`.
    Refused `not_enrolled, unknown_hold, hold_not_open, hold_expired`, and for an amount
    `credit_access_disabled, not_in_organization, organization_in_debt, job_cap_exceeded,
    quota_exceeded, pool_insufficient`; the hold then stays as it was.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.extend_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.extend_hold"
    INTAKE_NOUN: ClassVar[IntakeNoun | None] = "hold"

    hold_id: UUID
    amount: CreditsOrZero = 0
    lease_seconds: LeaseSeconds = 86_400
    metered: CreditsOrZero | None = None


class CaptureHold(LedgerCommand):
    """Charge part of a hold, or its last part (T27): `final` releases the remainder.

    What it costs stands in `amount`, or is `measured` and priced by the rate card: exactly one of
    the two. Beyond what is held it may go by the agreed overrun: the pool pays what it can and the
    vendor the rest, of one hold no more than the agreed overrun in all (T26). After the lease ran
    out it is late usage, taken for the agreed hours under the limits of now (T29); what the end of
    the lease charged as metered is not charged again. Answers `{captured, released, available}`,
    and `absorbed` where the vendor pays. Refused
    `not_enrolled, unknown_hold, hold_not_open, hold_expired, hold_exceeded, no_rate`, and when late
    `credit_access_disabled, not_in_organization, organization_in_debt, job_cap_exceeded,
    quota_exceeded, pool_insufficient`. An amount of zero needs `final`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.capture_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.capture_hold"
    INTAKE_NOUN: ClassVar[IntakeNoun | None] = "hold"

    hold_id: UUID
    amount: CreditsOrZero | None = None
    final: bool = True
    work: Work | None = None
    measured: Measure | None = None

    @model_validator(mode="after")
    def _moves_something(self) -> Self:
        if (self.amount is None) == (self.measured is None):
            message = "amount: exactly one of amount and measured"
            raise ValueError(message)
        if self.amount == 0 and not self.final:
            message = "amount: zero needs final"
            raise ValueError(message)
        return self


class VoidHold(LedgerCommand):
    """Give the whole remainder of a hold back; answers `{released, available}`.

    Refused `not_enrolled, unknown_hold, hold_not_open, hold_expired`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.void_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.void_hold"
    INTAKE_NOUN: ClassVar[IntakeNoun | None] = "hold"

    hold_id: UUID


class UsageLine(Contract):
    """One measured piece of work, charged without a hold; `id` is its own UUIDv7.

    `credits` is what it costs, or `measured` what the rate card prices: exactly one of the two.
    `account_id` is the person who spends, on a `product` that he may use if one is named.
    """

    id: UUID
    account_id: UUID
    credits: Credits | None = None
    job: Name | None = None
    node: Name | None = None
    work: Work | None = None
    measured: Measure | None = None
    product: Product | None = None

    @model_validator(mode="after")
    def _costs_something(self) -> Self:
        if (self.credits is None) == (self.measured is None):
            message = "credits: exactly one of credits and measured"
            raise ValueError(message)
        return self


class ReportUsage(LedgerCommand):
    """Charge 1..1000 usage lines to the wallet `owner`, each with a verdict of its own (R51, R53).

    A refused line never spoils the others. Answers per line `{captured, available}`. Refused
    `not_enrolled, credit_access_disabled, not_in_organization, no_entitlement,
    organization_in_debt, job_cap_exceeded, quota_exceeded, pool_insufficient, no_rate,
    stale_report`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.report_usage.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.report_usage"
    INTAKE_NOUN: ClassVar[IntakeNoun | None] = "usage"

    lines: Annotated[
        tuple[UsageLine, ...], Field(min_length=1, max_length=LINES_MAX, fail_fast=True)
    ]


class CreditBack(LedgerCommand):
    """Return credits that failed work cost, to the lots they came from (A19).

    Names the hold or the usage line that was charged, exactly one. What came from a lot that ran
    out meanwhile makes a fresh lot of the agreed days. The quota's use goes down where it was
    counted. Answers `{returned, available}`. Refused `unknown_hold, unknown_entry,
    credit_back_exceeded`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.credit_back.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.credit_back"
    INTAKE_NOUN: ClassVar[IntakeNoun | None] = "hold"

    hold_id: UUID | None = None
    line_id: UUID | None = None
    amount: Credits
    reason: Reason

    @model_validator(mode="after")
    def _names_one_charge(self) -> Self:
        if (self.hold_id is None) == (self.line_id is None):
            message = "hold_id: exactly one of hold_id and line_id"
            raise ValueError(message)
        return self


class SetCreditAccess(LedgerCommand):
    """The Administrator sets a person's access to the pool `owner` (R20-R25).

    `limit` goes with mode `quota` and with no other; use already counted is kept. `period` lets
    the quota's count start again by itself each day, week or month of the organization's time
    zone. A person may disable his own access (T5). Refused `not_administrator,
    not_in_organization, invalid_quota, quota_not_applicable_to_administrator,
    guest_has_active_personal_credits, already_in_another_organization`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.set_credit_access.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.set_credit_access"

    account_id: UUID
    mode: AccessMode
    limit: CreditsOrZero | None = None
    period: QuotaPeriod | None = None

    @model_validator(mode="after")
    def _period_renews_a_quota(self) -> Self:
        if self.period is not None and self.mode != "quota":
            message = "period: goes with mode quota"
            raise ValueError(message)
        return self
