"""/live: what changes on an open page; the page itself is whole without it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.portal.live.hub import Full, hub_of
from services.portal.live.stream import EventStream
from services.portal.live.viewing import Viewing
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, current_session, current_viewer
from services.portal.show import format_for

RETRY_SECONDS = "5"


async def live(request: Request) -> Response:
    """Stream what changes; 204 tells a browser that nobody is signed in any more."""
    session, viewer = await current_session(request), await current_viewer(request)
    if session is None or viewer is None:
        return Response(status_code=204)
    hub = hub_of(rooms_in(request))
    if "build" in request.query_params:
        return PlainTextResponse(hub.build)
    try:
        watched = hub.topics.read(request.query_params.get("topics", ""))
        hub.check_room(session.token_hash)
    except KeyError:
        raise NotFound from None
    except Full:
        return PlainTextResponse("busy\n", 503, headers={"Retry-After": RETRY_SECONDS})
    viewing = Viewing(viewer, session.token_hash, format_for(request), watched)
    if not watched or not viewing.may_see_all():
        raise NotFound
    return EventStream(hub, viewing)


routes = [Route("/live", live)]
