"""The routes of tokens: with a token made for it, or from our own pages with a session."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.api import keys, reading
from services.portal.api.answering import as_uuid
from services.portal.api.callers import Caller, caller_with_tokens
from services.portal.api.parts import parts_in
from services.portal.api.problems import ApiCode, problem_here
from services.portal.api.tokens import (
    Allowed,
    MakeToken,
    TokenList,
    list_tokens,
    make_token,
    revoke_token,
    shown,
)
from shared.contracts.message import Contract


async def _tokens(request: Request) -> Response:
    return await (_make(request) if request.method == "POST" else _list(request))


async def _list(request: Request) -> Response:
    caller = await caller_with_tokens(request)
    reading.no_query(request.query_params.multi_items())
    found = await list_tokens(parts_in(request).rooms, _allowed(caller))
    return _answer(request, TokenList(tokens=tuple(shown(token) for token in found)))


async def _make(request: Request) -> Response:
    caller = await caller_with_tokens(request)
    keys.no_key(request)
    reading.no_query(request.query_params.multi_items())
    wanted = reading.read_contract(MakeToken, await reading.read_body(request))
    made = await make_token(parts_in(request).rooms, _allowed(caller), wanted)
    return _answer(request, made, status=HTTPStatus.CREATED)


async def _revoke(request: Request) -> Response:
    caller = await caller_with_tokens(request)
    reading.no_query(request.query_params.multi_items())
    token_id = as_uuid(request.path_params["token_id"])
    if token_id is None:
        raise problem_here(ApiCode.UNKNOWN_TOKEN)
    return _answer(request, await revoke_token(parts_in(request).rooms, _allowed(caller), token_id))


def _allowed(caller: Caller) -> Allowed:
    return Allowed(caller.viewer, caller.token)


def _answer(request: Request, told: Contract, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = Response(
        told.model_dump_json(exclude_none=True), status_code=status, media_type=reading.JSON_TYPE
    )
    limits: dict[str, str] = getattr(request.state, "headers", {})
    response.headers.update({**limits, "Cache-Control": "no-store"})
    return response


ROUTES = (
    Route("/tokens", _tokens, methods=["GET", "POST"]),
    Route("/tokens/{token_id}", _revoke, methods=["DELETE"]),
)
