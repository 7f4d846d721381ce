"""Which account somebody is whom the identity provider vouches for; a new one when he is new."""

from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.rooms import Rooms
from services.portal.sessions import asking_as
from services.portal.sign_in.provider import Claims
from services.portal.store import identities
from shared.contracts.accounts import (
    AccountFound,
    AccountOpened,
    ChangeEmail,
    FindAccount,
    LinkInvitation,
    RegisterAccount,
)
from shared.contracts.refusals import RefusalCode


class NotLetIn(Exception):  # noqa: N818  # reads as a sentence
    """He is who he says, yet cannot come in; the sentence tells him why."""


async def account_for(rooms: Rooms, claims: Claims) -> UUID:
    """Find the account, link an invitation, or open a new account; raises NotLetIn (A16, T32)."""
    async with rooms.pool.acquire() as database:
        known = await identities.account_of(database, claims.issuer, claims.subject)
    if known is not None:
        await _follow_address(rooms, known, claims)
        return known
    if not claims.email or not claims.is_verified:
        message = (
            "Your e-mail address is not verified yet where you sign in. Verify it there first."
        )
        raise NotLetIn(message)
    account = await _by_address(rooms, claims)
    async with rooms.pool.acquire() as database:
        await identities.link(
            database,
            claims.issuer,
            claims.subject,
            account_id=account,
            now=rooms.wall.now(),
        )
    return account


async def _by_address(rooms: Rooms, claims: Claims) -> UUID:
    found = await _found(rooms, claims.email)
    if found is not None and found.registered:
        return found.account_id
    if found is not None:
        links = LinkInvitation(email=claims.email, name=claims.name)
        return (await rooms.asking.show(links, AccountOpened)).account_id
    new = rooms.clock.new_id()
    opens = RegisterAccount(account_id=new, email=claims.email, name=claims.name)
    opened = await rooms.asking.show(opens, AccountOpened, viewer=asking_as(new))
    return opened.account_id


async def _follow_address(rooms: Rooms, account: UUID, claims: Claims) -> None:
    """Whoever has another verified address there has it here as well, unless it is taken."""
    if not claims.email or not claims.is_verified:
        return
    found = await _found(rooms, claims.email)
    if found is not None:
        return
    try:
        await rooms.asking.ask(ChangeEmail(email=claims.email), viewer=asking_as(account))
    except RefusedError as error:
        if error.refused.code != RefusalCode.EMAIL_TAKEN:
            raise


async def _found(rooms: Rooms, email: str) -> AccountFound | None:
    try:
        return await rooms.asking.show(FindAccount(email=email), AccountFound)
    except RefusedError as error:
        if error.refused.code != RefusalCode.UNKNOWN_ACCOUNT:
            raise
        return None
