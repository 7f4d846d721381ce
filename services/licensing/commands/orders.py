"""What a buyer is asked for before he pays: whether he may order (R12, R29, R30, R43, A14)."""

from hashlib import blake2b

from services.licensing.commands.door import commands
from services.licensing.rules import orders as rules
from services.licensing.rules.orders import OrderPlaced
from services.licensing.store import orders, people
from shared.contracts.audit import LicensingActRecorded
from shared.contracts.licensing import LicenseOrderPlaced, PlaceLicenseOrder
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.audit import record
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Change, once
from shared.postgres.pool import Pool

CONTENT_BYTES = 16


@commands(filter=carries(PlaceLicenseOrder))
async def place_license_order(
    command: Command[PlaceLicenseOrder], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        if command.on_behalf_of is None:
            nobody = "on_behalf_of: names the account that orders"
            return change.decide(refuse(RefusalCode.MALFORMED, message=nobody))
        await people.lock_account(change.connection, command.on_behalf_of)
        return change.decide(await _place(change, command))


async def _place(
    change: Change, command: Command[PlaceLicenseOrder]
) -> LicenseOrderPlaced | Refused:
    order, buyer_id = command.data, command.on_behalf_of
    assert buyer_id is not None
    content = _content(command)
    known = await orders.find_placed(change.connection, order.store, order.order_id, buyer_id)
    if known is not None:
        again = rules.place_again(known, content)
        return again if isinstance(again, Refused) else rules.told(again)
    placed = rules.place(
        order,
        owner=command.owner or buyer_id,
        buyer=await people.standing_of(change.connection, buyer_id),
        content=content,
        now=change.now,
    )
    if isinstance(placed, Refused):
        return placed
    await orders.add_placed(change.connection, placed)
    await change.say(rules.told(placed), subject=buyer_id)
    await _record(change, placed)
    return rules.told(placed)


async def _record(change: Change, placed: OrderPlaced) -> None:
    """What an Administrator orders for his organization stands in its trail (R12)."""
    if placed.for_organization and placed.organization_id is not None:
        await record(
            change,
            LicensingActRecorded,
            subject=placed.organization_id,
            after={"store": placed.store, "order_id": placed.order_id},
        )


def _content(command: Command[PlaceLicenseOrder]) -> bytes:
    """Hash what an order says, so that another under its name is told apart."""
    said = (command.owner or command.on_behalf_of, command.data.channel, command.data.lines)
    return blake2b(repr(said).encode(), digest_size=CONTENT_BYTES).digest()
