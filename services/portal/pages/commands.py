"""/commands/{form}: what became of a form whose answer did not come in time."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import RefusedError
from services.portal.commanding import ASKED_FOR, settle
from services.portal.explaining import explain
from services.portal.format import Format, format_of
from services.portal.forms import read_form
from services.portal.live.topics import Scene
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import last_known, require_viewer
from services.portal.show import go, show
from services.portal.store import forms as store
from services.portal.store.forms import Sent
from shared.contracts.message import refuse
from shared.contracts.refusals import RefusalCode


async def outcome(request: Request) -> Response:
    """Tell it: done, refused, or not known yet."""
    sent = await _sent(request)
    if sent is None:
        return await show(request, "command_unknown.html", status=HTTPStatus.NOT_FOUND)
    seen = look(rooms_in(request), sent)
    return await show(request, "command.html", "outcome", told=_told(sent), pushed=False, **seen)


async def check_again(request: Request) -> Response:
    """Send the same command once more, under its own id."""
    await read_form(request)
    sent = await _sent(request)
    if sent is None:
        return await show(request, "command_unknown.html", status=HTTPStatus.NOT_FOUND)
    verdict = sent.outcome or await settle(rooms_in(request), sent)
    if verdict is not None and verdict.accepted:
        return go(request, sent.done, receipt=sent.id)
    return go(request, f"/commands/{sent.id}")


async def watch(rooms: Rooms, key: str, reading: Format) -> Scene:
    """Look for who waits for it; `key` is whose form it is, and which."""
    account, _, form = key.partition(".")
    sent = await _find(rooms, form, UUID(account))
    if sent is None:
        raise RefusedError(refuse(RefusalCode.UNKNOWN_REQUEST))
    own = format_of(str(reading.locale), rooms.settings.zone)
    seen = look(rooms, sent)
    if seen["refused"] is None:
        return Scene({"pushed": False, **seen}, own)
    panel = explain(
        seen["refused"],
        viewer=await last_known(rooms, sent.account_id),
        settings=rooms.settings,
        reading=own,
        here=sent.back,
        facts=_told(sent),
    )
    return Scene({"pushed": True, "panel": panel, "typed": sent, "swapped": False, **seen}, own)


def look(rooms: Rooms, sent: Sent) -> dict[str, Any]:
    """All that the page shows of a form."""
    verdict = sent.outcome
    return {
        "sent": sent,
        "verdict": verdict,
        "refused": verdict.refused if verdict else None,
        "is_asked_still": rooms.wall.now() - sent.sent_at < ASKED_FOR,
    }


def _told(sent: Sent) -> dict[str, str]:
    return {"failed": f"Not done: {sent.title}", "here": sent.back}


async def _sent(request: Request) -> Sent | None:
    viewer = await require_viewer(request)
    return await _find(rooms_in(request), request.path_params["form"], viewer.account_id)


async def _find(rooms: Rooms, form: str, account: UUID) -> Sent | None:
    try:
        identifier = UUID(form)
    except ValueError:
        return None
    async with rooms.pool.acquire() as database:
        return await store.find(database, identifier, account)


routes = [
    Route("/commands/{form}", outcome),
    Route("/commands/{form}", check_again, methods=["POST"]),
]
