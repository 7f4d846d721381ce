"""The API as an application of its own, mounted by the site: routes, problems, the document."""

from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from http import HTTPStatus
from itertools import groupby
from typing import Final

import orjson
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ExceptionHandler

from services.portal.api import problems, token_routes
from services.portal.api.answering import failed, respond
from services.portal.api.catalogue import OPERATIONS
from services.portal.api.documents import document, methods_of
from services.portal.api.operations import Method, Operation
from services.portal.api.parts import open_parts
from services.portal.api.problems import ApiCode, ProblemError, problem_here
from services.portal.api.reading import JSON_TYPE
from services.portal.asking import RefusedError
from services.portal.rooms import Rooms
from shared.messaging.ask import NoAnswer
from shared.postgres.pool import PASSING

Endpoint = Callable[[Request], Awaitable[Response]]
log = structlog.get_logger()
NO_STORE: Final = {"Cache-Control": "no-store"}


def make_api(rooms: Rooms) -> Starlette:
    """Make the application; the site mounts it at /api/v1."""
    api = Starlette(routes=[*_routes()], exception_handlers=_handlers())
    api.router.redirect_slashes = False
    api.state.rooms = rooms
    api.state.parts = open_parts(rooms)
    return api


def _routes() -> Iterator[Route]:
    """One route an address, those without a parameter first: they are the closer ones."""
    yield Route("/openapi.json", _document, methods=["GET"])
    yield from token_routes.ROUTES
    by_path = sorted(OPERATIONS, key=lambda one: (_generality(one.path), one.path))
    for path, _ in groupby(by_path, key=lambda one: one.path):
        operations = methods_of(path)
        yield Route(path, _endpoint(operations), methods=[*operations])


def _generality(path: str) -> tuple[bool, ...]:
    """Sorts addresses whose first different part is a parameter behind those that name it."""
    return tuple(part.startswith("{") for part in path.split("/"))


def _endpoint(operations: dict[Method, Operation]) -> Endpoint:
    operations_by_name: dict[str, Operation] = {one.method: one for one in operations.values()}

    async def called(request: Request) -> Response:
        operation = operations_by_name["GET" if request.method == "HEAD" else request.method]
        return with_headers(await respond(request, operation), request)

    return called


def with_headers(response: Response, request: Request) -> Response:
    """Add what every answer carries: what is left of the limits; and nothing is kept by caches."""
    limits: dict[str, str] = getattr(request.state, "headers", {})
    response.headers.update({**limits, **NO_STORE})
    return response


async def _document(request: Request) -> Response:
    """The OpenAPI document, for everybody; whoever has it already is told so."""
    state = request.app.state
    if not hasattr(state, "document"):
        state.document = orjson.dumps(document())
        state.version = f'"{sha256(state.document).hexdigest()[:32]}"'
    headers = {"ETag": state.version, "Cache-Control": "public, max-age=300"}
    if request.headers.get("if-none-match") == state.version:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(state.document, media_type=JSON_TYPE, headers=headers)


def _handlers() -> dict[type[Exception] | int, ExceptionHandler]:
    passing: dict[type[Exception] | int, ExceptionHandler] = dict.fromkeys(PASSING, _on_loss)
    return {
        **passing,
        ProblemError: _on_problem,
        RefusedError: _on_refusal,
        NoAnswer: _on_refusal,
        HTTPException: _on_http,
        Exception: _on_failure,
    }


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return with_headers(problems.answer(error, instance=request.url.path), request)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError | NoAnswer)
    return await _on_problem(request, failed(error, request))


async def _on_loss(request: Request, error: Exception) -> Response:  # noqa: ARG001  # a handler
    """Our own database is away for a moment."""
    command_id = getattr(request.state, "command_id", None)
    return await _on_problem(request, problem_here(ApiCode.NO_ANSWER, command_id=command_id))


async def _on_http(request: Request, error: Exception) -> Response:
    """Addresses and methods that are not there."""
    assert isinstance(error, HTTPException)
    is_method = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    code = ApiCode.METHOD_NOT_ALLOWED if is_method else ApiCode.NOT_FOUND
    response = await _on_problem(request, problem_here(code))
    response.headers.update(error.headers or {})
    return response


async def _on_failure(request: Request, error: Exception) -> Response:
    """Programmers' errors: they are logged, and told without their insides."""
    log.error("call_failed", path=request.url.path, exc_info=error)
    return await _on_problem(request, problem_here(ApiCode.FAILED))
