"""Whom a message names as its owner, when there is no organization of that id."""

from uuid import UUID

from services.membership.rules import organizations as rules
from services.membership.store.accounts import find_account
from services.membership.store.organizations import find_organization_of
from services.membership.store.setups import find_waiting, is_awaited
from shared.contracts.message import Refused
from shared.postgres.pool import Connection


async def absent(connection: Connection, owner: UUID | None, asked_by: UUID | None) -> Refused:
    """Why there is no such organization: it waits, it is an account's own id, or it is unknown.

    Only the account itself is told that its id is one.
    """
    if owner is None:
        return rules.absent(is_pending=False, is_own_account=False)
    if owner != asked_by:
        is_pending = await is_awaited(connection, owner)
        return rules.absent(is_pending=is_pending, is_own_account=False)
    account = await find_account(connection, owner)
    is_own = account is not None and await find_organization_of(connection, owner) is None
    is_pending = is_own and await find_waiting(connection, owner) is not None
    return rules.absent(is_pending=is_pending, is_own_account=is_own)
