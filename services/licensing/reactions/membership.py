"""What licensing does when membership speaks: organizations arise, people come, change and go."""

from dataclasses import replace
from uuid import UUID

from services.licensing.rules import seats as rules
from services.licensing.rules.licenses import ACTIVE, founding_license
from services.licensing.store import (
    arriving,
    checkouts,
    entitlements,
    floors,
    licenses,
    people,
    seating,
    trials,
)
from services.licensing.store.arriving import Concerned
from shared.clock import Clock
from shared.contracts.accounts import AccountForgotten, AccountRegistered
from shared.contracts.licensing import SeatsReleased
from shared.contracts.membership import MemberAdded, MemberRemoved, RemovalAwaited
from shared.contracts.message import Fact, FactData
from shared.contracts.organizations import OrganizationActivated, OrganizationLapsed
from shared.contracts.transfers import AdministratorChanged
from shared.messaging.inbox import Act, hear
from shared.postgres.pool import Pool


async def take(fact: Fact[FactData], pool: Pool, clock: Clock) -> None:
    """Take in a fact of membership, delivered or fetched: each once, in order."""
    async with hear(pool, fact, clock) as heard:
        told = [due.data for due in heard.due]
        await _lock_all(heard, told)
        for data in told:
            await apply(heard, data)


async def _lock_all(act: Act, told: list[FactData]) -> None:
    """Several facts in one commit: all accounts first, then all seats, as everybody locks them."""
    if len(told) < 2:  # noqa: PLR2004  # one fact takes its locks in this order by itself
        return
    for account_id in sorted({one for data in told for one in _accounts_in(data)}):
        await people.lock_account(act.connection, account_id)
    removals = (data for data in told if isinstance(data, MemberRemoved))
    for organization_id in sorted({removed.organization_id for removed in removals}):
        await floors.lock_all_seats(act.connection, organization_id)


def _accounts_in(data: FactData) -> tuple[UUID, ...]:
    match data:
        case OrganizationActivated(administrator_id=account_id):
            return (account_id,)
        case AdministratorChanged(from_account_id=former, to_account_id=chosen):
            return (former, chosen)
        case AccountRegistered() | AccountForgotten() | MemberAdded() | MemberRemoved():
            return (data.account_id,)
    return ()


async def apply(act: Act, data: FactData) -> None:
    """Let our copy of membership follow a fact, with what comes of it."""
    match data:
        case AccountRegistered():
            await account_registered(act, data)
        case AccountForgotten(account_id=account_id):
            await account_forgotten(act, account_id)
        case OrganizationActivated():
            await organization_activated(act, data)
        case OrganizationLapsed(organization_id=organization_id):
            await people.set_state(act.connection, organization_id, "LAPSED")
        case AdministratorChanged():
            await administrator_changed(act, data)
        case MemberAdded():
            await member_added(act, data)
        case MemberRemoved():
            await member_removed(act, data)
        case RemovalAwaited():
            await removal_awaited(act, data)
        case _:
            return  # Heard all the same: a fact that was skipped would hold up those after it.


async def account_registered(act: Act, registered: AccountRegistered) -> None:
    """What an invited person was given becomes usable (T32)."""
    await people.lock_account(act.connection, registered.account_id)
    await people.register(act.connection, registered.account_id)
    await entitlements.retell_accounts(act, (registered.account_id,))


async def account_forgotten(act: Act, account_id: UUID) -> None:
    """Who was erased may use nothing and waits for nothing; what was stays under his id (A20).

    His seats go with his membership, which ends in the same commit there.
    """
    await people.lock_account(act.connection, account_id)
    await people.unregister(act.connection, account_id)
    await checkouts.end_all_of(act, account_id)
    for application, offer in await trials.waiting_of(act.connection, account_id):
        await trials.keep(act, replace(application, state="DECLINED"), offer)
    await entitlements.retell_accounts(act, (account_id,))


async def organization_activated(act: Act, activated: OrganizationActivated) -> None:
    """From now on what its founder bought is the organization's, also when it wakes (A13)."""
    administrator = activated.administrator_id
    await people.lock_account(act.connection, administrator)
    is_new = await people.add_organization(act.connection, activated)
    if is_new:
        await people.begin_role(
            act.connection,
            activated.organization_id,
            administrator,
            role="ADMINISTRATOR",
            at=activated.activated_at,
        )
    else:
        await people.set_state(act.connection, activated.organization_id, "ACTIVE")
    known = await people.standing_of(act.connection, administrator)
    if known.founded != activated.organization_id:
        return
    concerned = await _take_over_licenses(act, activated, is_new=is_new)
    products = await entitlements.products_of(act.connection, administrator)
    await entitlements.retell_all(act, concerned | {(administrator, each) for each in products})


async def administrator_changed(act: Act, changed: AdministratorChanged) -> None:
    """Both change roles at once; licenses and seats stay with the organization (T16)."""
    organization, at = changed.organization_id, changed.changed_at
    both = sorted((changed.from_account_id, changed.to_account_id))
    for account_id in both:
        await people.lock_account(act.connection, account_id)
        await people.end_role(act.connection, organization, account_id, at=at)
    await people.set_administrator(act.connection, organization, changed.to_account_id)
    await people.begin_role(
        act.connection, organization, changed.to_account_id, role="ADMINISTRATOR", at=at
    )
    await people.begin_role(
        act.connection, organization, changed.from_account_id, role=changed.from_role, at=at
    )
    await entitlements.retell_accounts(act, both)


async def member_added(act: Act, added: MemberAdded) -> None:
    """A Member's own licenses wait from now on, a Guest's stand beside the others (R27, R35)."""
    await people.lock_account(act.connection, added.account_id)
    await people.begin_role(
        act.connection,
        added.organization_id,
        added.account_id,
        role=added.role,
        at=added.added_at,
    )
    await entitlements.retell_accounts(act, (added.account_id,))


async def member_removed(act: Act, removed: MemberRemoved) -> None:
    """Whoever leaves gives his seats back; what he owns stays his (R16, T1)."""
    await people.lock_account(act.connection, removed.account_id)
    await people.end_role(
        act.connection, removed.organization_id, removed.account_id, at=removed.removed_at
    )
    await take_back(act, removed)


async def take_back(act: Act, removed: MemberRemoved) -> None:
    """Take back what somebody was given before he left, and nothing given since (T30)."""
    organization_id, account_id, at = (
        removed.organization_id,
        removed.account_id,
        removed.removed_at,
    )
    await floors.forget_floating_of(act.connection, organization_id, account_id, removed_at=at)
    for product in await seating.products_assigned_before(
        act.connection, organization_id, account_id, removed_at=at
    ):
        seats = await seating.lock_seats(act.connection, organization_id, product, now=act.now)
        if held := seats.of(account_id):
            taken = rules.revoked(seats, held, reason="removed", now=act.now)
            await seating.take_back(act, seats, taken)
    await _say_released(act, removed)
    await entitlements.retell_accounts(act, (account_id,))


async def removal_awaited(act: Act, awaited: RemovalAwaited) -> None:
    """Membership has not heard that we are done: say it again, if we are (T1)."""
    await people.lock_account(act.connection, awaited.account_id)
    if await people.is_out(
        act.connection, awaited.organization_id, awaited.account_id, removed_at=awaited.removed_at
    ):
        await _say_released(act, awaited)


async def _take_over_licenses(
    act: Act, activated: OrganizationActivated, *, is_new: bool
) -> Concerned:
    owned = await licenses.licenses_of(act.connection, activated.administrator_id)
    bought = [one for one in owned if one.kind == "COMMERCIAL" and one.organization_id is None]
    await licenses.give_to_organization(
        act.connection, (one.id for one in bought), activated.organization_id
    )
    is_made_by_license = is_new and activated.origin == "LICENSE"
    founding = founding_license(bought, act.now) if is_made_by_license else None
    concerned: Concerned = set()
    for license in bought:
        if license.state == ACTIVE:
            concerned |= await arriving.add_seats_of(
                act, license, activated.organization_id, founding=license == founding
            )
    for product in sorted({one.product for one in bought}):
        await checkouts.end_surplus_of(act, activated.administrator_id, product)
    for license in bought:
        if license.state == ACTIVE:
            # Membership may have taken it for his own meanwhile, or for a later one's.
            given = replace(license, organization_id=activated.organization_id)
            await act.say(arriving.activated(given), subject=license.account_id)
    return concerned


async def _say_released(act: Act, removed: MemberRemoved | RemovalAwaited) -> None:
    released = SeatsReleased(
        organization_id=removed.organization_id,
        account_id=removed.account_id,
        removed_at=removed.removed_at,
    )
    await act.say(released, subject=removed.organization_id)
