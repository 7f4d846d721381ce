"""Licensing's copy of membership rebuilt: what a subject is, and what a difference calls for.

Whatever differs has the effects that the missed facts would have had: an organization takes its
licenses over, whoever is out loses his seats, entitlements are told again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from services.licensing.reactions import membership
from services.licensing.rules.standing import RoleHeld, last_departure
from services.licensing.store import copies, entitlements, people
from services.licensing.store.copies import Interval
from shared.contracts.accounts import AccountRegistered
from shared.contracts.checkouts import SetFloating
from shared.contracts.licensing import AssignLicense, ReassignLicense, RevokeLicense
from shared.contracts.membership import MemberRemoved
from shared.contracts.message import Fact, FactData
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.snapshots import KnownOrganization, MembershipSubject
from shared.copies.keeping import OF_MEMBERSHIP, Keeping, KnownSubject, copies_of
from shared.messaging.inbox import Act
from shared.service import Running

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class People:
    """Who was or is what in an organization, by what membership says.

    `roles` are the same, by account: an organization has thousands, and each is asked about.
    """

    organization_id: UUID
    intervals: frozenset[Interval]
    roles: Mapping[UUID, Collection[RoleHeld]]

    def has_left(self, account_id: UUID, role_began_at: datetime | None) -> bool:
        """Whether he is out, or left since a role of his began, whatever he became again (T30)."""
        roles = self.roles.get(account_id, ())
        left_at = last_departure(roles)
        if not any(one.lasts() for one in roles):
            return True
        return left_at is not None and role_began_at is not None and role_began_at < left_at

    def removed(self, account_id: UUID, now: datetime) -> MemberRemoved:
        """His last departure; now, if membership never had him."""
        return MemberRemoved(
            organization_id=self.organization_id,
            account_id=account_id,
            removed_at=last_departure(self.roles.get(account_id, ())) or now,
        )


def people_of(organization_id: UUID, intervals: Collection[Interval]) -> People:
    """Bring together what each of them was and is."""
    roles: dict[UUID, list[RoleHeld]] = {}
    for one in intervals:
        held = RoleHeld(organization_id, one.role, one.began_at, one.ended_at)
        roles.setdefault(one.account_id, []).append(held)
    return People(organization_id, frozenset(intervals), roles)


async def replace(act: Act, known: MembershipSubject) -> None:
    """Make our copy of a subject what membership says it is."""
    await _replace_account(act, known)
    found = await people.find_organization(act.connection, known.subject)
    if known.organization is not None:
        if found is None:
            await _let_arise(act, known.subject, known.organization)
        await _replace_organization(act, known.subject, known.organization)
    elif found is not None:
        await _replace_people(act, people_of(known.subject, ()))
        await people.set_administrator(act.connection, known.subject, NOBODY)
        await people.set_state(act.connection, known.subject, "LAPSED")


async def _replace_account(act: Act, known: MembershipSubject) -> None:
    is_registered = await people.is_registered(act.connection, known.subject)
    if known.registered and not is_registered:
        registered = AccountRegistered(account_id=known.subject)
        await membership.account_registered(act, registered)
    if is_registered and not known.registered:
        await membership.account_forgotten(act, known.subject)


async def _let_arise(act: Act, organization_id: UUID, known: KnownOrganization) -> None:
    founder = known.administrators[0]
    arose = OrganizationActivated(
        organization_id=organization_id,
        administrator_id=founder.account_id,
        activated_at=founder.began_at,
        origin=known.origin,
    )
    await membership.organization_activated(act, arose)


async def _replace_organization(act: Act, organization_id: UUID, known: KnownOrganization) -> None:
    await people.set_administrator(act.connection, organization_id, known.administrator_id)
    founder = known.administrators[0].account_id
    await copies.set_founder(act.connection, organization_id, founder)
    await people.set_state(act.connection, organization_id, known.state)
    await _replace_people(act, people_of(organization_id, _intervals(known)))


async def _replace_people(act: Act, wanted: People) -> None:
    """Whoever differs is locked, put right, and told anew; whoever left gives his seats back."""
    organization_id = wanted.organization_id
    ours = await copies.intervals_of(act.connection, organization_id)
    differing = {one.account_id for one in ours ^ wanted.intervals}
    concerned = sorted(differing | await _who_left(act, wanted))
    for account_id in concerned:
        await people.lock_account(act.connection, account_id)
    await copies.replace_intervals(
        act.connection,
        organization_id,
        wrong=ours - wanted.intervals,
        missing=wanted.intervals - ours,
    )
    # Again, for a seat may have been given until the locks were taken.
    for account_id in sorted(await _who_left(act, wanted)):
        await membership.take_back(act, wanted.removed(account_id, act.now))
    await entitlements.retell_accounts(act, concerned)


async def _who_left(act: Act, wanted: People) -> set[UUID]:
    """Whose seats, or leave to float, are from before he left."""
    holders = await copies.holders_of(act.connection, wanted.organization_id)
    return {
        account_id for account_id, began in holders.items() if wanted.has_left(account_id, began)
    }


def _intervals(known: KnownOrganization) -> set[Interval]:
    """Who was or is what; an Administrator was one until the next began."""
    followed = [(one, next_one.began_at) for one, next_one in pairwise(known.administrators)]
    administrators = [*followed, (known.administrators[-1], None)]
    return {
        *(
            Interval(one.account_id, "ADMINISTRATOR", one.began_at, end)
            for one, end in administrators
        ),
        *(Interval(one.account_id, one.role, one.added_at, None) for one in known.members),
        *(Interval(one.account_id, one.role, one.added_at, one.removed_at) for one in known.former),
    }


async def _hear(running: Running, fact: Fact[FactData]) -> None:
    await membership.take(fact, running.pool, running.clock)


async def _replace(_: Running, act: Act, known: KnownSubject) -> None:
    assert isinstance(known, MembershipSubject)
    await replace(act, known)


async def _subjects(act: Act, after: UUID | None, until: UUID | None) -> set[UUID]:
    return await copies.subjects_between(act.connection, after, until)


# What an Administrator decides over people; nobody's checkout waits for it, and no purchase.
ADMINISTRATIVE = (AssignLicense, RevokeLicense, ReassignLicense, SetFloating)
room = copies_of(
    Keeping(OF_MEMBERSHIP, hear=_hear, replace=_replace, subjects=_subjects, decides=ADMINISTRATIVE)
)
