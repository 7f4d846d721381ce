"""The credit ledger's messages: holds, usage, access, and what moved."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.money import Credits, CreditsOrZero
from shared.contracts.purchases import LotCategory

AccessMode = Literal["disabled", "unlimited", "quota"]
Name = Annotated[str, Field(max_length=120, pattern=r"^[^\x00]*$")]
LINES_MAX = 1000

EXCHANGE = "ledger"
INTAKE_EXCHANGE = "intake"


class LedgerCommand(CommandData):
    """A command for the ledger; render nodes send it to the exchange `intake` under a noun."""

    EXCHANGE: ClassVar[str] = EXCHANGE
    INTAKE_NOUN: ClassVar[Literal["hold", "usage"] | None] = None


class AuthorizeHold(LedgerCommand):
    """Set credits of the wallet `owner` aside for `on_behalf_of` (R51, R53); the id is the hold's.

    `lease_seconds` after the decision the hold expires unless captured or voided first. Answers
    `{amount, available}`. Refused `credit_access_disabled, not_in_organization,
    organization_in_debt, quota_exceeded, pool_insufficient`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.authorize_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.authorize_hold"
    INTAKE_NOUN: ClassVar[Literal["hold", "usage"] | None] = "hold"

    amount: Credits
    lease_seconds: Annotated[int, Field(ge=1, le=90 * 86_400)] = 86_400
    job: Name | None = None
    node: Name | None = None


class CaptureHold(LedgerCommand):
    """Charge part of a hold, or its last part (T27): `final` releases the remainder.

    Answers `{captured, released, available}`. Refused `unknown_hold, hold_not_open, hold_expired,
    hold_exceeded`. An amount of zero needs `final`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.capture_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.capture_hold"
    INTAKE_NOUN: ClassVar[Literal["hold", "usage"] | None] = "hold"

    hold_id: UUID
    amount: CreditsOrZero
    final: bool = True

    @model_validator(mode="after")
    def _moves_something(self) -> Self:
        if not self.amount and not self.final:
            message = "amount: zero needs final"
            raise ValueError(message)
        return self


class VoidHold(LedgerCommand):
    """Give the whole remainder of a hold back; answers `{released, available}`.

    Refused `unknown_hold, hold_not_open, hold_expired`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.void_hold.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.void_hold"
    INTAKE_NOUN: ClassVar[Literal["hold", "usage"] | None] = "hold"

    hold_id: UUID


class UsageLine(Contract):
    """One measured piece of work, charged without a hold; `id` is its own UUIDv7.

    `credits` is what it costs; `account_id` the person who spends.
    """

    id: UUID
    account_id: UUID
    credits: Credits
    job: Name | None = None
    node: Name | None = None


class ReportUsage(LedgerCommand):
    """Charge 1..1000 usage lines to the wallet `owner`, each with a verdict of its own (R51, R53).

    A refused line never spoils the others. Answers per line `{captured, available}`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.report_usage.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.report_usage"
    INTAKE_NOUN: ClassVar[Literal["hold", "usage"] | None] = "usage"

    lines: Annotated[tuple[UsageLine, ...], Field(min_length=1, max_length=LINES_MAX)]


class SetCreditAccess(LedgerCommand):
    """The Administrator sets a person's access to the pool `owner` (R20-R25).

    `limit` goes with mode `quota` and with no other; use already counted is kept. Refused
    `not_administrator, not_in_organization, invalid_quota,
    quota_not_applicable_to_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.set_credit_access.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.set_credit_access"

    account_id: UUID
    mode: AccessMode
    limit: CreditsOrZero | None = None


class ShowPool(CommandData):
    """Show the wallet of `owner`: posted, held, available, debt, and its open lots (R50)."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_pool.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_pool"


class ListCreditAccess(CommandData):
    """List who may draw on the pool `owner`: mode, limit, used, held, remaining."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_credit_access.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_credit_access"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ShowVerdict(CommandData):
    """Show what was decided about the command or usage line `command_id` of the wallet `owner`."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_verdict.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_verdict"

    command_id: UUID


class WalletFact(FactData):
    """What every fact about a wallet says; the subject is the wallet.

    `available` is what the wallet could still spend after the batch that made the fact.
    """

    SERVICE: ClassVar[str] = "credit_ledger"

    owner: UUID
    available: CreditsOrZero


class GrantedLine(Contract):
    """One new lot; `lot` is its number within the wallet."""

    id: UUID
    lot: int
    amount: Credits
    category: LotCategory
    order_id: str
    line_no: int
    expires_at: Moment | None = None


class CreditsGranted(WalletFact):
    """Purchases became lots (R48)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.granted"

    lines: tuple[GrantedLine, ...]


class MovedLine(Contract):
    """Credits that one command moved: `id` is the command or usage line."""

    id: UUID
    account_id: UUID
    amount: CreditsOrZero
    hold_id: UUID | None = None
    job: str | None = None


class HoldsAuthorized(WalletFact):
    """Credits were set aside; the line's id is the hold's."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.hold.authorized"

    lines: tuple[MovedLine, ...]


class CreditsCaptured(WalletFact):
    """Credits were consumed: captures of holds and usage lines."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.captured"

    lines: tuple[MovedLine, ...]


class HoldsReleased(WalletFact):
    """Holds ended by a void or a final capture; `amount` came free again."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.hold.released"

    lines: tuple[MovedLine, ...]


class HoldsExpired(WalletFact):
    """Leases ran out (T28); `amount` came free again."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.hold.expired"

    lines: tuple[MovedLine, ...]


class ExpiredLine(Contract):
    """Value of a lot that ran out unused."""

    lot: int
    amount: Credits


class CreditsExpired(WalletFact):
    """Lots ran out (T24)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.expired"

    lines: tuple[ExpiredLine, ...]


class AccessLine(Contract):
    """A person's access to the pool after the change."""

    id: UUID
    account_id: UUID
    mode: AccessMode
    limit: CreditsOrZero | None = None


class AccessChanged(WalletFact):
    """People's access to the pool changed (R20-R24, T2)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.access.changed"

    lines: tuple[AccessLine, ...]


class CreditLedgerWatermark(FactData):
    """Everything the ledger decided before `at` has been published; outside the sequences."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.copy.watermark"
    SERVICE: ClassVar[str] = "credit_ledger"

    at: Moment


class HoldRefused(FactData):
    """Authorizations and usage refused in the last second, by code; outside the sequence."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.hold.refused"
    SERVICE: ClassVar[str] = "credit_ledger"

    owner: UUID
    refused: dict[str, int]
