"""What the credit ledger says of wallets: lots that came, credits held, spent and run out."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.credits import AccessMode
from shared.contracts.message import Contract, FactData, Moment
from shared.contracts.money import Credits, CreditsOrZero
from shared.contracts.purchases import LotCategory


class WalletFact(FactData):
    """What every fact about a wallet says; the subject is the wallet.

    `available` is what the wallet could still spend after the batch that made the fact.
    """

    SERVICE: ClassVar[str] = "credit_ledger"

    owner: UUID
    available: CreditsOrZero


class SignedLine(Contract):
    """What an administrative act did says whose word it was, `by`, and by which broker user."""

    by: UUID | None = None
    door: str | None = None


class GrantedLine(SignedLine):
    """One new lot; `lot` is its number within the wallet.

    A `dormant` lot cannot be spent while the wallet is closed or the lot withheld (R38, T5, T18).
    """

    id: UUID
    lot: int
    amount: Credits
    category: LotCategory
    order_id: str
    line_no: int
    expires_at: Moment | None = None
    dormant: bool = False


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


class HoldsExtended(WalletFact):
    """Holds got a new lease, `amount` more credits, or both; zero was a heartbeat (T11, T26).

    A frame that ran past its hold extends it by what the pool pays, under the capture's id.
    """

    ROUTING_KEY: ClassVar[str] = "credit_ledger.hold.extended"

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


class AccessLine(SignedLine):
    """A person's access to the pool after the change."""

    id: UUID
    account_id: UUID
    mode: AccessMode
    limit: CreditsOrZero | None = None


class AccessChanged(WalletFact):
    """People's access to the pool changed (R20-R24, T2)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.access.changed"

    lines: tuple[AccessLine, ...]


class CreditsReturnedLine(Contract):
    """Credits that came back to a lot for failed work; `id` is the command (A19)."""

    id: UUID
    account_id: UUID | None = None
    lot: int
    amount: Credits
    reason: str


class CreditsReturned(WalletFact):
    """Charges for failed work were credited back (A19)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.returned"

    lines: tuple[CreditsReturnedLine, ...]


class ClawedBackLine(Contract):
    """What one order line's refund took: `amount` in all, of it `debt` that the wallet now owes.

    `lot` is the lot that came of the order line, whichever lots paid; `refund_id` is how who told
    of the refund calls it.
    """

    id: UUID
    lot: int
    amount: Credits
    debt: CreditsOrZero
    order_id: str
    reason: Literal["refunded", "charged_back"]
    refund_id: str | None = None


class CreditsClawedBack(WalletFact):
    """Refunds or chargebacks took credits back (T22, T23)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.clawed_back"

    lines: tuple[ClawedBackLine, ...]


class AdjustedLine(Contract):
    """A correction by the operator `by`."""

    id: UUID
    lot: int
    amount: Credits
    direction: Literal["add", "remove"]
    reason: str
    by: str
    door: str | None = None


class CreditsAdjusted(WalletFact):
    """An operator corrected the wallet (A17)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.adjusted"

    lines: tuple[AdjustedLine, ...]


class DormantLine(SignedLine):
    """Credits of one lot that fell asleep or woke."""

    lot: int
    amount: Credits


class CreditsDormant(WalletFact):
    """Lots cannot be spent while their owner draws on a pool, or may not buy (R38, T5, T18)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.made_dormant"

    lines: tuple[DormantLine, ...]


class CreditsReactivated(WalletFact):
    """Dormant lots can be spent again; their expiry moved by the time they slept (T5, T7)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.credits.reactivated"

    lines: tuple[DormantLine, ...]


class DebtLine(Contract):
    """`amount` of debt that arose or was repaid on a lot; `debt` is what the wallet owes then.

    A wallet comes into debt with the line whose two amounts are the same, and is out of it at zero.
    """

    lot: int
    amount: Credits
    debt: CreditsOrZero


class DebtRaised(WalletFact):
    """More was taken back than was left; nothing is authorized until it is repaid (T23)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.debt.raised"

    lines: tuple[DebtLine, ...]


class DebtRepaid(WalletFact):
    """Credits that came free repaid debt first (T23)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.debt.repaid"

    lines: tuple[DebtLine, ...]


class QuotaRestartedLine(SignedLine):
    """The count that began, by its number, and what was captured in the one that ended."""

    account_id: UUID
    count: int
    captured: CreditsOrZero


class QuotaRestarted(WalletFact):
    """People's use is counted from zero again, by command or by period (R22, T12)."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.quota.restarted"

    lines: tuple[QuotaRestartedLine, ...]


class AccessReleased(FactData):
    """Whoever left an organization draws on its pool no more (T1); subject: the organization.

    Outside the sequences: said again when membership asks for it.
    """

    ROUTING_KEY: ClassVar[str] = "credit_ledger.access.released"
    SERVICE: ClassVar[str] = "credit_ledger"

    organization_id: UUID
    account_id: UUID
    removed_at: Moment


class HoldRefused(FactData):
    """Authorizations and usage refused in the last second, by code; outside the sequence."""

    ROUTING_KEY: ClassVar[str] = "credit_ledger.hold.refused"
    SERVICE: ClassVar[str] = "credit_ledger"

    owner: UUID
    refused: dict[str, int]
