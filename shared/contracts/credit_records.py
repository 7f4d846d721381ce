"""What an accountant asks for beside the books: where credits came from, who corrected what.

Every list answers at most `limit` entries; `after` in the answer leads to the next page and is
absent on the last. Refused `unknown_organization` when nothing is kept for `owner`.
"""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.credit_queries import Cursor, LedgerQuestion, PageSize
from shared.contracts.purchases import NO_NUL


class ListAdjustments(LedgerQuestion):
    """List what operators added or removed by hand, and what waits for a second one (A17).

    Answers `{adjustments: [{adjustment_id, amount, direction, reason, expires_at, asked_by,
    confirmed_by, asked_at, command}], after}`; `command` booked it, none while it waits.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_adjustments.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_adjustments"

    after: UUID | None = None
    limit: PageSize = 100


class ListReleasedLots(LedgerQuestion):
    """List which withheld lots operators gave free, and why (T18).

    Answers `{releases: [{command, lot, released_by, reason, released_at}], after}`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_released_lots.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_released_lots"

    after: UUID | None = None
    limit: PageSize = 100


class ListOpeningBalances(LedgerQuestion):
    """List what was brought in from another ledger, by its reference there.

    Answers `{balances: [{reference, lot, brought_by, note, brought_at}], after}`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_opening_balances.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_opening_balances"

    after: Annotated[str, Field(max_length=300, pattern=NO_NUL)] | None = None
    limit: PageSize = 100


class ListPlacedOrders(LedgerQuestion):
    """List the orders of credits that were placed with us for the wallet, oldest first (A14).

    Answers `{orders: [{store, order_id, command, placed_by, placed_at, paid}], after}`; what is not
    `paid` yet goes to this wallet when who placed it pays it, and is in no other list until then.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_placed_orders.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_placed_orders"

    after: UUID | None = None
    limit: PageSize = 100


class ListPaidOrders(LedgerQuestion):
    """List the paid order lines that became lots of the wallet, in the order they came (A14).

    Answers `{orders: [{lot, store, order_id, line_no, command, withheld, placed_by, placed_at}],
    after}`; the last two are of orders placed with us. `withheld` says how the line came.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_paid_orders.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_paid_orders"

    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: PageSize = 100


class ListRefunds(LedgerQuestion):
    """List what the store took back of the wallet's lots, refunds and chargebacks (T20, T22).

    Answers `{refunds: [{lot, store, order_id, line_no, refund_id, amount, reason, command,
    heard_at, taken}], after}`; one that is not `taken` was refused, or is about to be.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_refunds.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_refunds"

    after: Cursor | None = None
    limit: PageSize = 100


class ListEndedCounts(LedgerQuestion):
    """List the counts of quotas' use that are over: by a restart, a period or a removal (T12).

    Answers `{counts: [{account_id, count, mode, limit, captured, held, ended_at, seq_to}], after}`;
    holds of a count that are still open are charged in it.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_ended_counts.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_ended_counts"

    after: Cursor | None = None
    limit: PageSize = 100
