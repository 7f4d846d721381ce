"""Every contract by its type, for the doors, the generated documents and the tests."""

from typing import Any

from shared.contracts import credits, licensing, membership, purchases
from shared.contracts.message import Command, CommandData, Fact, FactData

COMMANDS: tuple[type[CommandData], ...] = (
    membership.RegisterAccount,
    membership.AddMember,
    membership.RemoveMember,
    licensing.AssignLicense,
    licensing.RevokeLicense,
    licensing.ReassignLicense,
    credits.AuthorizeHold,
    credits.CaptureHold,
    credits.VoidHold,
    credits.ReportUsage,
    credits.SetCreditAccess,
)
QUERIES: tuple[type[CommandData], ...] = (
    membership.ShowAccount,
    membership.ListMembers,
    licensing.ListLicenses,
    credits.ShowPool,
    credits.ListCreditAccess,
    credits.ShowVerdict,
)
FACTS: tuple[type[FactData], ...] = (
    purchases.OrderPaid,
    membership.AccountRegistered,
    membership.OrganizationActivated,
    membership.OrganizationLapsed,
    membership.MemberAdded,
    membership.MemberRemoved,
    membership.MembershipWatermark,
    licensing.LicenseActivated,
    licensing.LicenseExpired,
    licensing.SeatAssigned,
    licensing.SeatRevoked,
    licensing.LicensingWatermark,
    credits.CreditsGranted,
    credits.HoldsAuthorized,
    credits.CreditsCaptured,
    credits.HoldsReleased,
    credits.HoldsExpired,
    credits.CreditsExpired,
    credits.AccessChanged,
    credits.HoldRefused,
    credits.CreditLedgerWatermark,
)


def fact_type(data: type[FactData]) -> str:
    """Name a fact as CloudEvents do: the routing key with a version."""
    return f"coffer.{data.ROUTING_KEY}.v1"


# The value types differ per contract; each is a pydantic model that reads exactly its own JSON.
COMMAND_BY_TYPE: dict[str, type[Command[Any]]] = {
    data.TYPE: Command[data]  # type: ignore[valid-type]  # a class held in a variable
    for data in COMMANDS + QUERIES
}
FACT_BY_TYPE: dict[str, type[Fact[Any]]] = {
    fact_type(data): Fact[data]  # type: ignore[valid-type]  # a class held in a variable
    for data in FACTS
}
