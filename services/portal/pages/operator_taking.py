"""/operator/take: say that one is on a thing of the work list, or is not any more."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.format import Format, format_of
from services.portal.forms import Form, read_form
from services.portal.live.hub import hub_of
from services.portal.live.topics import Scene
from services.portal.operating.taking import hand_over, owners
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import came_from, go

HERE = "/operator/take"
WORK_LIST = "/operator"


async def take(request: Request) -> Response:
    """Take it, take it over, or release it; who came too late is told whose it is by then."""
    viewer = await require_staff(request)
    form, rooms = await read_form(request), rooms_in(request)
    subject, holder = _id(form, "subject"), _id(form, "holder")
    if subject is None:
        raise NotFound
    wanted = None if form.get("act") == "release" else viewer.account_id
    is_done = await hand_over(rooms, subject, holder=holder, to=wanted)
    hub_of(rooms).touch("owners")
    page = came_from(request)
    back = WORK_LIST if page == HERE else page
    return go(request, back if is_done else f"{back}?late={subject}")


async def watch(rooms: Rooms, _key: str, reading: Format) -> Scene:
    """Look for those who have the list, or one thing of it, open."""
    own = format_of(str(reading.locale), rooms.settings.zone)
    return Scene({"rows": await owners(rooms)}, own)


def _id(form: Form, name: str) -> UUID | None:
    try:
        return UUID(form.get(name))
    except ValueError:
        return None


routes = [Route(HERE, take, methods=["POST"])]
