"""The OpenAPI document, written from the rows and the contracts: nothing in it is said twice."""

import re
from collections.abc import Iterable, Mapping
from inspect import cleandoc

from services.portal.api import keys
from services.portal.api.catalogue import OPERATIONS, SUBJECTS
from services.portal.api.examples import example_of
from services.portal.api.operations import Method, Operation, parameters_in
from services.portal.api.problems import CONTENT_TYPE, Problem
from services.portal.api.reading import JSON_TYPE, plain
from services.portal.api.schemas import REFERENCE, Schema, reachable, schemas_of_contracts
from services.portal.api.scopes import MEANINGS
from services.portal.api.tokens import MakeToken, TokenList, TokenMade, TokenShown
from shared.contracts.message import CommandData, Contract
from shared.contracts.refusals import RefusalCode

RULES = re.compile(r" \((?:[A-Z][0-9]+(?:, |-)?)+\)")
VERSION = "1"
ID: Schema = {"type": "string", "format": "uuid"}
PROBLEMS = {
    "400": "The body is no JSON object",
    "401": "The token is missing, wrong, revoked or past its end",
    "403": "Not for this token, or not for whoever made it",
    "404": "Nothing here by this address or id, or not yours, which looks the same",
    "409": "Refused by a rule; `code` says by which",
    "413": "The body is longer than a megabyte",
    "415": "The body is not application/json",
    "422": "A field is not what it has to be, or a key was used for something else",
    "429": "Too many calls; `Retry-After` says when the next one passes",
    "500": "Something failed here",
    "503": "No answer in time; ask again with the same Idempotency-Key",
}
DESCRIPTION = """\
Everything that the pages of the portal do, for programs; and balances, holds and usage for render
nodes that do not speak AMQP. Amounts are decimal strings of credits, moments RFC 3339 in UTC,
ids UUIDs. Send a token as `Authorization: Bearer cof_...`. Every command takes an
`Idempotency-Key`: the same key is the same command, whatever is lost on the way. Lists are pages;
`Link: <...>; rel="next"` leads to the next one.
"""


def document() -> Schema:
    """Write the whole document."""
    schemas = schemas_of_contracts()
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        path = paths.setdefault(operation.path, _parameters_of(operation.path))
        path[operation.method.lower()] = _operation(operation, schemas)
    paths |= _token_paths()
    return {
        "openapi": "3.1.0",
        "info": {"title": "Coffer", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "tags": [{"name": name, "description": said} for name, said in SUBJECTS.items()],
        "paths": paths,
        "components": {
            "schemas": reachable(schemas, paths),
            "responses": {status: _problem(said) for status, said in PROBLEMS.items()},
            "headers": _headers(),
            "securitySchemes": {"token": _security()},
        },
    }


def _operation(operation: Operation, schemas: Mapping[str, Schema]) -> Schema:
    said = _said_of(operation)
    needed = " or ".join(f"`{scope}`" for scope in operation.scopes)
    described: Schema = {
        "operationId": operation.id,
        "tags": [operation.subject],
        "summary": said.splitlines()[0].rstrip("."),
        "description": f"{said}\n\nScope: {needed}.",
        "responses": _responses(_answer(operation)),
    }
    refusals = [code.value for code in RefusalCode if re.search(rf"\b{code}\b", said)]
    if refusals:
        described["x-refusals"] = refusals
    asked = schemas[operation.reads.__name__]
    parameters = [_key()] if operation.is_command else []
    if operation.has_body:
        described["requestBody"] = _body(operation, asked)
    else:
        parameters += _query(operation, asked, schemas)
    if parameters:
        described["parameters"] = parameters
    return described


def _parameters_of(path: str) -> Schema:
    """What stands in an address: ids, but for the names that are none."""
    described = [
        {"name": name, "in": "path", "required": True, "schema": _parameter_schema(path, name)}
        for name in parameters_in(path)
    ]
    return {"parameters": described} if described else {}


def _parameter_schema(path: str, name: str) -> Schema:
    for operation in OPERATIONS:
        field = operation.from_path.get(name) if operation.path == path else None
        if field is not None:
            schema = operation.reads.model_json_schema()["properties"][field]
            return {key: value for key, value in schema.items() if key != "title"}
    return ID


def _body(operation: Operation, asked: Schema) -> Schema:
    """The contract without what stands in the address."""
    left_out = set(operation.from_path.values())
    properties = {
        name: one for name, one in asked.get("properties", {}).items() if name not in left_out
    }
    required = [name for name in asked.get("required", ()) if name not in left_out]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required
    example = operation.example or example_of(schema, operation.reads)
    return {
        "required": bool(required),
        "content": {JSON_TYPE: {"schema": schema, "example": example}},
    }


def _query(operation: Operation, asked: Schema, schemas: Mapping[str, Schema]) -> list[Schema]:
    left_out = set(operation.from_path.values())
    return [
        _query_parameter(name, plain(one, schemas), required=name in asked.get("required", ()))
        for name, one in asked.get("properties", {}).items()
        if name not in left_out
    ]


def _query_parameter(name: str, schema: Schema, *, required: bool) -> Schema:
    kept = {key: value for key, value in schema.items() if key not in {"title", "default"}}
    described: Schema = {"name": name, "in": "query", "required": required, "schema": kept}
    if kept.get("type") == "object":
        described |= {"style": "deepObject", "explode": True}
    if kept.get("type") == "array":
        described |= {"style": "form", "explode": True}
    return described


def _key() -> Schema:
    return {
        "name": keys.HEADER,
        "in": "header",
        "required": False,
        "description": "The same key is the same command; a UUIDv7 is the command's own id.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": r"^[\x21-\x7e]{1,255}$",
        },
    }


def _answer(operation: Operation) -> Schema:
    answer: Schema = {"$ref": REFERENCE.format(model=operation.answers.__name__)}
    if not operation.is_command:
        return answer
    return {
        "type": "object",
        "properties": {"command_id": ID, "result": answer},
        "required": ["command_id", "result"],
    }


def _responses(answer: Schema | None, *, status: str = "200") -> Schema:
    done: Schema = {"description": "Done", "headers": _header_references()}
    if answer is not None:
        done["content"] = {JSON_TYPE: {"schema": answer}}
    problems = {one: {"$ref": f"#/components/responses/{one}"} for one in PROBLEMS}
    return {status: done, **problems}


def _problem(said: str) -> Schema:
    schema = {"$ref": REFERENCE.format(model=Problem.__name__)}
    return {
        "description": said,
        "headers": _header_references(),
        "content": {CONTENT_TYPE: {"schema": schema}},
    }


def _token_paths() -> dict[str, Schema]:
    """The tokens themselves: with a token made for it, or from our own pages."""
    return {
        "/tokens": {
            "get": _token_operation("list_tokens", "List your tokens", TokenList),
            "post": {
                **_token_operation("make_token", "Make a token", TokenMade, status="201"),
                "requestBody": {
                    "required": True,
                    "content": {
                        JSON_TYPE: {
                            "schema": {"$ref": REFERENCE.format(model=MakeToken.__name__)},
                            "example": {"name": "Farm north", "scopes": ["node"]},
                        }
                    },
                },
            },
        },
        "/tokens/{token_id}": {
            "parameters": [{"name": "token_id", "in": "path", "required": True, "schema": ID}],
            "delete": _token_operation("revoke_token", "Revoke a token", TokenShown),
        },
    }


def _token_operation(
    name: str, summary: str, answers: type[Contract], *, status: str = "200"
) -> Schema:
    said = _said(answers)
    answer: Schema = {"$ref": REFERENCE.format(model=answers.__name__)}
    return {
        "operationId": name,
        "tags": ["tokens"],
        "summary": summary,
        "description": f"{said}\n\nScope: `tokens`, or a session in a browser.",
        "responses": _responses(answer, status=status),
    }


def _said_of(operation: Operation) -> str:
    """What a contract of the services says of itself; else what the work does, and answers."""
    if issubclass(operation.reads, CommandData):
        return _said(operation.reads)
    return f"{_said(operation.work)}\n\n{_said(operation.answers)}"


def _said(part: object) -> str:
    """A docstring, without the numbers of the rules that it stands for."""
    return RULES.sub("", cleandoc(part.__doc__ or ""))


def _headers() -> Schema:
    text: Schema = {"schema": {"type": "string"}}
    return {
        "RateLimit": {"description": "What is left of each limit", **text},
        "RateLimit-Policy": {"description": "The limits", **text},
    }


def _header_references() -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in _headers()}


def _security() -> Schema:
    scopes = "\n".join(f"- `{scope}`: {meaning}" for scope, meaning in MEANINGS.items())
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "cof_...",
        "description": f"A token with one scope or more:\n{scopes}",
    }


def methods_of(path: str, operations: Iterable[Operation] = OPERATIONS) -> dict[Method, Operation]:
    """What may be done at an address."""
    return {one.method: one for one in operations if one.path == path}
