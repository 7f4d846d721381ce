"""/ops: how the machines are, from the stream of facts; it joins late and catches up."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.format import Format, format_of
from services.portal.live.ops.names import names_of
from services.portal.live.ops.screen import screen_of
from services.portal.live.ops.view import (
    KIND_WORDS,
    behind_seconds,
    gauges_of,
    queues_of,
    refusals_of,
    services_of,
)
from services.portal.live.topics import Scene
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import require_ops
from services.portal.show import format_for, show

UTC_ZONE = "UTC"


async def ops(request: Request) -> Response:
    await require_ops(request)
    seen = await look(rooms_in(request), format_for(request, UTC_ZONE))
    return await show(request, "ops.html", zone=UTC_ZONE, **seen)


async def watch(rooms: Rooms, _key: str, reading: Format) -> Scene:
    """Look for those who keep the page open."""
    own = format_of(str(reading.locale), UTC_ZONE)
    return Scene(await look(rooms, own), own)


async def look(rooms: Rooms, reading: Format) -> dict[str, Any]:
    """All that the page shows; it asks for names alone, and has everything else by heart."""
    screen, names, now = screen_of(rooms), names_of(rooms), rooms.clock.now()
    screen.watch()
    await names.learn(rooms.asking, (line.subject for line in screen.feed))
    return {
        "screen": screen,
        "gauges": gauges_of(screen, now, reading),
        "refusals": refusals_of(screen, now),
        "services": services_of(screen),
        "queues": queues_of(screen),
        "behind": behind_seconds(screen, now),
        "names": names,
        "kind_words": KIND_WORDS,
    }


routes = [Route("/ops", ops)]
