"""/help: the roles in consequences, and every refusal explained."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.explaining import seen_by
from services.portal.sessions import NotFound, current_viewer
from services.portal.show import show
from services.portal.words.read import read
from shared.contracts.refusals import EXPLANATIONS, RefusalCode


async def index(request: Request) -> Response:
    """What there is to read, and all refusals by name."""
    viewer = await current_viewer(request)
    panels = [read().panel(code, seen_by(viewer), {}) for code in RefusalCode]
    return await show(request, "help.html", panels=panels)


async def roles(request: Request) -> Response:
    return await show(request, "help_roles.html")


async def refusal(request: Request) -> Response:
    """One refusal, as its panel says it where no numbers are known."""
    try:
        code = RefusalCode(request.path_params["code"])
    except ValueError:
        raise NotFound from None
    viewer = await current_viewer(request)
    panel = read().panel(code, seen_by(viewer), {})
    meaning, _ = EXPLANATIONS[code]
    return await show(request, "help_refusal.html", explained=panel, meaning=meaning)


routes = [
    Route("/help", index),
    Route("/help/roles", roles),
    Route("/help/refusals", index),
    Route("/help/refusals/{code}", refusal),
]
