"""/operator/reconcile: whether the services agree, by the last run, and another run now."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.format import Format, format_of
from services.portal.forms import read_form
from services.portal.live.hub import hub_of
from services.portal.live.topics import Scene
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import require_staff
from services.portal.show import go, show
from services.portal.store import reconciliations as store
from services.portal.views.faces import faces_of

HERE = "/operator/reconcile"
RUNS_SHOWN = 10


async def reconcile(request: Request) -> Response:
    await require_staff(request)
    return await show(request, "operator_reconcile.html", **await look(rooms_in(request)))


async def run_now(request: Request) -> Response:
    """Ask for a run; one that goes on already is enough."""
    viewer = await require_staff(request)
    form = await read_form(request)
    rooms = rooms_in(request)
    async with rooms.pool.acquire() as database:
        await store.begin(database, form.id, by=viewer.account_id, now=rooms.wall.now())
    hub_of(rooms).touch("reconcile")
    return go(request, HERE)


async def watch(rooms: Rooms, _key: str, reading: Format) -> Scene:
    """Look for those who keep the page open."""
    return Scene(await look(rooms), format_of(str(reading.locale), rooms.settings.zone))


async def look(rooms: Rooms) -> dict[str, Any]:
    async with rooms.pool.acquire() as database:
        runs = await store.last(database, RUNS_SHOWN)
    return {
        "runs": runs,
        "run": runs[0] if runs else None,
        "faces": await faces_of(rooms.asking, (run.asked_by for run in runs)),
    }


routes = [
    Route(HERE, reconcile, methods=["GET"]),
    Route(HERE, run_now, methods=["POST"]),
]
