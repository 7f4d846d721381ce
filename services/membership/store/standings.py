"""What decides over an account, read together under its lock."""

from uuid import UUID

from services.membership.rules.organizations import lapse, organization_due
from services.membership.rules.standing import Organization, Standing
from services.membership.store.accounts import find_account
from services.membership.store.licenses import give_to_organization, licenses_of
from services.membership.store.organizations import (
    find_organization_of,
    is_with_its_founder,
    save_activation,
    save_lapse,
)
from services.membership.store.people import find_membership
from shared.contracts.organizations import OrganizationActivated
from shared.copies.keeping import OF_LICENSING
from shared.messaging.inbox import Act
from shared.messaging.rebuilds import is_partial
from shared.postgres.pool import Connection


async def standing_of(connection: Connection, account_id: UUID) -> Standing:
    """Everything that decides over an account, read under its lock."""
    return Standing(
        account_id=account_id,
        account=await find_account(connection, account_id),
        owns=await find_organization_of(connection, account_id),
        joined=await find_membership(connection, account_id),
        licenses=await licenses_of(connection, account_id),
    )


async def activate_if_due(act: Act, account_id: UUID) -> None:
    """Let the account's organization appear or wake, under the account's lock, if it is due."""
    standing = await standing_of(act.connection, account_id)
    activated = organization_due(standing, new_id=act.clock.new_id(), now=act.now)
    if activated is not None:
        await arise(act, activated)


async def arise(act: Act, activated: OrganizationActivated) -> None:
    """Let an organization be there, with the commercial licenses of whom it arose with (A13).

    What a later Administrator bought himself stays his own when it wakes (T17).
    """
    await save_activation(act.connection, activated)
    if await is_with_its_founder(act.connection, activated.organization_id):
        await give_to_organization(
            act.connection, activated.administrator_id, activated.organization_id
        )
    await act.say(activated, subject=activated.organization_id)


async def lapse_if_due(act: Act, organization: Organization) -> None:
    """Under the organization's lock, so that a license that comes meanwhile wakes it again.

    While our copy of licenses is rebuilt nobody lapses for want of one: that waits until it is
    whole (`conclude`).
    """
    if await is_partial(act.connection, OF_LICENSING.source):
        return
    standing = await standing_of(act.connection, organization.administrator_id)
    lapsed = lapse(standing, now=act.now)
    if lapsed is not None:
        await save_lapse(act.connection, lapsed)
        await act.say(lapsed, subject=lapsed.organization_id)
