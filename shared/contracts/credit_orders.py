"""Commands by which credits are ordered, tried, corrected and brought in from elsewhere."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.credits import LINES_MAX, LedgerCommand, Reason
from shared.contracts.message import Contract, Moment
from shared.contracts.money import Credits
from shared.contracts.purchases import (
    Currency,
    LineNumber,
    LotCategory,
    OrderId,
    Store,
    UnitPrice,
)
from shared.contracts.work import GivenName

LotNumber = Annotated[int, Field(ge=0, le=2**63 - 1)]
Reference = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]


class OrderedCredits(Contract):
    """One line of an order that is being placed; paid, it becomes one lot."""

    line_no: LineNumber
    credits: Credits
    category: LotCategory = "purchased"
    expires_at: Moment | None = None


class PlaceCreditOrder(LedgerCommand):
    """Ask whether `on_behalf_of` may order credits for the wallet `owner` (A14).

    `owner` is his organization, or he himself. The Administrator may for his organization (R12), a
    Member may not at all (R29, R30), a Guest for himself while the pool is closed to him (R45).
    The time of the decision is the placement; where the credits will go is remembered until the
    order is paid. The same order placed again, in whatever command, stands as it is; with other
    content or for another wallet it is refused. Answers `{order_id}`. Refused
    `members_may_not_purchase, organizational_credits_assigned, not_administrator,
    idempotency_key_reused`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.place_credit_order.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.place_credit_order"

    store: Store
    order_id: OrderId
    channel: Literal["STORE", "RESELLER"]
    lines: Annotated[
        tuple[OrderedCredits, ...], Field(min_length=1, max_length=LINES_MAX, fail_fast=True)
    ]

    @model_validator(mode="after")
    def _numbers_each_line_once(self) -> Self:
        if len({line.line_no for line in self.lines}) < len(self.lines):
            message = "lines: a line_no comes twice"
            raise ValueError(message)
        return self


class GrantTrialCredits(LedgerCommand):
    """Give `on_behalf_of` the trial credits of an offer, once per account and offer (R47, A4, A15).

    They are promotional credits of his own wallet `owner`. Answers `{lot, amount, available}`.
    Refused `organizational_credits_assigned, members_may_not_purchase, not_administrator,
    trial_already_used`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.grant_trial_credits.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.grant_trial_credits"

    offer: GivenName
    credits: Credits
    expires_at: Moment


class AdjustCredits(LedgerCommand):
    """An operator adds credits to the wallet `owner` or removes free ones (A17).

    What is added makes a lot that expires at `expires_at`, or never. `on_behalf_of` is the
    operator. Above the configured limit it is refused `second_operator_required` until another
    operator sends the same with `confirms`, the id of the first command. Answers
    `{amount, available}`. Refused `operator_required, second_operator_required, unknown_entry,
    pool_insufficient`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.adjust_credits.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.adjust_credits"

    amount: Credits
    direction: Literal["add", "remove"]
    reason: Reason
    expires_at: Moment | None = None
    confirms: UUID | None = None

    @model_validator(mode="after")
    def _only_what_is_added_expires(self) -> Self:
        if self.expires_at is not None and self.direction == "remove":
            message = "expires_at: goes with direction add"
            raise ValueError(message)
        return self


class ReleaseLot(LedgerCommand):
    """An operator gives a withheld lot free (T5, T18): it is usable like any other of its wallet.

    In a wallet that is closed it stays dormant until the wallet opens. Answers
    `{amount, available}`. Refused `operator_required, unknown_lot`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.release_lot.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.release_lot"

    lot: LotNumber
    reason: Reason


class ImportBalance(LedgerCommand):
    """An operator brings in an opening balance from another ledger, as one lot of `owner`.

    Each `reference` counts once per wallet; the same reference again, with another content, is
    refused. The wallet of an organization is there already; that of an account is opened if it has
    none. `on_behalf_of` is the operator, where one is known. Answers `{lot, amount, available}`,
    and `repeated`, which is true, when the reference was there already. Refused
    `operator_required, idempotency_key_reused, unknown_organization`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.import_balance.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.import_balance"

    reference: Reference
    credits: Credits
    category: LotCategory = "purchased"
    expires_at: Moment | None = None
    currency: Currency | None = None
    unit_price: UnitPrice | None = None
    note: Reason | None = None
    owner_kind: Literal["organization", "account"] = "organization"
