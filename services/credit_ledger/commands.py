"""The hot door: commands from the shard queues, decided together, answered, then acked."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from aiormq.abc import DeliveredMessage

from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.contents import is_uuid7
from services.credit_ledger.engine.deciding import NOBODY, STALE
from services.credit_ledger.engine.delivery_log import DeliveryLog
from services.credit_ledger.engine.group_commit import (
    BATCH_ACTS_MAX,
    POISON,
    VIOLATIONS,
    Engine,
)
from services.credit_ledger.engine.intake import acts_of
from services.credit_ledger.engine.outcomes import Outcome, to_wire
from services.credit_ledger.engine.turning_away import turned_away
from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.book import Refusal
from shared.contracts.catalogue import COMMAND_BY_TYPE, COMMANDS
from shared.contracts.credit_orders import (
    AdjustCredits,
    GrantTrialCredits,
    PlaceCreditOrder,
    ReleaseLot,
)
from shared.contracts.credits import AuthorizeHold, LedgerCommand
from shared.contracts.message import Command, Refused, Verdict, refuse
from shared.contracts.money import MICROCREDITS_PER_CREDIT
from shared.contracts.refusals import RefusalCode
from shared.copies.keeping import copies_in
from shared.messaging import topology
from shared.messaging.deliveries import Deliveries
from shared.messaging.doors import Poison, check_speaker, claimed_id, name_by_content, read_body
from shared.messaging.publisher import Publisher
from shared.service import Running

IN_FLIGHT_MAX = 2
# Commands that somebody gives in person; he stands in their envelope.
NAMES_A_PERSON = (AuthorizeHold, PlaceCreditOrder, GrantTrialCredits, AdjustCredits, ReleaseLot)
# What nothing remembers: were it not answered either, it would be lost.
FORGOTTEN = ((NOBODY, "owner: has no wallet here"), (STALE, "id: is older than is remembered"))
LEDGER_TYPES = {
    data.TYPE: COMMAND_BY_TYPE[data.TYPE] for data in COMMANDS if issubclass(data, LedgerCommand)
}

logger = structlog.get_logger()


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
        books=Books(
            remembered=timedelta(days=settings.remember_days),
            adjustment_max=settings.adjustment_credits * MICROCREDITS_PER_CREDIT,
        ),
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
            taken = await _read_some(messages, running, engine.log)
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
        lost: dict[int, tuple[DeliveredMessage, Poison]] = {}
        for message, outcome in zip(taken.sources, await decided, strict=True):
            if outcome.refusal is not None:
                _note_a_loss(lost, message, outcome.refusal)
            if not outcome.parked:
                answers.append((message.header.properties.reply_to, to_wire(outcome)))
        for message, reason in lost.values():
            await _bury(publisher, message, reason)
        await _reply(publisher, [*answers, *taken.refused])
        await deliveries.ack_through(taken.last)
        in_flight.task_done()


async def _read_some(
    messages: deque[DeliveredMessage], running: Running, log: DeliveryLog
) -> Taken:
    """Read messages into acts until they fill a batch; poison is buried and spoils nobody's."""
    taken = Taken(messages[0])
    publisher, copies, now = running.publisher, copies_in(running), running.clock.now()
    while messages and len(taken.acts) < BATCH_ACTS_MAX:
        taken.last = message = messages.popleft()
        try:
            acts = _acts(message)
        except Poison as poison:
            await _bury(publisher, message, poison)
            taken.refused.extend(_malformed(message, poison))
            continue
        log.delivered(acts, redelivered=bool(message.redelivered))
        away = {act.command: refused for act in acts if (refused := turned_away(act, now, copies))}
        if away:
            taken.refused.extend(await _turn_away(publisher, message, away))
            acts = [act for act in acts if act.command not in away]
        taken.acts.extend(acts)
        taken.sources.extend([message] * len(acts))
    return taken


async def _turn_away(
    publisher: Publisher, message: DeliveredMessage, away: dict[UUID, Refused]
) -> list[tuple[str, dict[str, object]]]:
    """Answer what is refused unseen; where nobody hears it, the message is kept with the dead."""
    if reply_to := message.header.properties.reply_to:
        return [
            (reply_to, Verdict(id=command, refused=refused).model_dump(mode="json"))
            for command, refused in away.items()
        ]
    refused = next(iter(away.values()))
    field = "id: " if refused.code == RefusalCode.CLOCK_SKEW else ""
    await _bury(publisher, message, Poison(refused.code, f"{field}{refused.message}"))
    return []


def _acts(message: DeliveredMessage) -> list[Act]:
    """Read one message into acts; Poison when it is not what it has to be, whatever it is."""
    try:
        command = _read(message)
        acts = acts_of(command, message.body, message.header.properties.reply_to)
    except VIOLATIONS as error:
        logger.exception("reading_failed", type=message.header.properties.message_type)
        told = "body: could not be read"
        raise Poison(RefusalCode.MALFORMED, f"not handled: {error!r}", told=told) from error
    _check_ids(acts, command)
    return acts


def _read(message: DeliveredMessage) -> Command[Any]:
    """Read one message; Poison names the field when it is not what it has to be."""
    properties = message.header.properties
    contract = LEDGER_TYPES.get(properties.message_type or "")
    if contract is None:
        raise Poison(RefusalCode.MALFORMED, f"type: {properties.message_type!r} is not known here")
    command = read_body(contract, message.body)
    if command.type != properties.message_type:
        raise Poison(RefusalCode.MALFORMED, "type: differs from the message's property")
    check_speaker(command, properties.user_id)
    if command.dry_run:
        raise Poison(RefusalCode.UNKNOWN_FIELD, "dry_run: no command of the ledger takes it")
    _check_owner(command, message)
    _check_key(command, message)
    if isinstance(command.data, NAMES_A_PERSON) and command.on_behalf_of is None:
        raise Poison(RefusalCode.MALFORMED, "on_behalf_of: names who spends, buys or corrects")
    return command


def _check_owner(command: Command[Any], message: DeliveredMessage) -> None:
    """Header and body have to name the same owner: the shard was chosen by the header."""
    owner = str(command.owner)
    headers = message.header.properties.headers or {}
    if command.owner is None or headers.get(topology.OWNER_HEADER) != owner:
        raise Poison(RefusalCode.MALFORMED, "owner: differs from the header of that name")


def _check_key(command: Command[Any], message: DeliveredMessage) -> None:
    """A key on `intake` has to name the same owner, and the node that speaks (A17)."""
    if message.exchange != topology.INTAKE:
        return
    noun, _, rest = (message.routing_key or "").partition(".")
    node, _, named = rest.rpartition(".")
    if noun != command.data.INTAKE_NOUN or named != str(command.owner):
        raise Poison(RefusalCode.MALFORMED, "owner: differs from the routing key")
    if topology.node_of(command.actor) and node != command.actor:
        raise Poison(RefusalCode.MALFORMED, "actor: differs from the routing key")


def _check_ids(acts: Sequence[Act], command: Command[Any]) -> None:
    if not all(is_uuid7(act.command) for act in acts) or not is_uuid7(command.id):
        raise Poison(RefusalCode.MALFORMED, "id: is not a UUIDv7")


def _malformed(message: DeliveredMessage, poison: Poison) -> list[tuple[str, dict[str, object]]]:
    properties = message.header.properties
    identifier = claimed_id(message.body, properties.message_id)
    if identifier is None or not properties.reply_to:
        return []
    verdict = Verdict(id=identifier, refused=refuse(poison.code, message=poison.told))
    return [(properties.reply_to, verdict.model_dump(mode="json", exclude_none=True))]


def _note_a_loss(
    lost: dict[int, tuple[DeliveredMessage, Poison]], message: DeliveredMessage, refusal: Refusal
) -> None:
    """Note a message to bury once: no engine took it, or nobody hears that it was refused."""
    # Compared and never looked up by its hash: a refusal that says something has none.
    reason = next((why for known, why in FORGOTTEN if known == refusal), None)
    if refusal == POISON:
        reason = "broke a constraint when it stood alone"
    elif reason is None or message.header.properties.reply_to:
        return
    lost.setdefault(id(message), (message, Poison(refusal.code, reason)))


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
