"""What decides over another Administrator, locked and read together."""

from uuid import UUID

import asyncpg

from services.membership.rules.standing import Organization
from services.membership.rules.transfers import Succession
from services.membership.store.accounts import lock_account
from services.membership.store.organizations import find_organization, lock_organization
from services.membership.store.people import left_at
from services.membership.store.personal_credits import has_credits_of_his_own
from services.membership.store.standings import standing_of
from shared.postgres.pool import Connection


async def lock_accounts(connection: Connection, *account_ids: UUID) -> None:
    """Lock several accounts in the one order in which everybody does."""
    for account_id in sorted(set(account_ids)):
        await lock_account(connection, account_id)


async def lock_with_administrator(
    connection: Connection, organization_id: UUID | None, successor_id: UUID
) -> Organization | None:
    """Lock an organization after its Administrator and his successor, whoever he is by then.

    He may have handed it over a moment ago; then the command begins again.
    """
    found = None
    if organization_id is not None:
        found = await find_organization(connection, organization_id)
    if found is None:
        return None
    await lock_accounts(connection, found.administrator_id, successor_id)
    locked = await lock_organization(connection, found.id)
    if locked is None or locked.administrator_id != found.administrator_id:
        raise asyncpg.SerializationError("the organization was handed over a moment ago")
    return locked


async def succession_of(
    connection: Connection, organization: Organization, successor_id: UUID
) -> Succession:
    """Read who would become the Administrator after whom, under the locks of both."""
    former_id = organization.administrator_id
    return Succession(
        organization=organization,
        former=await standing_of(connection, former_id),
        former_left_at=await left_at(connection, former_id),
        successor=await standing_of(connection, successor_id),
        has_credits_of_his_own=await has_credits_of_his_own(connection, successor_id),
    )
