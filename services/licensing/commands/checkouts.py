"""Products are taken into use and brought back (A12, T31)."""

from uuid import UUID

from services.licensing.commands.door import commands
from services.licensing.rules import checkouts as rules
from services.licensing.rules import remembering
from services.licensing.rules.checkouts import Rights
from services.licensing.rules.leases import Checkout, closed, opened
from services.licensing.store import checkouts, leases, people
from services.licensing.store.remembering import remember
from shared.contracts.audit import LicensingActRecorded
from shared.contracts.checkouts import (
    BorrowCheckout,
    CheckoutOpened,
    CloseCheckout,
    OpenCheckout,
    RenewCheckout,
)
from shared.contracts.message import Command, Contract, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.audit import record
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool


@commands(filter=carries(OpenCheckout))
async def open_checkout(
    command: Command[OpenCheckout], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock, remember=remember) as change:
        if change.already_made or _is_turned_away(change):
            return change.verdict
        if command.on_behalf_of is None:
            return change.decide(refuse(RefusalCode.UNKNOWN_ACCOUNT))
        return change.decide(await _open(change, command.on_behalf_of, command.data))


@commands(filter=carries(RenewCheckout))
async def renew_checkout(
    command: Command[RenewCheckout], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock, remember=remember) as change:
        if change.already_made or _is_turned_away(change):
            return change.verdict
        found = await _his(change, command.data.checkout_id)
        if isinstance(found, Refused):
            return change.decide(found)
        return change.decide(await _renew(change, found, command.data))


@commands(filter=carries(BorrowCheckout))
async def borrow_checkout(
    command: Command[BorrowCheckout], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock, remember=remember) as change:
        if change.already_made or _is_turned_away(change):
            return change.verdict
        found = await _his(change, command.data.checkout_id)
        if isinstance(found, Refused):
            return change.decide(found)
        return change.decide(await _borrow(change, found, command.data))


@commands(filter=carries(CloseCheckout))
async def close_checkout(
    command: Command[CloseCheckout], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock, remember=remember) as change:
        if change.already_made or _is_turned_away(change):
            return change.verdict
        return change.decide(await _close(change, command.data))


def _is_turned_away(change: Change) -> bool:
    """Whether the id is so old that a verdict on it may be forgotten, or not minted yet."""
    refused = remembering.turned_away(change.asked.id, now=change.now)
    if refused is not None:
        change.decide(refused)
    return refused is not None


async def _open(change: Change, account_id: UUID, asked: OpenCheckout) -> Contract | Refused:
    rights, lapsed = await checkouts.lock_rights(change, account_id, asked.product)
    decision = rules.open(asked, rights, id=change.asked.id, now=change.now)
    if isinstance(decision, Refused):
        await checkouts.retell(change, lapsed)
        return await _listed(change, rights, decision)
    before = rights.on(asked.machine)
    await checkouts.begin(change, decision, before=before)
    await checkouts.retell(change, (*lapsed, before, decision))
    return opened(decision)


async def _his(change: Change, checkout_id: UUID) -> Checkout | Refused:
    found = await checkouts.lock_open(change, checkout_id)
    return rules.his(found, change.asked.on_behalf_of, now=change.now)


async def _listed(change: Change, rights: Rights, refused: Refused) -> Refused:
    if refused.code is not RefusalCode.NO_SEAT_AVAILABLE:
        return refused
    return await checkouts.listing(change, rights, refused)


async def _renew(change: Change, found: Checkout, asked: RenewCheckout) -> Contract | Refused:
    rights = await checkouts.rights_of(change, found.account_id, found.product)
    renewed = rules.renew(found, rights, lease_seconds=asked.lease_seconds, now=change.now)
    return await _prolong(change, found, renewed)


async def _borrow(change: Change, found: Checkout, asked: BorrowCheckout) -> Contract | Refused:
    rights = await checkouts.rights_of(change, found.account_id, found.product)
    borrowed = rules.borrow(found, asked, rights, now=change.now)
    answer = await _prolong(change, found, borrowed)
    if isinstance(answer, CheckoutOpened):
        await change.say(answer, subject=found.organization_id or found.account_id)
    return answer


async def _prolong(
    change: Change, found: Checkout, decision: Checkout | Refused
) -> CheckoutOpened | Refused:
    """Keep the longer lease; one whose right is gone ends with this heartbeat (T31)."""
    if isinstance(decision, Refused):
        if decision.code is RefusalCode.NO_ENTITLEMENT:
            await checkouts.end(change, found, swept=True)
            await checkouts.retell(change, (found,))
        return decision
    if not await leases.prolong(change.connection, decision):
        return refuse(RefusalCode.UNKNOWN_CHECKOUT)
    return opened(decision)


async def _close(change: Change, asked: CloseCheckout) -> Contract | Refused:
    by = change.asked.on_behalf_of
    found = await checkouts.lock_open(change, asked.checkout_id)
    decision = rules.may_close(found, by, await _administrator_of(change, found))
    if isinstance(decision, Refused):
        return decision
    await checkouts.end(change, decision, swept=False)
    if by != decision.account_id:
        await _record(change, decision)
    await checkouts.retell(change, (decision,))
    return closed(decision, swept=False, now=change.now)


async def _administrator_of(change: Change, checkout: Checkout | None) -> UUID | None:
    if checkout is None or checkout.organization_id is None:
        return None
    organization = await people.find_organization(change.connection, checkout.organization_id)
    return organization.administrator_id if organization else None


async def _record(change: Change, checkout: Checkout) -> None:
    assert checkout.organization_id is not None
    await record(
        change,
        LicensingActRecorded,
        subject=checkout.organization_id,
        about=checkout.account_id,
        before={
            "checkout_id": str(checkout.id),
            "product": checkout.product,
            "machine": checkout.machine,
            "lease_until": checkout.ends(),
        },
    )
