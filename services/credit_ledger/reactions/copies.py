"""The ledger's copies of licensing and membership: how they heal, and how one is rebuilt.

Of several workers each fetches what the watermarks that it hears name; the first looks by itself.
Roles and access are books, not a copy: what was missed of them is fetched, never replaced. Of what
membership says, only which nodes work for whom is a copy; a role that differs is put right by the
same acts that facts lead to.
"""

from uuid import UUID

from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.reactions.licensing import licensing_spoke
from services.credit_ledger.reactions.membership import membership_spoke
from services.credit_ledger.reactions.roles import put_right
from services.credit_ledger.store import enrolments, entitlements
from shared.contracts.message import Fact, FactData
from shared.contracts.snapshots import LicensingSubject, MembershipSubject
from shared.copies.keeping import OF_LICENSING, OF_MEMBERSHIP, Keeping, KnownSubject, copies_of
from shared.messaging.inbox import Act
from shared.service import Running


def _is_first_worker(running: Running) -> bool:
    return running.settings.worker == 0


async def _hear_licensing(running: Running, fact: Fact[FactData]) -> None:
    await licensing_spoke(fact, running.pool, running.clock)


async def _hear_membership(running: Running, fact: Fact[FactData]) -> None:
    engine = running.rooms["engine"]
    assert isinstance(engine, Engine)
    await membership_spoke(fact, running.pool, engine, running.clock, running.publisher)


async def _replace(_: Running, act: Act, known: KnownSubject) -> None:
    assert isinstance(known, LicensingSubject)
    await entitlements.replace(act.connection, known.subject, known.entitlements)


async def _accounts(act: Act, after: UUID | None, until: UUID | None) -> set[UUID]:
    return await entitlements.accounts_between(act.connection, after, until)


async def _replace_organization(running: Running, act: Act, known: KnownSubject) -> None:
    assert isinstance(known, MembershipSubject)
    nodes = known.organization.nodes if known.organization is not None else ()
    await enrolments.replace(act.connection, known.subject, nodes)
    if known.organization is not None:
        engine = running.rooms["engine"]
        assert isinstance(engine, Engine)
        await put_right(act, engine, known.subject, known.organization)


async def _organizations(act: Act, after: UUID | None, until: UUID | None) -> set[UUID]:
    return await enrolments.organizations_between(act.connection, after, until)


room = copies_of(
    Keeping(
        OF_LICENSING,
        hear=_hear_licensing,
        replace=_replace,
        subjects=_accounts,
        is_leading=_is_first_worker,
    ),
    Keeping(
        OF_MEMBERSHIP,
        hear=_hear_membership,
        replace=_replace_organization,
        subjects=_organizations,
        is_leading=_is_first_worker,
        is_heard_whole=True,
    ),
)
