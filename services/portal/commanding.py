"""Carries out what a form asks for: written down, asked, and the outcome told."""

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.portal import deciding
from services.portal.forms import Form
from services.portal.rooms import Rooms, rooms_in, rooms_of
from services.portal.sessions import require_viewer
from services.portal.show import came_from, go
from services.portal.store import forms as store
from services.portal.store.forms import Sent
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.message import Command, CommandData, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer
from shared.messaging.inbox import FORGOTTEN
from shared.service import Running

KEPT = timedelta(hours=48)
CLEARED_EVERY_SECONDS = 600.0
ASKED_EVERY_SECONDS = 3.0
ASKED_FIRST_AFTER = timedelta(seconds=8)
ASKED_FOR = timedelta(minutes=15)
ASKED_TOGETHER_MAX = 50


async def carry_out(
    request: Request,
    form: Form,
    data: CommandData,
    *,
    owner: UUID | None,
    title: str,
    done: str,
    back: str | None = None,
) -> Response | Refused:
    """Have a form's command carried out.

    `title` says what was done ("Chloe added"), `done` is the page that shows it, `back` the form's
    own page. Accepted and unknown outcomes answer a redirect; a refusal is handed back, so that the
    page shows it above the form.
    """
    rooms = rooms_in(request)
    viewer = await require_viewer(request)
    command = rooms.asking.command(data, viewer=viewer, owner=owner, id=form.id)
    sent = sent_of(
        rooms,
        command,
        account_id=viewer.account_id,
        title=title,
        back=back or came_from(request),
        done=done,
    )
    async with rooms.pool.acquire() as database:
        first = await store.write_down(database, sent)
    if first.content != sent.content:
        return refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
    known = first.outcome
    verdict = known if known and _is_final(known) else await settle(rooms, first)
    return _answered(request, first, verdict)


def sent_of(
    rooms: Rooms, command: Command[Any], *, account_id: UUID, title: str, back: str, done: str
) -> Sent:
    """A command as it is written down before it goes; its id is that of the form."""
    return Sent(
        id=command.id,
        account_id=account_id,
        content=_content(command),
        command=command.model_dump(mode="json", exclude_none=True),
        verdict=None,
        title=title,
        back=back,
        done=done,
        sent_at=rooms.wall.now(),
        answered_at=None,
    )


async def is_done(rooms: Rooms, form: Form, account_id: UUID) -> bool:
    """Whether a form that was carried out is known to have been accepted."""
    async with rooms.pool.acquire() as database:
        sent = await store.find(database, form.id, account_id)
    return sent is not None and sent.outcome is not None and sent.outcome.accepted


async def settle(rooms: Rooms, sent: Sent) -> Verdict | None:
    """Ask what was written down, under the same id as ever; nothing while no answer comes."""
    command = COMMAND_BY_TYPE[sent.command["type"]].model_validate_json(orjson.dumps(sent.command))
    try:
        verdict = await rooms.asking.verdict(command)
    except NoAnswer:
        return None
    now = rooms.wall.now()
    async with rooms.pool.acquire() as database, database.transaction():
        await store.answer(database, verdict, now)
        await deciding.note(database, sent, verdict, now)
    return verdict


async def settle_forms(running: Running) -> None:
    """Go on asking what nobody answered: an outcome that is not known becomes so by itself."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        await running.pause(ASKED_EVERY_SECONDS)
        now = rooms.wall.now()
        async with rooms.pool.acquire() as database:
            waiting = await store.unanswered(
                database, after=now - ASKED_FOR, limit=ASKED_TOGETHER_MAX
            )
        # Together: those that a silent service owes an answer do not hold up the others.
        due = [sent for sent in waiting if now - sent.sent_at > ASKED_FIRST_AFTER]
        await asyncio.gather(*(settle(rooms, sent) for sent in due))


async def clear_forms(running: Running) -> None:
    """Forget forms that nobody comes back to; they may name people."""
    rooms = rooms_of(running)
    async with rooms.pool.acquire() as database:
        await store.clear(database, before=rooms.wall.now() - KEPT)
    await running.pause(CLEARED_EVERY_SECONDS)


def _is_final(verdict: Verdict) -> bool:
    """Whether asking again would hear the same: some refusals nobody remembers."""
    return verdict.refused is None or verdict.refused.code not in FORGOTTEN


def _answered(request: Request, sent: Sent, verdict: Verdict | None) -> Response | Refused:
    if verdict is None:
        return go(request, f"/commands/{sent.id}")
    if verdict.refused is not None:
        return verdict.refused
    return go(request, sent.done, receipt=sent.id)


def _content(command: Command[Any]) -> bytes:
    """What makes a form sent twice the same form."""
    effect = (command.type, command.on_behalf_of, command.owner, command.data)
    return sha256(repr(effect).encode()).digest()


WORKS = (settle_forms, clear_forms)
