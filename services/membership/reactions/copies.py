"""Membership's copies: how fresh that of licensing is, and what a rebuilt subject brings about."""

from uuid import UUID

from services.membership.reactions import credits
from services.membership.reactions.door import facts, take
from services.membership.reactions.licenses import give_to_founded
from services.membership.rules import organizations as rules
from services.membership.store import accounts, copies, organizations, standings
from shared.contracts.copies import LicensingWatermark
from shared.contracts.message import Fact, FactData
from shared.contracts.snapshots import LicensingSubject
from shared.copies.keeping import OF_LICENSING, Keeping, KnownSubject, SharedCopies, copies_of
from shared.messaging.doors import carries
from shared.messaging.inbox import Act, act
from shared.service import Running

CONCLUDED_AT_ONCE_MAX = 500


@facts(filter=carries(LicensingWatermark))
async def licensing_is_known_until(fact: Fact[LicensingWatermark], copies: SharedCopies) -> None:
    """Note how far licensing has spoken, and of whom a moment ago."""
    copies.hear(fact.data)


async def replace(act: Act, known: LicensingSubject) -> None:
    """Make our copy of a subject what licensing says; organizations arise and wake by it.

    What a subject does not have another may: whether one lapses shows when all are rebuilt.
    """
    await accounts.lock_account(act.connection, known.subject)
    await copies.replace_licenses(act.connection, known.subject, known.licenses)
    await copies.replace_seats(act.connection, known.subject, known.seats)
    await _give(act, known.subject)
    await standings.activate_if_due(act, known.subject)
    administered = await organizations.find_organization_of(act.connection, known.subject)
    owners = {one.organization_id for one in known.licenses if one.organization_id is not None}
    if administered is not None:
        owners.add(administered.id)
    for organization_id in sorted(owners):
        await _wake(act, organization_id)


async def conclude(running: Running) -> None:
    """Let lapse whoever turned out to have no commercial license left (T9)."""
    page: tuple[UUID, ...] = ()
    is_last = False
    while not is_last:
        async with running.pool.acquire() as connection:
            page = await organizations.organizations_without_license(
                connection, after=page[-1] if page else None, limit=CONCLUDED_AT_ONCE_MAX
            )
        for organization_id in page:
            await _lapse(running, organization_id)
        is_last = len(page) < CONCLUDED_AT_ONCE_MAX


async def _give(act: Act, account_id: UUID) -> None:
    """What a founder bought is his organization's, though licensing may not know it."""
    buyer = await standings.standing_of(act.connection, account_id)
    if not rules.keeps(buyer, "COMMERCIAL"):
        await give_to_founded(act, account_id)


async def _wake(act: Act, organization_id: UUID) -> None:
    organization = await organizations.lock_organization(act.connection, organization_id)
    if organization is not None:
        await standings.activate_if_due(act, organization.administrator_id)


async def _lapse(running: Running, organization_id: UUID) -> None:
    async with act(running.pool, running.clock) as change:
        organization = await organizations.lock_organization(change.connection, organization_id)
        assert organization is not None
        await standings.lapse_if_due(change, organization)
    running.written.set()


async def _hear(running: Running, fact: Fact[FactData]) -> None:
    await take(fact, running.pool, running.clock)


async def _replace(_: Running, act: Act, known: KnownSubject) -> None:
    assert isinstance(known, LicensingSubject)
    await replace(act, known)


async def _subjects(act: Act, after: UUID | None, until: UUID | None) -> set[UUID]:
    return await copies.subjects_between(act.connection, after, until)


room = copies_of(
    Keeping(OF_LICENSING, hear=_hear, replace=_replace, subjects=_subjects, conclude=conclude),
    credits.keeping,
)
