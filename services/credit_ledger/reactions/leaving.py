"""What membership waits for when somebody leaves: that he draws on the pool no more (T1)."""

import structlog

from services.credit_ledger.store.leaving import has_left
from shared.clock import Clock
from shared.contracts.credit_facts import AccessReleased
from shared.contracts.membership import MemberRemoved, RemovalAwaited
from shared.contracts.message import Fact, FactData
from shared.messaging import outbox
from shared.messaging.publisher import NotConfirmed, Publisher
from shared.postgres.pool import Pool

log = structlog.get_logger()


async def tell_released(
    fact: Fact[FactData], *, pool: Pool, publisher: Publisher, clock: Clock
) -> None:
    """Say that a removal is applied: after it was, and again whenever membership asks.

    Whichever worker applied it, the database knows. What is not confirmed is asked for again.
    """
    match fact.data:
        case MemberRemoved():
            await _say(publisher, _release(fact.data), clock)
        case RemovalAwaited():
            release = _release(fact.data)
            async with pool.acquire() as connection:
                is_out = await has_left(
                    connection, release.organization_id, release.account_id, release.removed_at
                )
            if is_out:
                await _say(publisher, release, clock)


def _release(removal: MemberRemoved | RemovalAwaited) -> AccessReleased:
    return AccessReleased(
        organization_id=removal.organization_id,
        account_id=removal.account_id,
        removed_at=removal.removed_at,
    )


async def _say(publisher: Publisher, said: AccessReleased, clock: Clock) -> None:
    subject = said.organization_id
    try:
        await outbox.announce(
            publisher, said, subject=subject, identifier=clock.new_id(), at=clock.now()
        )
    except NotConfirmed as error:
        log.warning("release_not_said", organization=str(subject), reason=repr(error))
