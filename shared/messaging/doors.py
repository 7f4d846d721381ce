"""FastStream doors: decode by type, keep at it while failures pass, answer and ack after commit."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, Any, TypeAlias, TypeVar
from uuid import UUID, uuid5

import orjson
import structlog
from aio_pika import IncomingMessage
from faststream import AckPolicy, BaseMiddleware, Context, StreamMessage
from faststream.exceptions import SubscriberNotFound
from faststream.rabbit import Channel, RabbitMessage, RabbitQueue, RabbitRouter
from faststream.rabbit.subscriber.usecase import RabbitSubscriber
from pydantic import ValidationError

from shared.clock import Clock
from shared.contracts.catalogue import (
    COMMAND_BY_TYPE,
    FACT_BY_TYPE,
    fact_type,
)
from shared.contracts.message import (
    Command,
    CommandData,
    Contract,
    Fact,
    FactData,
    Refused,
    Verdict,
    VerdictFrame,
    refuse,
)
from shared.contracts.money import INVALID_AMOUNT
from shared.contracts.refusals import RefusalCode
from shared.messaging.bodies import check_each_once
from shared.messaging.publisher import Publisher
from shared.messaging.speakers import may_ask, may_say
from shared.messaging.topology import MESSAGE_BYTES_MAX
from shared.postgres.pool import PASSING

PREFETCH = 20
BACKOFF_FIRST_SECONDS = 0.1
BACKOFF_MAX_SECONDS = 5.0
# Fields whose amount may be missing altogether; a bad one tells by itself that it is an amount.
AMOUNTS = frozenset({"amount", "credits", "limit", "quantity", "credits_per_unit"})
FIELD_CHARACTERS_MAX = 200
NAMELESS = UUID("a7a4e1a4-6f0b-5c6c-9a30-1f5a6e1d0c0f")

log = structlog.get_logger()
ServiceClock: TypeAlias = Annotated[Clock, Context("clock")]
StandAside: TypeAlias = Callable[[str], Refused | None]
C = TypeVar("C", bound=Contract)


class Poison(Exception):  # noqa: N818  # reads as a sentence
    """A message that can never be handled; it says why and what to answer."""

    def __init__(self, code: RefusalCode, reason: str, *, told: str | None = None) -> None:
        """Carry the reason for the operator, the code and, where it must differ, what is told."""
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.told = told or reason


def open_queue(router: RabbitRouter, name: str) -> RabbitSubscriber:
    """Open one of our queues for doors; the topology declared it, we only consume."""
    return router.subscriber(
        RabbitQueue(name, declare=False),
        channel=Channel(prefetch_count=PREFETCH),
        ack_policy=AckPolicy.MANUAL,
        decoder=decode,
        no_reply=True,
    )


def carries(data: type[CommandData | FactData]) -> Callable[[RabbitMessage], Awaitable[bool]]:
    """Choose the messages of one contract."""
    name = fact_type(data) if issubclass(data, FactData) else data.TYPE

    # Asynchronous though it awaits nothing: FastStream sends a plain function to a thread.
    async def chosen(message: RabbitMessage) -> bool:
        return message.raw_message.type == name

    return chosen


async def decode(message: RabbitMessage) -> Contract:
    """Read a message as the contract that its type names; Poison when it is not one."""
    raw = message.raw_message
    contract: type[Contract] | None = COMMAND_BY_TYPE.get(raw.type or "") or FACT_BY_TYPE.get(
        raw.type or ""
    )
    if contract is None:
        raise Poison(RefusalCode.MALFORMED, f"type: {raw.type!r} is not known here")
    read = read_body(contract, message.body)
    _check_claims(read, raw.type or "", raw.user_id)
    return read


def read_body(contract: type[C], body: bytes) -> C:
    """Read a body strictly; Poison names the field that is not what it has to be."""
    if len(body) > MESSAGE_BYTES_MAX:
        reason = f"body: {len(body)} bytes, at most {MESSAGE_BYTES_MAX}"
        raise Poison(RefusalCode.TOO_LARGE, reason)
    try:
        read = contract.model_validate_json(body)
        check_each_once(body)
    except ValidationError as error:
        raise Poison(*explain(error)) from error
    except ValueError as error:
        raise Poison(RefusalCode.MALFORMED, str(error)) from error
    return read


def explain(error: ValidationError) -> tuple[RefusalCode, str]:
    """Turn a validation error into a code and one line that names the field."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"])[:FIELD_CHARACTERS_MAX] or "body"
    code = RefusalCode.MALFORMED
    if first["type"] == "extra_forbidden":
        code = RefusalCode.UNKNOWN_FIELD
    elif first["type"] == INVALID_AMOUNT or (
        first["type"] == "missing" and first["loc"][-1] in AMOUNTS
    ):
        code = RefusalCode.INVALID_AMOUNT
    return code, f"{field}: {first['msg']}"


class Doorkeeper(BaseMiddleware):
    """Stands at every door: passing failures are waited out, poison is buried, verdicts leave."""

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_val: BaseException | None = None,
        exc_tb: object = None,
    ) -> bool:
        """Turn away what no door took, so that it is not delivered for ever."""
        if self.msg is None or not isinstance(exc_val, Exception):
            return False
        publisher: Publisher = self.context.get("publisher")
        raw = self.msg
        poison = _unhandled(exc_val)
        if isinstance(exc_val, SubscriberNotFound):
            poison = Poison(RefusalCode.MALFORMED, f"no door for type {raw.type!r}")
        verdict = await _turn_away(publisher, raw, poison)
        await _answer(publisher, raw, verdict)
        await raw.ack()
        return True

    async def consume_scope(
        self, call_next: Callable[[Any], Awaitable[Any]], message: StreamMessage[Any]
    ) -> Verdict | None:
        """Call the door until it has decided; then answer, then ack."""
        publisher: Publisher = self.context.get("publisher")
        verdict = await self._decided(call_next, message, publisher)
        await _answer(publisher, message.raw_message, verdict)
        if written := self.context.get("written"):
            written.set()
        await message.ack()
        return verdict

    async def _decided(
        self,
        call_next: Callable[[Any], Awaitable[Any]],
        message: StreamMessage[Any],
        publisher: Publisher,
    ) -> Verdict | None:
        if refused := self._stands_aside(message.raw_message):
            return refused
        pause = BACKOFF_FIRST_SECONDS
        while True:
            try:
                verdict: Verdict | None = await call_next(message)
            except Poison as poison:
                return await _turn_away(publisher, message.raw_message, poison)
            except PASSING as error:
                log.warning("door_waits", type=message.raw_message.type, reason=repr(error))
            except Exception as error:
                log.exception("door_failed", type=message.raw_message.type)
                failure = _unhandled(error)
                return await _turn_away(publisher, message.raw_message, failure)
            else:
                return verdict
            await asyncio.sleep(pause)
            pause = min(pause * 2, BACKOFF_MAX_SECONDS)

    def _stands_aside(self, raw: IncomingMessage) -> Verdict | None:
        """Refuse what the service may not decide now; nobody remembers it, so it may come again."""
        stand_aside: StandAside | None = self.context.get("stand_aside")
        named = claimed_id(raw.body, raw.message_id)
        if stand_aside is None or named is None:
            return None
        refused = stand_aside(raw.type or "")
        return None if refused is None else Verdict(id=named, refused=refused)


def check_speaker(command: Command[Any], user: str | None) -> None:
    """See that the broker vouches for who asserts a command, and that he may (A17)."""
    if command.actor != user:
        raise Poison(RefusalCode.MALFORMED, "actor: is not the broker user who sent this")
    if not may_ask(command.actor, type(command.data)):
        raise Poison(RefusalCode.MALFORMED, "actor: does not speak for people")


def claimed_id(body: bytes, message_id: str | None) -> UUID | None:
    """Read the id a message claims, in its property or its body; nothing when there is none."""
    with suppress(ValueError):
        return UUID(message_id or "")
    with suppress(ValueError, AttributeError, TypeError):
        return UUID(orjson.loads(body).get("id"))
    return None


def name_by_content(body: bytes) -> UUID:
    """Name a message that claims no id, so that it can be buried under one."""
    return uuid5(NAMELESS, body.hex()[:10_000])


def _check_claims(read: Contract, type_name: str, user: str | None) -> None:
    if isinstance(read, Command):
        if read.type != type_name:
            raise Poison(RefusalCode.MALFORMED, "type: differs from the message's property")
        check_speaker(read, user)
    if isinstance(read, Fact):
        if read.type != type_name:
            raise Poison(RefusalCode.MALFORMED, "type: differs from the message's property")
        if not may_say(user, read.data.SERVICE):
            raise Poison(RefusalCode.MALFORMED, f"user_id: {user!r} does not speak for its source")


def _unhandled(error: Exception) -> Poison:
    """Keep what went wrong inside for the operator; the caller is told that it did."""
    reason = f"not handled: {error!r}"
    return Poison(RefusalCode.MALFORMED, reason, told="body: could not be handled")


async def _turn_away(publisher: Publisher, raw: IncomingMessage, poison: Poison) -> Verdict | None:
    """Bury poison; who sent it is told when the message says what it is called."""
    named = claimed_id(raw.body, raw.message_id)
    await publisher.bury_patiently(
        raw.body,
        reason=poison.reason,
        type_name=raw.type or "",
        message_id=named or name_by_content(raw.body),
    )
    if named is None:
        return None
    return Verdict(id=named, refused=refuse(poison.code, message=poison.told))


async def _answer(publisher: Publisher, raw: IncomingMessage, verdict: Verdict | None) -> None:
    if verdict is None or not raw.reply_to:
        return
    body = VerdictFrame(verdicts=(verdict,)).model_dump_json(exclude_none=True).encode()
    correlation_id = raw.correlation_id or str(verdict.id)
    await publisher.reply(raw.reply_to, correlation_id=correlation_id, body=body)
