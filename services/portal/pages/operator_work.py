"""/operator: what waits for the vendor's staff."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.format import Format, format_of
from services.portal.live.topics import Scene
from services.portal.operating.dying import take_over
from services.portal.operating.taking import owners_of
from services.portal.operating.work import KINDS, list_work
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import require_staff
from services.portal.show import show
from shared.messaging.loss import Lost


async def work(request: Request) -> Response:
    await require_staff(request)
    kind = request.query_params.get("kind", "")
    seen = await look(rooms_in(request), kind if kind in KINDS else "")
    return await show(request, "operator.html", **seen)


async def watch(rooms: Rooms, _key: str, reading: Format) -> Scene:
    """Look for those who keep the page open."""
    own = format_of(str(reading.locale), rooms.settings.zone)
    return Scene(await look(rooms, ""), own)


async def look(rooms: Rooms, kind: str) -> dict[str, Any]:
    """All that the page shows; what died meanwhile is taken over by that."""
    try:
        await take_over(rooms)
    except Lost:
        is_whole = False
    else:
        is_whole = True
    listed = await list_work(rooms)
    return {
        "listed": listed,
        "jobs": listed.of(kind),
        "owners": await owners_of(rooms, (job.id for job in listed.jobs)),
        "ids": [job.href for job in listed.jobs],
        "kind": kind,
        "kinds": KINDS,
        "unasked": listed.unasked if is_whole else (*listed.unasked, "Dead messages"),
    }


routes = [Route("/operator", work)]
