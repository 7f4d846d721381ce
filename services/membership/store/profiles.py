"""What an account sees of itself, and what is found of it, read together."""

from collections.abc import Collection
from uuid import UUID

from services.membership.rules.standing import Account
from services.membership.store.setups import find_waiting
from services.membership.store.standings import standing_of
from services.membership.store.transfers import offer_to
from shared.contracts.accounts import AccountFound, AccountProfile
from shared.postgres.pool import Connection


async def profile_of(connection: Connection, account: Account) -> AccountProfile:
    """The profile of a registered account (R1, R9): where it is, and what waits for it."""
    assert account.name is not None
    standing = await standing_of(connection, account.id)
    waiting = await find_waiting(connection, account.id)
    return AccountProfile(
        account_id=account.id,
        email=account.email,
        name=account.name,
        customer_number=account.customer_number,
        organization_id=standing.owns.id if standing.owns else None,
        joined_organization_id=standing.joined.organization_id if standing.joined else None,
        role=standing.joined.role if standing.joined else None,
        setup_request_id=waiting.id if waiting else None,
        transfer_id=await offer_to(connection, account.id),
    )


async def found_of(connection: Connection, account: Account) -> AccountFound:
    """Who an account is and where, for whoever may find people; it may be invited only (T32)."""
    standing = await standing_of(connection, account.id)
    return AccountFound(
        account_id=account.id,
        registered=account.is_registered,
        email=account.email,
        name=account.name,
        customer_number=account.customer_number,
        organization_id=standing.owns.id if standing.owns else None,
        joined_organization_id=standing.joined.organization_id if standing.joined else None,
        role=standing.joined.role if standing.joined else None,
    )


async def all_found(connection: Connection, accounts: Collection[UUID]) -> tuple[AccountFound, ...]:
    """Who several accounts are, in one look; a forgotten one is not found (A20)."""
    rows = await connection.fetch(
        """
        SELECT
            account.id AS account_id, account.registered_at IS NOT NULL AS registered,
            account.email, account.name, account.customer_number,
            organization.id AS organization_id,
            membership.organization_id AS joined_organization_id, membership.role
        FROM account
        LEFT JOIN organization ON organization.administrator_id = account.id
        LEFT JOIN membership
            ON membership.account_id = account.id AND membership.state = 'ACTIVE'
        WHERE account.id = ANY($1::uuid []) AND account.forgotten_at IS NULL
        ORDER BY account.id
        """,
        accounts,
    )
    return tuple(AccountFound(**row) for row in rows)
