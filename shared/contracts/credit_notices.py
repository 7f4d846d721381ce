"""What people should be told of a wallet: alerts, requests, orders, terms, closed periods."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.credit_access import WishedMode
from shared.contracts.credit_facts import SignedLine, WalletFact
from shared.contracts.message import Contract, Moment
from shared.contracts.money import Credits, CreditsOrZero
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Unit


class PoolLowLine(Contract):
    """The wallet fell below `threshold` percent of `mark`, available after the last top-up."""

    threshold: int
    mark: Credits


class PoolLow(WalletFact):
    """Little is left; said each time it falls below a threshold, for the deepest it crossed."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.pool.ran_low"

    lines: tuple[PoolLowLine, ...]


class QuotaReachedLine(Contract):
    """Captured and held by a person reached `threshold` percent of the limit."""

    account_id: UUID
    threshold: int
    limit: Credits
    used: CreditsOrZero


class QuotaReached(WalletFact):
    """Quotas are nearly or fully used; said each time use reaches a threshold, for the highest."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.quota.reached"

    lines: tuple[QuotaReachedLine, ...]


class ExpiringLine(Contract):
    """What is free in a lot that runs out soon."""

    lot: int
    amount: Credits
    expires_at: Moment


class CreditsExpiring(WalletFact):
    """Lots run out within the notice the organization chose (T24); once per lot."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.expiry.neared"

    lines: tuple[ExpiringLine, ...]


class PersonLine(Contract):
    """The account whose own wallet it is."""

    account_id: UUID


class PersonalCreditsActive(WalletFact):
    """An account has credits of its own to spend: no pool opens to it (R37, R39)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.personal_credits.activated"

    lines: tuple[PersonLine, ...]


class PersonalCreditsExhausted(WalletFact):
    """An account has nothing left of its own: a pool may open to it (T4, R39)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.personal_credits.exhausted"

    lines: tuple[PersonLine, ...]


class RequestLine(SignedLine):
    """A wish for access, and the reason given by who wished it or who decided.

    Once approved, `limit` is the one that was set.
    """

    request_id: UUID
    account_id: UUID
    mode: WishedMode
    limit: Credits | None = None
    reason: str | None = None


class CreditsRequested(WalletFact):
    """People asked the Administrator for access or more quota."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.request.made"

    lines: tuple[RequestLine, ...]


class RequestApproved(WalletFact):
    """The Administrator approved; the access is set (R20, R22)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.request.approved"

    lines: tuple[RequestLine, ...]


class RequestDeclined(WalletFact):
    """The Administrator declined; access stays as it was."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.request.declined"

    lines: tuple[RequestLine, ...]


class PlacedLine(Contract):
    """An order for `credits` in all, placed by `account_id`; `id` is the command."""

    id: UUID
    account_id: UUID
    store: str
    order_id: str
    credits: Credits


class OrderPlaced(WalletFact):
    """Orders of credits for this wallet may be paid (A14)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.order.placed"

    lines: tuple[PlacedLine, ...]


class WithheldLine(Contract):
    """A lot that was paid for though its buyer might not buy; `reason` is the refusal's code."""

    id: UUID
    lot: int
    amount: Credits
    order_id: str
    reason: Literal["members_may_not_purchase", "organizational_credits_assigned"]


class OrderWithheld(WalletFact):
    """Operators have to look: release the lot or let the store refund it (T5, T18)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.order.withheld"

    lines: tuple[WithheldLine, ...]


class LateUsageLine(Contract):
    """Usage that came after its hold had ended."""

    id: UUID
    account_id: UUID
    hold_id: UUID
    amount: Credits


class LateUsage(WalletFact):
    """Usage came late and was charged all the same (T29)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.usage.came_late"

    lines: tuple[LateUsageLine, ...]


class LateUsageRefusedLine(Contract):
    """Usage that came late and that nobody was charged for, with every limit that bound.

    `amount` is what is left to bill: less what the end of the lease had charged as metered.
    """

    id: UUID
    account_id: UUID
    hold_id: UUID
    job: str | None = None
    amount: Credits
    refused: tuple[RefusalCode, ...]


class LateUsageRefused(WalletFact):
    """Usage came too late, or limits refused it: an operator may want to bill it (T29)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.usage.refused_late"

    lines: tuple[LateUsageRefusedLine, ...]


class OverranLine(Contract):
    """What a running frame cost beyond what hold and pool could pay; the vendor bears it."""

    id: UUID
    account_id: UUID
    hold_id: UUID
    absorbed: Credits


class UsageOverran(WalletFact):
    """Work ran past its hold within the agreed overrun (T26)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.usage.overran"

    lines: tuple[OverranLine, ...]


class TermsLine(SignedLine):
    """All terms after the change, in the units of `SetPoolTerms`."""

    id: UUID
    zone: str
    observe: bool
    pool_thresholds: tuple[int, ...]
    quota_thresholds: tuple[int, ...]
    notice_days: int
    overrun_max: CreditsOrZero
    credit_back_days: int
    late_usage_hours: int


class TermsChanged(WalletFact):
    """How the wallet is kept changed (A18, A19, T26, T29)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.terms.changed"

    lines: tuple[TermsLine, ...]


class RateLine(SignedLine):
    """The price of one unit of work from `effective_from` on."""

    id: UUID
    node_class: str
    unit: Unit
    credits_per_unit: Credits
    effective_from: Moment


class RateSet(WalletFact):
    """Rates were added to the card."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.rate.set"

    lines: tuple[RateLine, ...]


class PeriodLine(Contract):
    """A calendar month of the wallet's time zone; `ends` belongs to the next."""

    starts: Moment
    ends: Moment


class PeriodClosed(WalletFact):
    """Periods closed: their statements never change again (A18)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.period.closed"

    lines: tuple[PeriodLine, ...]
