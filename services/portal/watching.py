"""What those who run the portal look at: its health, and what was answered how fast."""

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.rooms import rooms_in

REGISTRY = CollectorRegistry()
ANSWERED = Counter(
    "coffer_portal_answers", "Answers by route and status.", ("route", "status"), registry=REGISTRY
)
SECONDS = Histogram(
    "coffer_portal_answer_seconds",
    "Seconds until an answer began, by route.",
    ("route",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)
OPEN = Gauge("coffer_portal_open_requests", "Requests being answered now.", registry=REGISTRY)


async def health(request: Request) -> Response:
    """200 while the doors are open and the database answers."""
    rooms = rooms_in(request)
    if not rooms.running.ready:
        return PlainTextResponse("not ready\n", status_code=503)
    return PlainTextResponse("ready\n")


async def metrics(_request: Request) -> Response:
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


class Measured:
    """Counts what is answered, under the route's pattern and never under an address."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before everything else."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = _route(scope)
                ANSWERED.labels(route, message["status"]).inc()
                SECONDS.labels(route).observe(perf_counter() - began)
            await send(message)

        with OPEN.track_inprogress():
            await self._app(scope, receive, measured)


routes = [Route("/healthz", health), Route("/metrics", metrics)]


def _route(scope: Scope) -> str:
    """The pattern that matched; all that matched none count as one."""
    route = scope.get("route")
    pattern = str(getattr(route, "path", "")) or "unmatched"
    return f"{scope.get('root_path', '')}{pattern}"
