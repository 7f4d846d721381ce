"""What the credit ledger answers to an accountant: where credits came from, who corrected what."""

from typing import Literal
from uuid import UUID

from shared.contracts.credit_answers import Amount, HoldShown
from shared.contracts.credits import AccessMode
from shared.contracts.message import Moment, OpenContract


class Adjustment(OpenContract):
    """A correction by hand; `command` booked it, none while it waits for a second operator."""

    adjustment_id: UUID
    amount: Amount
    direction: Literal["add", "remove"]
    reason: str
    expires_at: Moment | None = None
    asked_by: UUID
    confirmed_by: UUID | None = None
    asked_at: Moment
    command: UUID | None = None


class AdjustmentList(OpenContract):
    """The answer to `ListAdjustments`."""

    adjustments: tuple[Adjustment, ...]
    after: UUID | None = None


class ReleasedLot(OpenContract):
    """A withheld lot that an operator gave free."""

    command: UUID
    lot: int
    released_by: UUID
    reason: str
    released_at: Moment


class ReleasedLotList(OpenContract):
    """The answer to `ListReleasedLots`."""

    releases: tuple[ReleasedLot, ...]
    after: UUID | None = None


class OpeningBalance(OpenContract):
    """What was brought in from another ledger."""

    reference: str
    lot: int
    brought_by: UUID | None = None
    note: str | None = None
    brought_at: Moment


class OpeningBalanceList(OpenContract):
    """The answer to `ListOpeningBalances`."""

    balances: tuple[OpeningBalance, ...]
    after: str | None = None


class PlacedOrder(OpenContract):
    """An order of credits that was placed with us."""

    store: str
    order_id: str
    command: UUID
    placed_by: UUID
    placed_at: Moment
    paid: bool


class PlacedOrderList(OpenContract):
    """The answer to `ListPlacedOrders`."""

    orders: tuple[PlacedOrder, ...]
    after: UUID | None = None


class PaidOrder(OpenContract):
    """A paid line of an order that became a lot; `withheld` if nobody was to buy."""

    lot: int
    store: str
    order_id: str
    line_no: int
    command: UUID
    withheld: bool
    placed_by: UUID | None = None
    placed_at: Moment | None = None


class PaidOrderList(OpenContract):
    """The answer to `ListPaidOrders`."""

    orders: tuple[PaidOrder, ...]
    after: int | None = None


class Refund(OpenContract):
    """What the store took back of a lot."""

    lot: int
    store: str
    order_id: str
    line_no: int
    refund_id: str
    amount: Amount
    reason: str
    command: UUID
    heard_at: Moment
    taken: bool


class RefundList(OpenContract):
    """The answer to `ListRefunds`."""

    refunds: tuple[Refund, ...]
    after: str | None = None


class EndedCount(OpenContract):
    """A count of a quota's use that is over (T12)."""

    account_id: UUID
    count: int
    mode: AccessMode
    limit: Amount | None = None
    captured: Amount
    held: Amount
    ended_at: Moment
    seq_to: int


class EndedCountList(OpenContract):
    """The answer to `ListEndedCounts`."""

    counts: tuple[EndedCount, ...]
    after: str | None = None


class HoldFound(HoldShown):
    """The answer to `ShowHold`: `moved` where the wallet has another name than it was asked by."""

    moved: bool
