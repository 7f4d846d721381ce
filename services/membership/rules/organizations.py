"""When an organization is there, and who acts for it (R2-R5, R10, T9, A13)."""

from datetime import datetime
from uuid import UUID

from services.membership.rules.standing import Organization, Standing
from shared.contracts.message import Refused, refuse
from shared.contracts.organizations import OrganizationActivated, OrganizationLapsed
from shared.contracts.purchases import LicenseKind
from shared.contracts.refusals import RefusalCode


def organization_due(
    standing: Standing, *, new_id: UUID, now: datetime
) -> OrganizationActivated | None:
    """Whoever holds an active commercial license is an organization (R3) and its Administrator.

    A Member's license makes none (A13): it waits until he leaves. A renewal wakes a lapsed one,
    which lives by its licenses from then on.
    """
    if not standing.is_registered or not _lives_by_licenses(standing, now=now):
        return None
    if standing.owns is not None and standing.owns.state == "ACTIVE":
        return None
    return OrganizationActivated(
        organization_id=standing.owns.id if standing.owns else new_id,
        administrator_id=standing.account_id,
        activated_at=now,
        origin="LICENSE",
    )


def keeps(buyer: Standing, kind: LicenseKind) -> bool:
    """Whether a license that was sold to a person stays his own (A13).

    What an Administrator buys is his organization's; what a Member buys, and may not, waits.
    """
    return buyer.owns is None or buyer.is_member or kind != "COMMERCIAL"


def lapse(standing: Standing, *, now: datetime) -> OrganizationLapsed | None:
    """Without an active commercial license an organization lapses; nobody leaves (T9).

    One that lives by an operator's word ends by it alone.
    """
    if standing.owns is None or standing.owns.state == "LAPSED":
        return None
    if standing.owns.origin == "CONFIRMED" or _lives_by_licenses(standing, now=now):
        return None
    return _lapsed(standing.owns, now=now)


def end(
    organization: Organization, standing: Standing, *, now: datetime
) -> OrganizationLapsed | Refused:
    """An operator ends what an operator confirmed (R10), as long as no license keeps it (R3)."""
    if organization.origin != "CONFIRMED" or _lives_by_licenses(standing, now=now):
        return refuse(
            RefusalCode.INVALID_SETUP_REQUEST, message="the organization lives by its licenses"
        )
    if organization.state == "LAPSED":
        return refuse(
            RefusalCode.INVALID_SETUP_REQUEST, message="the organization has ended already"
        )
    return _lapsed(organization, now=now)


def administer(organization: Organization | None, asked_by: UUID | None) -> Organization | Refused:
    """Let the Administrator through, and nobody else (R2)."""
    if organization is None:
        return refuse(RefusalCode.UNKNOWN_ORGANIZATION)
    if asked_by != organization.administrator_id:
        return refuse(RefusalCode.NOT_ADMINISTRATOR)
    return organization


def absent(*, is_pending: bool, is_own_account: bool) -> Refused:
    """Say what stands in the place of an organization that is not there (R4, R10)."""
    if is_pending:
        return refuse(RefusalCode.ORGANIZATION_NOT_CONFIRMED)
    if is_own_account:
        return refuse(RefusalCode.NOT_AN_ORGANIZATION)
    return refuse(RefusalCode.UNKNOWN_ORGANIZATION)


def show(organization: Organization, asked_by: Standing | None) -> Refused | None:
    """An organization is shown to whoever is in it, the Administrator first of all (R10)."""
    if asked_by is not None and asked_by.account_id == organization.administrator_id:
        return None
    joined = asked_by.joined if asked_by is not None else None
    if joined is not None and joined.organization_id == organization.id:
        return None
    return refuse(RefusalCode.NOT_IN_ORGANIZATION)


def _lapsed(organization: Organization, *, now: datetime) -> OrganizationLapsed:
    return OrganizationLapsed(
        organization_id=organization.id,
        administrator_id=organization.administrator_id,
        lapsed_at=now,
    )


def _lives_by_licenses(standing: Standing, *, now: datetime) -> bool:
    """Its own licenses count, and its Administrator's, unless he is a Member elsewhere (A13)."""
    return any(
        license.kind == "COMMERCIAL"
        and license.is_live(now)
        and (license.organization_id is not None or not standing.is_member)
        for license in standing.licenses
    )
