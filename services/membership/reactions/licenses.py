"""What membership does when licensing speaks of licenses: organizations appear, lapse and wake."""

from uuid import UUID

from services.membership.reactions.door import listens_to
from services.membership.rules import organizations as rules
from services.membership.store import accounts, licenses, organizations, standings
from shared.contracts.licensing import LicenseActivated, LicenseExpired
from shared.messaging.inbox import Act


@listens_to(LicenseActivated)
async def license_activated(act: Act, license: LicenseActivated) -> None:
    """Remember the license; the organization appears with it, or later with the account (R3).

    One that was bought for an organization counts for that one, whoever administers it by now.
    """
    await accounts.lock_account(act.connection, license.account_id)
    await licenses.save_license(act.connection, license)
    if license.organization_id is None:
        await _give(act, license)
        await standings.activate_if_due(act, license.account_id)
        return
    organization = await organizations.lock_organization(act.connection, license.organization_id)
    if organization is not None:
        await standings.activate_if_due(act, organization.administrator_id)
    await _lapse_without(act, license)


async def _lapse_without(act: Act, license: LicenseActivated) -> None:
    """What its buyer made of a license meanwhile lives no more by it, once it is another's."""
    own = await organizations.lock_organization_of(act.connection, license.account_id)
    if own is not None and own.id != license.organization_id:
        await standings.lapse_if_due(act, own)


@listens_to(LicenseExpired)
async def license_expired(act: Act, license: LicenseExpired) -> None:
    """The organization lapses with its last commercial license; nobody leaves (T9)."""
    await accounts.lock_account(act.connection, license.account_id)
    of = await licenses.expire_license(act.connection, license.license_id)
    if of is not None:
        organization = await organizations.lock_organization(act.connection, of)
    else:
        organization = await organizations.lock_organization_of(act.connection, license.account_id)
    if organization is not None:
        await standings.lapse_if_due(act, organization)


async def _give(act: Act, license: LicenseActivated) -> None:
    """What a founder buys is his organization's, though licensing did not know it (A13)."""
    buyer = await standings.standing_of(act.connection, license.account_id)
    if not rules.keeps(buyer, license.kind):
        await give_to_founded(act, license.account_id)


async def give_to_founded(act: Act, account_id: UUID) -> None:
    """Give a founder's own licenses to his organization, which licensing had not heard of.

    Licensing does so when it hears of it, and leaves a later Administrator his own (T17).
    """
    organization = await organizations.lock_organization_of(act.connection, account_id)
    if organization is not None and await organizations.is_with_its_founder(
        act.connection, organization.id
    ):
        await licenses.give_to_organization(act.connection, account_id, organization.id)
