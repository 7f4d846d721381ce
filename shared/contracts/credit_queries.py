"""What the credit ledger is asked to show: pool, access, verdicts, journal, lots, holds.

Every list answers at most `limit` entries; `after` in the answer leads to the next page and is
absent on the last. Refused `unknown_organization` when nothing is kept for `owner`.
"""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.message import CommandData

PageSize = Annotated[int, Field(ge=1, le=500)]
Cursor = Annotated[str, Field(min_length=1, max_length=300)]
HoldStatus = Literal["open", "captured", "voided", "expired"]
AccessWanted = Literal["disabled", "quota", "unlimited", "stuck"]
ACCOUNTS_MAX = 500
RequestStatus = Literal["open", "approved", "declined", "lapsed"]


class LedgerQuestion(CommandData):
    """A question to the credit ledger about the wallet `owner`."""

    EXCHANGE: ClassVar[str] = "queries"


class ShowPool(LedgerQuestion):
    """Show the wallet of `owner`: posted, held, available, debt, and its open lots (R50).

    `quotas` is the sum of all quotas given, which may be more than there is (R52, T13).
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_pool.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_pool"


class ListCreditAccess(LedgerQuestion):
    """List who may draw on the pool `owner`: mode, limit, used, held, remaining.

    At most `limit` behind or `before` an account, `accounts` those among them, `mode` Members and
    Guests of that one; `stuck` are those whose own access lets them spend nothing. Answers
    `{people: [{account_id, role, mode, limit, used, held, remaining, over_quota, period,
    renews_at}], after}`, on the way back `before` in its place; use is that of the count that runs
    now.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_credit_access.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_credit_access"

    accounts: Annotated[tuple[UUID, ...], Field(max_length=ACCOUNTS_MAX)] | None = None
    mode: AccessWanted | None = None
    after: UUID | None = None
    before: UUID | None = None
    limit: PageSize = 100

    @model_validator(mode="after")
    def _goes_one_way(self) -> Self:
        if self.after is not None and self.before is not None:
            message = "before: goes back before one account or on after one, not both"
            raise ValueError(message)
        return self


class ShowVerdict(LedgerQuestion):
    """Show what was decided about the command or usage line `command_id` of the wallet `owner`."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_verdict.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_verdict"

    command_id: UUID


class ShowWallet(LedgerQuestion):
    """Show the wallet of `owner` in all its ledger accounts, with the head of its journal.

    Answers `{wallet_id, owner, kind, seq, head, fact_sequence, booked_at, closed_until,
    period_ends, zone, granted, free, held, dormant, captured, expired, clawed_back, credited_back,
    adjusted, debt, absorbed}`; `head` is the hash over all rows up to `seq`, in hexadecimal.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_wallet.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_wallet"


class ListWallets(LedgerQuestion):
    """List every wallet there is, for who looks after all of them; no `owner` is named.

    Answers `{wallets: [{owner, kind}], after}` by owner; `kind` is ACCOUNT or ORGANIZATION.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_wallets.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_wallets"

    after: UUID | None = None
    limit: PageSize = 100


class ListJournal(LedgerQuestion):
    """List the wallet's journal in the order of booking, from the row after `after` on (A18).

    Answers `{rows: [{seq, command, part, kind, src, dst, lot, amount, balance, account_id, hold_id,
    occurred_at, booked_at}], after}`; `balance` is what was free then, `occurred_at` is `booked_at`
    where the caller said nothing else.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_journal.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_journal"

    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: PageSize = 100


class ListLots(LedgerQuestion):
    """List every lot of the wallet, ended ones too: what was granted and where it went (I12, A21).

    Answers `{lots: [{lot, category, store, order_id, line_no, currency, unit_price, granted_at,
    expires_at, granted, free, held, dormant, captured, expired, clawed_back, credited_back,
    adjusted, owed, dormant_since, withheld}], after}`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_lots.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_lots"

    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: PageSize = 100


class ListHolds(LedgerQuestion):
    """List the wallet's holds, of one `state` or all, of one person or of everybody.

    Answers `{holds: [{hold_id, account_id, state, amount, held, captured, metered, lease_until,
    job, work}], after}`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_holds.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_holds"

    state: HoldStatus | None = None
    account_id: UUID | None = None
    after: UUID | None = None
    limit: PageSize = 100


class ShowHold(LedgerQuestion):
    """Show one hold of the wallet, or of one that `owner` meant when it was authorized (T16).

    Answers `{hold_id, account_id, state, amount, held, captured, metered, lease_until, job, work,
    moved}`; `moved` tells that the wallet has another name now. Unknown holds are refused with
    `unknown_hold`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_hold"

    hold_id: UUID


class ListRequests(LedgerQuestion):
    """List requests for access or quota, of one `state` or all; open ones lapse after 30 days.

    Answers `{requests: [{request_id, account_id, mode, limit, reason, state, asked_at, decided_at,
    decided_reason}], after}`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_requests.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_requests"

    state: RequestStatus | None = None
    after: UUID | None = None
    limit: PageSize = 100


class ShowPoolTerms(LedgerQuestion):
    """Show the terms of the wallet `owner`, by the names and in the units of `SetPoolTerms`."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_pool_terms.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_pool_terms"


class ShowRates(LedgerQuestion):
    """Show the rate card: each rate in force, those to come, and those that were.

    Answers `{rates: [{number, node_class, unit, credits_per_unit, effective_from}], after}` in the
    order in which they were set.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_rates.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_rates"

    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: PageSize = 100
