"""How a call is answered: who calls, may he, what does he ask, what came of it."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode
from uuid import UUID

import orjson
from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import Response

from services.portal.api import keys, reading
from services.portal.api.callers import Caller, caller_of
from services.portal.api.operations import Asked, Operation
from services.portal.api.parts import parts_in
from services.portal.api.problems import (
    ApiCode,
    ProblemError,
    problem_here,
    refused_by_service,
    refused_here,
)
from services.portal.asking import RefusedError
from services.portal.views.organizations import find_organization
from shared.contracts.catalogue import OF_OPERATORS
from shared.contracts.credit_queries import LedgerQuestion
from shared.contracts.message import Contract
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer

COMMAND_HEADER = "Coffer-Command"
CURSORS = ("after", "before")


async def respond(request: Request, operation: Operation) -> Response:
    """Answer a call; raises ProblemError, which the application turns into a problem."""
    caller = await caller_of(request)
    by_staff = operation.is_for_staff and caller.is_operator
    if not by_staff:
        _check_scope(caller, operation)
    parts = parts_in(request)
    asked = Asked(
        parts=parts,
        caller=caller,
        owner=_place(request, operation, caller, by_staff=by_staff),
        data=await _read(request, operation),
        id=parts.rooms.clock.new_id(),
        by_staff=by_staff,
    )
    if operation.is_command:
        asked = replace(asked, id=await _command_id(request, operation, asked))
        request.state.command_id = asked.id
    elif operation.method == "POST":
        keys.no_key(request)
    return await _done(request, operation, await _seen_for(asked, operation))


async def _done(request: Request, operation: Operation, asked: Asked) -> Response:
    asked = await operation.gate(asked)
    result = await operation.work(asked)
    if operation.is_command:
        result = {"command_id": str(asked.id), "result": result}
    response = Response(orjson.dumps(result), media_type=reading.JSON_TYPE)
    if operation.is_command:
        response.headers[COMMAND_HEADER] = str(asked.id)
    elif operation.method == "GET":
        _link_next(request, response, result)
    return response


def failed(error: RefusedError | NoAnswer, request: Request) -> ProblemError:
    """Turn what a service refused, or did not answer, into a problem that names the command."""
    command_id: UUID | None = getattr(request.state, "command_id", None)
    if isinstance(error, RefusedError):
        return refused_by_service(error.refused, command_id=command_id)
    return problem_here(ApiCode.NO_ANSWER, command_id=command_id)


def _check_scope(caller: Caller, operation: Operation) -> None:
    if not caller.may(*(scope for scope in operation.scopes if scope != "operator")):
        needed = " or ".join(operation.scopes)
        raise problem_here(ApiCode.INSUFFICIENT_SCOPE, f"this needs the scope {needed}")


def _place(
    request: Request, operation: Operation, caller: Caller, *, by_staff: bool
) -> UUID | None:
    """Whose it is that the address names; to anybody else it does not exist."""
    if operation.place is None:
        return None
    is_organization = operation.place == "organization_id"
    code = RefusalCode.UNKNOWN_ORGANIZATION if is_organization else RefusalCode.UNKNOWN_ACCOUNT
    named = as_uuid(request.path_params[operation.place])
    if named is None:
        raise refused_here(code)
    if by_staff:
        return named
    at_home = caller.is_at_home_in if is_organization else caller.is_at_home_as
    if not at_home(named):
        raise refused_here(code)
    return named


async def _read(request: Request, operation: Operation) -> Contract:
    """Read body or query and put in what the address says; neither may say it again."""
    query = request.query_params.multi_items()
    if operation.has_body:
        reading.no_query(query)
        fields = await reading.read_body(request)
    else:
        fields = reading.read_query(operation.reads, query)
    for parameter, name in operation.from_path.items():
        if name in fields:
            raise reading.not_here(name)
        text = request.path_params[parameter]
        fields[name] = reading.read_text(operation.reads, name, text)
    return reading.read_contract(operation.reads, fields)


async def _command_id(request: Request, operation: Operation, asked: Asked) -> UUID:
    data = asked.data.model_dump_json()
    content = f"{operation.id} {asked.owner} {data}".encode()
    token = asked.caller.token
    return await keys.command_id(asked.parts.rooms, request, token, content)


async def _seen_for(asked: Asked, operation: Operation) -> Asked:
    """Let staff see what only the Administrator, or the account itself, is shown."""
    is_open = isinstance(asked.data, LedgerQuestion) or operation.reads in OF_OPERATORS
    if not asked.by_staff or operation.is_command or is_open or asked.owner is None:
        return asked
    if operation.place == "account_id":
        return replace(asked, behalf=asked.owner)
    listed = await find_organization(
        asked.parts.rooms.asking, asked.owner, viewer=asked.caller.viewer
    )
    if listed is None:
        raise refused_here(RefusalCode.UNKNOWN_ORGANIZATION)
    return replace(asked, behalf=listed.administrator_id)


def _link_next(request: Request, response: Response, result: Mapping[str, JsonValue]) -> None:
    """Say where the next page is, so that nobody has to know how cursors are called."""
    for name in CURSORS:
        cursor = result.get(name)
        if cursor is not None:
            kept = [
                (key, value)
                for key, value in request.query_params.multi_items()
                if key != name and not key.startswith(f"{name}[")
            ]
            url = f"{request.url.path}?{urlencode([*kept, *_query_of(name, cursor)])}"
            response.headers["Link"] = f'<{url}>; rel="next"'


def _query_of(name: str, cursor: JsonValue) -> list[tuple[str, str]]:
    if isinstance(cursor, dict):
        return [(f"{name}[{key}]", str(value)) for key, value in cursor.items()]
    return [(name, str(cursor))]


def as_uuid(text: str) -> UUID | None:
    """Read an id as it is usually written; nothing for any other spelling."""
    try:
        read = UUID(text)
    except ValueError:
        return None
    return read if str(read) == text.lower() else None
