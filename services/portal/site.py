"""The site: which pages there are, what guards them all, and the server that answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from pkgutil import iter_modules

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from services.portal import pages, static_files, watching
from services.portal.api.app import make_api
from services.portal.failing import HANDLERS
from services.portal.guarding import BodyLimit, SecurityHeaders
from services.portal.rooms import Rooms, rooms_of
from services.portal.sign_in import routes as sign_in
from services.portal.watching import Measured
from services.portal.webhooks import incoming
from shared.service import Running

PACKED_FROM_BYTES = 800
CONNECTIONS_MAX = 2_000
GRACE_SECONDS = 3
KEEP_ALIVE_SECONDS = 20


def make_site(rooms: Rooms) -> ASGIApp:
    """Build the application for these rooms."""
    routes = [
        *watching.routes,
        *static_files.routes,
        *sign_in.routes_for(rooms.settings),
        *_machines(rooms),
        *_pages(),
    ]
    return guarded(rooms, routes)


def guarded(rooms: Rooms, routes: Sequence[BaseRoute]) -> ASGIApp:
    """Put what guards and watches every answer around routes.

    Starlette answers what failed outside of its middleware; headers are for such answers too.
    """
    site = Starlette(
        routes=routes,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(rooms.settings.hosts)),
            Middleware(BodyLimit),
            Middleware(GZipMiddleware, minimum_size=PACKED_FROM_BYTES),
        ],
        exception_handlers=HANDLERS,
    )
    site.state.rooms = rooms
    return Measured(SecurityHeaders(site, is_https=rooms.settings.is_https))


async def serve(running: Running) -> None:
    """Answer people and machines until the service stops."""
    rooms = rooms_of(running)
    site = make_site(rooms)
    server = _Server(
        uvicorn.Config(
            site,
            host=rooms.settings.host,
            port=rooms.settings.port,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    async with _told_to_stop(running, server):
        await server.serve()


class _Server(uvicorn.Server):
    """Uvicorn without hands on the signals: the service stops it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _told_to_stop(running: Running, server: uvicorn.Server) -> AsyncIterator[None]:
    async def tell() -> None:
        await running.stopping.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(tell())
        yield
        telling.cancel()


def _pages() -> Iterator[BaseRoute]:
    """The routes of every page module, in the order of their names."""
    for module in sorted(iter_modules(pages.__path__), key=lambda module: module.name):
        yield from getattr(import_module(f"{pages.__name__}.{module.name}"), "routes", ())


def _machines(rooms: Rooms) -> Iterator[BaseRoute]:
    """What machines call: the store's webhooks and the API, which have doorkeepers of their own."""
    yield from incoming.routes
    yield Mount("/api/v1", app=make_api(rooms))
