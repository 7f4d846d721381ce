"""Speaking to the services as the portal and the store do."""

from dataclasses import dataclass
from uuid import UUID

from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE, FACT_BY_TYPE, fact_type
from shared.contracts.message import (
    CLOUDEVENT_CONTENT_TYPE,
    Command,
    CommandData,
    Fact,
    FactData,
    Verdict,
)
from shared.contracts.purchases import CreditsTakenBack, OrderPaid
from shared.messaging.ask import Asker
from shared.messaging.publisher import Outgoing, Publisher
from shared.messaging.topology import STORE
from tests.waiting import WAIT_SECONDS

CLOCK = Clock()


@dataclass
class Portal:
    """Asks on behalf of people, who wait for longer than a page would."""

    asker: Asker

    async def ask(
        self,
        data: CommandData,
        *,
        by: UUID | None = None,
        owner: UUID | None = None,
        id: UUID | None = None,
    ) -> Verdict:
        return await self.sends(self.command(data, by=by, owner=owner, id=id))

    async def sends(self, command: Command[CommandData]) -> Verdict:
        return await self.asker.ask(command, answer_seconds=WAIT_SECONDS)

    def command(
        self,
        data: CommandData,
        *,
        by: UUID | None = None,
        owner: UUID | None = None,
        id: UUID | None = None,
    ) -> Command[CommandData]:
        command: Command[CommandData] = COMMAND_BY_TYPE[data.TYPE](
            id=id or CLOCK.new_id(),
            type=data.TYPE,
            actor=self.asker.user,
            on_behalf_of=by,
            owner=owner,
            sent_at=CLOCK.now(),
            data=data,
        )
        return command


@dataclass
class Store:
    """Says what was paid, as the outside store does: without sequences, as often as it likes."""

    publisher: Publisher

    async def says(self, order: OrderPaid | CreditsTakenBack) -> UUID:
        fact = a_fact(order, subject=order.account_id, source="/store")
        await self.publisher.publish(outgoing(fact, exchange=STORE))
        return fact.id


def a_fact(
    data: FactData, *, subject: UUID, source: str | None = None, sequence: int | None = None
) -> Fact[FactData]:
    fact: Fact[FactData] = FACT_BY_TYPE[fact_type(type(data))](
        id=CLOCK.new_id(),
        source=source or f"/coffer/{data.SERVICE}",
        type=fact_type(type(data)),
        subject=subject,
        time=CLOCK.now(),
        sequence=sequence,
        data=data,
    )
    return fact


def outgoing(fact: Fact[FactData], *, exchange: str) -> Outgoing:
    return Outgoing(
        exchange=exchange,
        routing_key=fact.data.ROUTING_KEY,
        body=fact.model_dump_json(exclude_none=True).encode(),
        message_id=fact.id,
        type=fact.type,
        content_type=CLOUDEVENT_CONTENT_TYPE,
    )
