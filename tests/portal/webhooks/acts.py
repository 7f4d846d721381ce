"""What happens to webhooks in tests: facts are heard, addresses subscribed and served."""

from typing import Any
from uuid import UUID

from services.portal.rooms import Rooms
from services.portal.store.deliveries import Delivery
from services.portal.webhooks import hearing, outgoing, subscriptions
from services.portal.webhooks.posting import Poster
from services.portal.webhooks.subscriptions import Subscribed
from shared.contracts.catalogue import fact_type
from shared.contracts.credit_notices import PoolLow, PoolLowLine
from shared.contracts.message import Fact, FactData
from tests.builders import an_id
from tests.portal.webhooks.receiver import Receiver
from tests.speaking import a_fact

LOW = fact_type(PoolLow)


def pool_low(organization: UUID) -> Fact[FactData]:
    line = PoolLowLine(threshold=20, mark=500_000_000)
    data = PoolLow(owner=organization, available=6_000_000, lines=(line,))
    return a_fact(data, subject=an_id(), sequence=7)


def as_heard(fact: Fact[FactData]) -> Fact[FactData]:
    """A fact as the door hands it on: of no kind in particular, though its data is of one."""
    return Fact[FactData].model_construct(**dict(fact))


async def hear(rooms: Rooms, *facts: Fact[FactData]) -> None:
    for fact in facts:
        await hearing.take(as_heard(fact), rooms.pool, rooms.clock)


async def subscribe(rooms: Rooms, receiver: Receiver, **changes: Any) -> Subscribed:  # noqa: ANN401
    valid = {
        "organization_id": an_id(),
        "by": an_id(),
        "url": receiver.url(),
        "kinds": (LOW,),
    }
    return await subscriptions.subscribe(rooms, **{**valid, **changes})


async def deliver_due(rooms: Rooms) -> int:
    """Serve every address whose turn it is; tells how many turns there were."""
    poster = Poster(to_loopback=True)
    turns = 0
    while (target := await outgoing.claim(rooms.pool, rooms.clock)) is not None:
        await outgoing.serve(rooms, poster, target)
        turns += 1
    return turns


async def deliveries_of(rooms: Rooms, subscribed: Subscribed) -> tuple[Delivery, ...]:
    webhook = subscribed.webhook
    return await subscriptions.list_deliveries(rooms, webhook.organization_id, webhook.id)


async def state_of(rooms: Rooms, subscribed: Subscribed) -> tuple[str, str | None]:
    webhook = subscribed.webhook
    shown = await subscriptions.show_webhook(rooms, webhook.organization_id, webhook.id)
    return shown.state, shown.state_reason
