"""What an organization may be told by webhook: each kind of fact that is its own matter.

What moves with every frame (holds, captures, checkouts) is not among them: it would be thousands of
requests a minute. It stands in the usage of the API.
"""

from uuid import UUID

from shared.contracts import (
    credit_facts,
    credit_notices,
    licensing,
    membership,
    nodes,
    organizations,
    transfers,
)
from shared.contracts.catalogue import fact_type
from shared.contracts.credit_facts import WalletFact
from shared.contracts.message import Fact, FactData

TOLD: tuple[type[FactData], ...] = (
    organizations.OrganizationActivated,
    organizations.OrganizationLapsed,
    organizations.OrganizationRenamed,
    membership.MemberAdded,
    membership.MemberRemoved,
    membership.MemberOffboarded,
    transfers.TransferRequested,
    transfers.TransferEnded,
    transfers.AdministratorChanged,
    nodes.NodeEnrolled,
    nodes.NodeWithdrawn,
    licensing.LicenseActivated,
    licensing.LicenseExpired,
    licensing.SeatAssigned,
    licensing.SeatRevoked,
    credit_facts.CreditsGranted,
    credit_facts.CreditsExpired,
    credit_facts.CreditsReturned,
    credit_facts.CreditsClawedBack,
    credit_facts.CreditsAdjusted,
    credit_facts.DebtRaised,
    credit_facts.DebtRepaid,
    credit_facts.AccessChanged,
    credit_facts.QuotaRestarted,
    credit_notices.PoolLow,
    credit_notices.QuotaReached,
    credit_notices.CreditsExpiring,
    credit_notices.CreditsRequested,
    credit_notices.RequestApproved,
    credit_notices.RequestDeclined,
    credit_notices.OrderPlaced,
    credit_notices.LateUsage,
    credit_notices.LateUsageRefused,
    credit_notices.TermsChanged,
    credit_notices.PeriodClosed,
)
KIND_BY_TYPE: dict[str, type[FactData]] = {fact_type(data): data for data in TOLD}
KINDS: tuple[str, ...] = tuple(KIND_BY_TYPE)
TEST = "coffer.portal.webhook.tested.v1"
"""The type of what is sent to try an address out; it is not a fact."""


def organization_of(fact: Fact[FactData]) -> UUID | None:
    """Whose matter a fact is: an organization, or the account whose own wallet it is about."""
    data = fact.data
    if type(data) not in TOLD:
        return None
    if isinstance(data, WalletFact):
        return data.owner
    named: UUID | None = getattr(data, "organization_id", None)
    return named
