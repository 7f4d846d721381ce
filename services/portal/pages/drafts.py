"""/drafts/{key}: what was typed before the session ended, to be sent after all."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.drafting import find_draft
from services.portal.sessions import NotFound, require_viewer
from services.portal.show import show


async def draft(request: Request) -> Response:
    """Show it once more before it is sent: it may be read by somebody else by now."""
    await require_viewer(request)
    found = await find_draft(request, request.path_params["key"])
    if found is None:
        raise NotFound
    return await show(request, "draft.html", draft=found)


routes = [Route("/drafts/{key}", draft)]
