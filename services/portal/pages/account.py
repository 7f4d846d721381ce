"""/me/account: who I am here, where I am signed in, and what waits for my answer."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.sessions import require_viewer
from services.portal.show import show


async def account(request: Request) -> Response:
    await require_viewer(request)
    return await show(request, "account.html")


routes = [Route("/me/account", account)]
