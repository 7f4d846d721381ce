"""The hot door: commands from the shard queues, decided together, answered, then acked."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiormq.abc import DeliveredMessage
from pydantic import ValidationError

from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.group_commit import BATCH_ACTS_MAX, POISON, Engine
from services.credit_ledger.engine.intake import acts_of, is_from_the_future, is_uuid7
from services.credit_ledger.engine.outcomes import Outcome, to_wire
from services.credit_ledger.rules.acts import Act
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE, COMMANDS
from shared.contracts.credits import AuthorizeHold, LedgerCommand
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging import topology
from shared.messaging.deliveries import Deliveries
from shared.messaging.doors import Poison, claimed_id, explain, name_by_content
from shared.messaging.publisher import Publisher
from shared.service import Running

IN_FLIGHT_MAX = 2
LEDGER_TYPES = {
    data.TYPE: COMMAND_BY_TYPE[data.TYPE] for data in COMMANDS if issubclass(data, LedgerCommand)
}


@dataclass
class Taken:
    """Messages taken together: their acts, and what could not be read."""

    last: DeliveredMessage
    acts: list[Act] = field(default_factory=list)
    sources: list[DeliveredMessage] = field(default_factory=list)
    refused: list[tuple[str, dict[str, object]]] = field(default_factory=list)


@asynccontextmanager
async def open_engine(running: Running) -> AsyncIterator[dict[str, object]]:
    """Open this worker's engine before the doors, and hand it to them."""
    settings = running.settings

    async def answer_late(outcomes: list[Outcome]) -> None:
        await _reply(running.publisher, [(o.reply_to, to_wire(o)) for o in outcomes])

    engine = Engine(
        settings.database_url,
        running.clock,
        worker=settings.worker,
        committed=running.written,
        late=answer_late,
        log=DeliveryLog(settings.delivery_log, settings.worker),
    )
    async with asyncio.TaskGroup() as tasks:
        ended = asyncio.Event()
        try:
            await engine.open()
            tasks.create_task(engine.run(ended))
            running.rooms["engine"] = engine
            yield {"engine": engine}
        finally:
            ended.set()


async def decide_shards(running: Running) -> None:
    """Take what waits on this worker's shards, have it decided, answer, ack; until stopped."""
    engine = running.rooms["engine"]
    assert isinstance(engine, Engine)
    settings = running.settings
    shards = range(settings.worker, topology.SHARDS, settings.workers)
    deliveries = Deliveries(settings.amqp_url, [topology.shard(number) for number in shards])
    in_flight: asyncio.Queue[tuple[Taken, asyncio.Task[list[Outcome]]]]
    in_flight = asyncio.Queue(IN_FLIGHT_MAX)
    async with asyncio.TaskGroup() as tasks:
        taking = tasks.create_task(_take(deliveries, engine, running, in_flight))
        answering = tasks.create_task(_answer(deliveries, running.publisher, in_flight))

        async def drained() -> None:
            taking.cancel()
            await in_flight.join()

        await deliveries.run(running.stopping, drained=drained)
        taking.cancel()
        answering.cancel()


async def _take(
    deliveries: Deliveries,
    engine: Engine,
    running: Running,
    in_flight: "asyncio.Queue[tuple[Taken, asyncio.Task[list[Outcome]]]]",
) -> None:
    """Read the next messages while the ones before them commit."""
    while True:
        messages = deque(await deliveries.take(BATCH_ACTS_MAX))
        while messages:
            taken = await _read_some(messages, running.publisher, running.clock, engine.log)
            await in_flight.put((taken, asyncio.create_task(engine.submit(taken.acts))))


async def _answer(
    deliveries: Deliveries,
    publisher: Publisher,
    in_flight: "asyncio.Queue[tuple[Taken, asyncio.Task[list[Outcome]]]]",
) -> None:
    """Answer after the commit, ack after the answer."""
    while True:
        taken, decided = await in_flight.get()
        answers: list[tuple[str | None, dict[str, object]]] = []
        for message, outcome in zip(taken.sources, await decided, strict=True):
            if outcome.refusal == POISON:
                reason = Poison(RefusalCode.MALFORMED, "broke a constraint when it stood alone")
                await _bury(publisher, message, reason)
            if not outcome.parked:
                answers.append((message.header.properties.reply_to, to_wire(outcome)))
        await _reply(publisher, [*answers, *taken.refused])
        await deliveries.ack_through(taken.last)
        in_flight.task_done()


async def _read_some(
    messages: deque[DeliveredMessage], publisher: Publisher, clock: Clock, log: DeliveryLog
) -> Taken:
    """Read messages into acts until they fill a batch; poison is buried and spoils nobody's."""
    taken = Taken(messages[0])
    now = clock.now()
    while messages and len(taken.acts) < BATCH_ACTS_MAX:
        taken.last = message = messages.popleft()
        reply_to = message.header.properties.reply_to
        try:
            command = _read(message)
            acts = acts_of(command, message.body, reply_to)
            log.delivered(acts, redelivered=bool(message.redelivered))
            _check_ids(acts, command)
        except Poison as poison:
            await _bury(publisher, message, poison)
            taken.refused.extend(_malformed(message, poison))
            continue
        if any(is_from_the_future(act.command, now) for act in acts):
            refused = refuse(RefusalCode.CLOCK_SKEW)
            taken.refused.extend(
                (reply_to, Verdict(id=act.command, refused=refused).model_dump(mode="json"))
                for act in acts
                if reply_to
            )
            continue
        taken.acts.extend(acts)
        taken.sources.extend([message] * len(acts))
    return taken


def _read(message: DeliveredMessage) -> Command[Any]:
    """Read one message; Poison names the field when it is not what it has to be."""
    properties = message.header.properties
    if len(message.body) > topology.MESSAGE_BYTES_MAX:
        raise Poison(RefusalCode.TOO_LARGE, f"body: {len(message.body)} bytes")
    contract = LEDGER_TYPES.get(properties.message_type or "")
    if contract is None:
        raise Poison(RefusalCode.MALFORMED, f"type: {properties.message_type!r} is not known here")
    try:
        command = contract.model_validate_json(message.body)
    except ValidationError as error:
        raise Poison(*explain(error)) from error
    if command.type != properties.message_type:
        raise Poison(RefusalCode.MALFORMED, "type: differs from the message's property")
    if command.actor != properties.user_id:
        raise Poison(RefusalCode.MALFORMED, "actor: is not the broker user who sent this")
    _check_owner(command, message)
    if isinstance(command.data, AuthorizeHold) and command.on_behalf_of is None:
        raise Poison(RefusalCode.MALFORMED, "on_behalf_of: names who spends")
    return command


def _check_owner(command: Command[Any], message: DeliveredMessage) -> None:
    """Header, key and body have to name the same owner: the shard was chosen by the header."""
    owner = str(command.owner)
    headers = message.header.properties.headers or {}
    if command.owner is None or headers.get(topology.OWNER_HEADER) != owner:
        raise Poison(RefusalCode.MALFORMED, "owner: differs from the header of that name")
    if message.exchange == topology.INTAKE:
        noun, _, rest = (message.routing_key or "").partition(".")
        if noun != command.data.INTAKE_NOUN or rest.rpartition(".")[2] != owner:
            raise Poison(RefusalCode.MALFORMED, "owner: differs from the routing key")


def _check_ids(acts: Sequence[Act], command: Command[Any]) -> None:
    if not all(is_uuid7(act.command) for act in acts) or not is_uuid7(command.id):
        raise Poison(RefusalCode.MALFORMED, "id: is not a UUIDv7")


def _malformed(message: DeliveredMessage, poison: Poison) -> list[tuple[str, dict[str, object]]]:
    properties = message.header.properties
    identifier = claimed_id(message.body, properties.message_id)
    if identifier is None or not properties.reply_to:
        return []
    verdict = Verdict(id=identifier, refused=refuse(poison.code, message=poison.reason))
    return [(properties.reply_to, verdict.model_dump(mode="json", exclude_none=True))]


async def _bury(publisher: Publisher, message: DeliveredMessage, poison: Poison) -> None:
    properties = message.header.properties
    await publisher.bury_patiently(
        message.body,
        reason=poison.reason,
        type_name=properties.message_type or "",
        message_id=claimed_id(message.body, properties.message_id) or name_by_content(message.body),
    )


async def _reply(
    publisher: Publisher, answers: Sequence[tuple[str | None, dict[str, object]]]
) -> None:
    """Send each caller one frame with all its verdicts (conventions 7)."""
    frames: dict[str, list[dict[str, object]]] = {}
    for reply_to, verdict in answers:
        if reply_to is not None:
            frames.setdefault(reply_to, []).append(verdict)
    for reply_to, verdicts in frames.items():
        body = orjson.dumps({"verdicts": verdicts}, default=str)
        await publisher.reply(reply_to, correlation_id="", body=body)
