"""Products taken into use and brought back, with what is said of it.

An account's lock comes first, then the seats. What a lease gave is retold last (`entitlements`).
"""

from collections.abc import Iterable
from uuid import UUID

from services.licensing.rules import checkouts as decide
from services.licensing.rules import leases as rules
from services.licensing.rules.checkouts import Floor, Rights
from services.licensing.rules.entitlement import Holding
from services.licensing.rules.leases import Checkout
from services.licensing.rules.seats import Assignment, Seats
from services.licensing.store import entitlements, floors, holdings, leases, people
from shared.contracts.message import Refused
from shared.messaging.inbox import Act


async def lock_rights(act: Act, account_id: UUID, product: str) -> tuple[Rights, list[Checkout]]:
    """Lock an account and the seats of a product that it may take, and read what decides over it.

    Leases of his that lapsed are swept here as well, and answered: he need not wait for the timer.
    """
    await people.lock_account(act.connection, account_id)
    # Before the seats are locked, for a storm waits for those: all that the account's lock keeps.
    holding = await holdings.holding_of(act.connection, account_id, product, now=act.now)
    for organization_id in sorted(holding.works_for()):
        await floors.lock_floor(act.connection, organization_id, product)
    opened = await leases.open_ones_of(act.connection, account_id, product)
    lapsed = [checkout for checkout in opened if not checkout.is_held(act.now)]
    for checkout in lapsed:
        await end(act, checkout, swept=True)
    held = tuple(checkout for checkout in opened if checkout.is_held(act.now))
    return Rights(holding, held, await _floors(act, holding)), lapsed


async def lock_open(act: Act, checkout_id: UUID) -> Checkout | None:
    """Find an open checkout and lock the account that opened it."""
    found = await leases.find_open(act.connection, checkout_id)
    if found is None:
        return None
    await people.lock_account(act.connection, found.account_id)
    return await leases.find_open(act.connection, checkout_id)


async def rights_of(act: Act, account_id: UUID, product: str) -> Rights:
    """What decides over an account's checkouts of a product, under its lock."""
    holding = await holdings.holding_of(act.connection, account_id, product, now=act.now)
    opened = await leases.open_ones_of(act.connection, account_id, product)
    return Rights(holding, opened, await _floors(act, holding))


async def begin(act: Act, checkout: Checkout, *, before: Checkout | None) -> None:
    """Take a product into use and say so; the same checkout again is a heartbeat."""
    if before is not None and before.id == checkout.id:
        await leases.prolong(act.connection, checkout)
        return
    if before is not None:
        await end(act, before, swept=True)
    await leases.add_checkout(act.connection, checkout)
    await act.say(rules.opened(checkout), subject=checkout.organization_id or checkout.account_id)


async def end(act: Act, checkout: Checkout, *, swept: bool) -> bool:
    """Give a seat back and say so; False when somebody else did."""
    await _lock_seats_of(act, checkout)
    closed = rules.closed(checkout, swept=swept, now=act.now)
    if not await leases.end_checkout(act.connection, checkout.id, at=closed.closed_at, swept=swept):
        return False
    await act.say(closed, subject=checkout.organization_id or checkout.account_id)
    return True


async def end_all_of(act: Act, account_id: UUID) -> None:
    """End whatever an account has open (A20)."""
    opened = await leases.all_open_of(act.connection, account_id)
    # All seats before the first is said to be free, for others say so of theirs under their lock.
    for checkout in opened:
        await _lock_seats_of(act, checkout)
    for checkout in opened:
        await end(act, checkout, swept=True)


async def end_surplus(act: Act, seats: Seats, lost: Iterable[Assignment]) -> list[Checkout]:
    """End the leases for which no seat is left (T9): on none assigned, or on one that is lost."""
    alone = await leases.on_no_assignment(act.connection, seats.organization_id, seats.product)
    ending = list(decide.surplus(alone, seats=seats.live - len(seats.assignments)))
    for held in lost:
        lease = await leases.find_on(act.connection, held.id)
        ending.extend([lease] if lease else [])
    for checkout in ending:
        await end(act, checkout, swept=True)
    return ending


async def end_surplus_of(act: Act, account_id: UUID, product: str) -> None:
    """End the leases on licenses of an account's own that ran out or are its own no more (T9)."""
    rights = await rights_of(act, account_id, product)
    for checkout in decide.surplus_of_own(rights, now=act.now):
        await end(act, checkout, swept=True)


async def retell(act: Act, touched: Iterable[Checkout | None]) -> None:
    """Say what people may use after these checkouts began or ended: a floating seat is a right."""
    floated = [one for one in touched if one is not None and one.source == "FLOATING"]
    await entitlements.retell_all(act, {(one.account_id, one.product) for one in floated})


async def listing(act: Act, rights: Rights, refused: Refused) -> Refused:
    """Say in a refusal who holds the seats that somebody might have had (A12)."""
    wanted = [floor.organization_id for floor in _his(rights.floors)]
    if not wanted:
        return decide.listing(refused, (rights.holding.account_id,), count=1)
    holders, count = await floors.holders_of(
        act.connection, wanted, rights.holding.product, limit=decide.HOLDERS_SHOWN
    )
    return decide.listing(refused, holders, count=count)


async def _lock_seats_of(act: Act, checkout: Checkout) -> None:
    if checkout.organization_id is not None:
        await floors.lock_floor(act.connection, checkout.organization_id, checkout.product)


async def _floors(act: Act, holding: Holding) -> tuple[Floor, ...]:
    found = [
        await floors.find_floor(
            act.connection,
            organization_id,
            holding.product,
            account_id=holding.account_id,
            now=act.now,
        )
        for organization_id in sorted(holding.works_for())
    ]
    return tuple(floor for floor in found if floor is not None)


def _his(found: Iterable[Floor]) -> Iterable[Floor]:
    return (floor for floor in found if floor.assignment_id or floor.may_float)
