"""/commands/{form}: what became of a form whose answer did not come in time."""

from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.commanding import ASKED_FOR, settle
from services.portal.forms import read_form
from services.portal.rooms import rooms_in
from services.portal.sessions import require_viewer
from services.portal.show import go, show
from services.portal.store import forms as store
from services.portal.store.forms import Sent


async def outcome(request: Request) -> Response:
    """Tell it: done, refused, or not known yet."""
    sent = await _sent(request)
    if sent is None:
        return await show(request, "command_unknown.html", status=HTTPStatus.NOT_FOUND)
    rooms = rooms_in(request)
    verdict = sent.outcome
    return await show(
        request,
        "command.html",
        "outcome",
        sent=sent,
        verdict=verdict,
        refused=verdict.refused if verdict else None,
        told={"failed": f"Not done: {sent.title}", "here": sent.back},
        is_asked_still=rooms.wall.now() - sent.sent_at < ASKED_FOR,
    )


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


async def _sent(request: Request) -> Sent | None:
    viewer = await require_viewer(request)
    try:
        form = UUID(request.path_params["form"])
    except ValueError:
        return None
    async with rooms_in(request).pool.acquire() as database:
        return await store.find(database, form, viewer.account_id)


routes = [
    Route("/commands/{form}", outcome),
    Route("/commands/{form}", check_again, methods=["POST"]),
]
