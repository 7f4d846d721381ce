"""The doors for stores: signed, remembered, and answered 2xx once the broker has the event.

What comes again under the same id is the same event for the services; a store may send it as often
as it likes, and has to until it is told that it arrived.
"""

import asyncio
from datetime import UTC, datetime
from hashlib import blake2b

import structlog
from prometheus_client import Counter
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.portal.api.problems import (
    ApiCode,
    ProblemError,
    answer,
    problem_here,
    refused_here,
)
from services.portal.asking import RefusedError
from services.portal.operating.winning import Won, note_won
from services.portal.rooms import Rooms, rooms_in
from services.portal.store import arrivals
from services.portal.store.arrivals import Arrival, Payment
from services.portal.watching import REGISTRY
from services.portal.webhooks import orders, signing, stripe
from services.portal.webhooks.orders import StoreEvent, Told, event_id_of, finish, wrong
from services.portal.webhooks.signing import BadSignatureError
from services.portal.webhooks.stripe import LeftAside
from services.portal.webhooks.stripe_objects import Dispute
from shared.contracts.accounts import AccountFound
from shared.contracts.catalogue import FACT_BY_TYPE, fact_type
from shared.contracts.message import CLOUDEVENT_CONTENT_TYPE
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer
from shared.messaging.publisher import NotConfirmed, Outgoing
from shared.messaging.topology import STORE
from shared.postgres.pool import PASSING

BODY_BYTES_MAX = 262_144
BODY_SECONDS = 10.0
NOT_NOW: tuple[type[Exception], ...] = (NoAnswer, NotConfirmed, *PASSING)
EVENTS = Counter(
    "coffer_portal_store_events",
    "What stores told, by whether it was taken, turned away, or is to be told again.",
    ("outcome",),
    registry=REGISTRY,
)

log = structlog.get_logger()


async def store_speaks(request: Request) -> Response:
    """Take an event of a store that signs by the Standard Webhooks specification."""
    rooms = rooms_in(request)
    store: str = request.path_params["store"]
    try:
        body = await _body(request)
        webhook_id = _signed_by_store(rooms, store, body, request)
        told = orders.read_event(body, store)
        return await _take(rooms, store, webhook_id, body, told)
    except ProblemError as error:
        return _turned_away(request, error)
    except NOT_NOW as error:
        return _not_now(request, error)


async def stripe_speaks(request: Request) -> Response:
    """Take an event of Stripe; what does not concern us is taken too, or it would come again."""
    rooms = rooms_in(request)
    try:
        body = await _body(request)
        _signed_by_stripe(rooms.settings.stripe_secret, body, request)
        event_id, said = stripe.read_event(body)
        told = await _told_by_stripe(rooms, said)
        content = stripe.content_of(body)
        if isinstance(told, LeftAside):
            return await _leave_aside(rooms, event_id, content, told)
        return await _take(rooms, stripe.STORE, event_id, content, told)
    except ProblemError as error:
        return _turned_away(request, error)
    except NOT_NOW as error:
        return _not_now(request, error)


async def _body(request: Request) -> bytes:
    """Read a body that is not too long; what goes on beyond that is not read."""
    taken = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for piece in request.stream():
            taken += piece
            if len(taken) > BODY_BYTES_MAX:
                raise refused_here(RefusalCode.TOO_LARGE, f"body: at most {BODY_BYTES_MAX} bytes")
    return bytes(taken)


def _signed_by_store(rooms: Rooms, store: str, body: bytes, request: Request) -> str:
    """The webhook's own id, if one of the store's secrets signed it: two, while they change."""
    secret = rooms.settings.webhook_secrets.get(store)
    if secret is None:
        raise problem_here(ApiCode.NOT_FOUND, f"no store {store!r} has a secret here")
    try:
        keys = secret.get_secret_value().split()
        return signing.check_signature(body, request.headers, keys)
    except BadSignatureError as error:
        raise problem_here(ApiCode.UNAUTHENTICATED, f"{signing.SIGNATURE}: {error}") from error


def _signed_by_stripe(secret: SecretStr, body: bytes, request: Request) -> None:
    key = secret.get_secret_value()
    if not key:
        raise problem_here(ApiCode.NOT_FOUND, "no secret for Stripe is set here")
    try:
        stripe.check_signature(body, request.headers, key.split(), now=datetime.now(UTC))
    except BadSignatureError as error:
        raise problem_here(ApiCode.UNAUTHENTICATED, f"{stripe.SIGNATURE}: {error}") from error


async def _told_by_stripe(rooms: Rooms, said: stripe.Said) -> Told | LeftAside:
    """Remember what a payment was for, or ask what it was for when its money goes back."""
    if isinstance(said, LeftAside):
        return said
    async with rooms.pool.acquire() as connection:
        if isinstance(said, stripe.TakenBack):
            payment = await arrivals.find_payment(connection, stripe.STORE, said.payment)
            if payment is None:
                field = f"{stripe.WITHIN}payment_intent"
                raise wrong(field, "no checkout with this payment is known yet")
            return stripe.returned(said, payment)
    told = await _with_account(rooms, said.told)
    about = Payment(finish(told).account_id, said.paid, said.lines)
    async with rooms.pool.acquire() as connection:
        await arrivals.remember_payment(
            connection, stripe.STORE, said.payment, about, rooms.clock.now()
        )
    return told


async def _leave_aside(
    rooms: Rooms, event_id: str, content: bytes, said: LeftAside
) -> JSONResponse:
    """Keep what changes nothing, and why, so that it can be found out later."""
    await _remember(rooms, stripe.STORE, event_id, content, left_aside=said.why)
    if said.won is not None:
        await _note_won(rooms, said.won)
    EVENTS.labels("left_aside").inc()
    tell = log.warning if said.needs_staff else log.info
    tell("store_left_aside", store=stripe.STORE, webhook=event_id, reason=said.why)
    return JSONResponse({"ignored": event_id, "reason": said.why})


async def _note_won(rooms: Rooms, dispute: Dispute) -> None:
    """Have the staff decide on what the dispute took; nothing if no credits were paid for."""
    async with rooms.pool.acquire() as connection:
        payment = await arrivals.find_payment(connection, stripe.STORE, dispute.payment_intent)
    if payment is None or all(line["kind"] != "credits" for line in payment.lines):
        return
    won = Won(
        item=event_id_of(stripe.STORE, f"won {dispute.id}"),
        buyer=payment.account_id,
        store=stripe.STORE,
        order_id=dispute.payment_intent,
        refund=dispute.id,
    )
    await note_won(rooms, won)


async def _take(rooms: Rooms, store: str, webhook_id: str, content: bytes, told: Told) -> Response:
    """Remember an event, hand it to the broker, and say so once that confirmed it."""
    event = finish(await _with_account(rooms, told))
    arrival = await _remember(rooms, store, webhook_id, content)
    if arrival.confirmed_at is None:
        await rooms.publisher.publish(_outgoing(event, arrival, store))
        async with rooms.pool.acquire() as connection:
            await arrivals.confirm_arrival(connection, store, webhook_id, rooms.clock.now())
        EVENTS.labels("taken").inc()
        log.info("store_spoke", store=store, type=event.ROUTING_KEY, fact=str(arrival.event_id))
    return JSONResponse(
        {"event_id": str(arrival.event_id), "repeated": arrival.confirmed_at is not None}
    )


async def _remember(
    rooms: Rooms, store: str, webhook_id: str, content: bytes, *, left_aside: str | None = None
) -> Arrival:
    """Remember what came under an id; raises ProblemError when something else did before."""
    new = Arrival(
        content=blake2b(content, digest_size=16).digest(),
        event_id=event_id_of(store, webhook_id),
        received_at=rooms.clock.now(),
        left_aside=left_aside,
    )
    async with rooms.pool.acquire() as connection:
        arrival = await arrivals.remember_arrival(connection, store, webhook_id, new)
    if arrival.content != new.content:
        raise refused_here(
            RefusalCode.IDEMPOTENCY_KEY_REUSED, "another event came under this webhook's id"
        )
    return arrival


async def _with_account(rooms: Rooms, told: Told) -> Told:
    """Find the account of a buyer whom the store names otherwise."""
    if told.buyer is None:
        return told
    try:
        found = await rooms.asking.show(told.buyer, AccountFound)
    except RefusedError as error:
        code = error.refused.code
        raise wrong(told.buyer_field, error.refused.message, code) from error
    return told.bought_by(found.account_id)


def _outgoing(event: StoreEvent, arrival: Arrival, store: str) -> Outgoing:
    """The CloudEvent that the services hear."""
    name = fact_type(type(event))
    fact = FACT_BY_TYPE[name](
        id=arrival.event_id,
        source=f"/store/{store}",
        type=name,
        subject=event.account_id,
        time=arrival.received_at,
        data=event,
    )
    return Outgoing(
        exchange=STORE,
        routing_key=event.ROUTING_KEY,
        body=fact.model_dump_json(exclude_none=True).encode(),
        message_id=arrival.event_id,
        type=name,
        content_type=CLOUDEVENT_CONTENT_TYPE,
    )


def _turned_away(request: Request, error: ProblemError) -> Response:
    EVENTS.labels("turned_away").inc()
    log.warning("store_turned_away", path=request.url.path, reason=str(error))
    return answer(error, instance=request.url.path)


def _not_now(request: Request, error: Exception) -> Response:
    """Nothing was confirmed: the store has to send it again, under the same id."""
    EVENTS.labels("waits").inc()
    log.warning("store_waits", path=request.url.path, reason=repr(error))
    problem = problem_here(ApiCode.NO_ANSWER, "nothing was taken; send the same webhook again")
    return answer(problem, instance=request.url.path)


routes = [
    Route("/webhooks/store/{store}", store_speaks, methods=["POST"]),
    Route("/webhooks/stripe", stripe_speaks, methods=["POST"]),
]
