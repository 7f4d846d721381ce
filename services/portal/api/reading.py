"""Reads a call into the contract it asks with: strictly, and naming every field that is wrong."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

from pydantic import JsonValue, ValidationError
from starlette.requests import Request

from services.portal.api.problems import (
    ApiCode,
    FieldProblem,
    ProblemError,
    misread,
    problem_here,
    refused_here,
)
from shared.contracts.message import Contract
from shared.contracts.refusals import RefusalCode
from shared.messaging.bodies import check_each_once
from shared.messaging.doors import explain
from shared.messaging.topology import MESSAGE_BYTES_MAX

Schema: TypeAlias = dict[str, Any]
C = TypeVar("C", bound=Contract)

JSON_TYPE = "application/json"
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
MEMBER = re.compile(r"(\w+)\[([^\[\]]+)\]")
BOOLEANS: dict[str, JsonValue] = {"true": True, "false": False}


async def read_body(request: Request) -> dict[str, JsonValue]:
    """Read the object in the body; an empty one is an object without members."""
    body = await _bytes_of(request)
    if not body:
        return {}
    _check_type(request)
    try:
        check_each_once(body)
        read = json.loads(body)
    except ValueError as error:
        raise refused_here(RefusalCode.MALFORMED, f"body: {error}"[:300]) from error
    if not isinstance(read, dict):
        raise refused_here(RefusalCode.MALFORMED, "body: is no object")
    return read


def read_contract(contract: type[C], fields: Mapping[str, JsonValue]) -> C:
    """Read fields strictly, as if they had come over the broker."""
    try:
        return contract.model_validate_json(json.dumps(fields))
    except ValidationError as error:
        raise _misread(error) from error


def read_text(contract: type[Contract], name: str, text: str) -> JsonValue:
    """Read one field of an address: the text it is, or the number it stands for."""
    return _value(_property(contract, name), [text])


def read_query(contract: type[Contract], query: Sequence[tuple[str, str]]) -> dict[str, JsonValue]:
    """Read the query into fields: repeated names are lists, `tag[name]=value` are members."""
    texts: dict[str, list[str]] = {}
    members: dict[str, dict[str, list[str]]] = {}
    for name, text in query:
        if found := MEMBER.fullmatch(name):
            members.setdefault(found[1], {}).setdefault(found[2], []).append(text)
        else:
            texts.setdefault(name, []).append(text)
    read: dict[str, JsonValue] = {
        name: _value(_property(contract, name), values) for name, values in texts.items()
    }
    for name, inner in members.items():
        if name in read or any(len(values) > 1 for values in inner.values()):
            raise _said_twice(name)
        read[name] = {key: values[0] for key, values in inner.items()}
    return read


def no_query(query: Sequence[tuple[str, str]]) -> None:
    """Refuse a query where the body says it all."""
    if query:
        problem = FieldProblem(field=query[0][0][:120], message="this address takes no query")
        raise misread(RefusalCode.UNKNOWN_FIELD, (problem,))


def not_here(name: str) -> ProblemError:
    """Say that a field stands in the address and nowhere else."""
    problem = FieldProblem(field=name, message="stands in the address already")
    return misread(RefusalCode.UNKNOWN_FIELD, (problem,))


@lru_cache(maxsize=512)
def properties_of(contract: type[Contract]) -> dict[str, Schema]:
    """The schema of each field, with what it refers to put in its place."""
    schema = contract.model_json_schema()
    definitions = schema.get("$defs", {})
    return {name: plain(one, definitions) for name, one in schema.get("properties", {}).items()}


def plain(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """A field's schema where it is given at all: without null, and without a reference."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if len(kinds) == 1:
        rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
        return plain(kinds[0] | rest, definitions)
    if reference := schema.get("$ref"):
        return definitions[reference.rsplit("/", maxsplit=1)[-1]]
    return {key: value for key, value in schema.items() if value is not None}


def _property(contract: type[Contract], name: str) -> Schema:
    return properties_of(contract).get(name, {})


def _value(schema: Schema, texts: list[str]) -> JsonValue:
    """Turn the texts of a field into JSON; what does not fit stays text, and is refused as such."""
    if schema.get("type") == "array":
        return [*texts]
    if len(texts) > 1:
        raise _said_twice(schema.get("title", "query"))
    [text] = texts
    if schema.get("type") == "integer" and INTEGER.fullmatch(text):
        return int(text)
    if schema.get("type") == "boolean":
        return BOOLEANS.get(text, text)
    return text


async def _bytes_of(request: Request) -> bytes:
    """Read the body, but no further than what the services would take."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MESSAGE_BYTES_MAX:
            detail = f"body: more than {MESSAGE_BYTES_MAX} bytes"
            raise refused_here(RefusalCode.TOO_LARGE, detail)
    return bytes(body)


def _check_type(request: Request) -> None:
    given = request.headers.get("content-type", "")
    kind, _, parameters = given.partition(";")
    charset = parameters.replace(" ", "").lower()
    if kind.strip().lower() != JSON_TYPE or charset not in {"", "charset=utf-8"}:
        raise problem_here(ApiCode.UNSUPPORTED_MEDIA_TYPE)


def _misread(error: ValidationError) -> ProblemError:
    code, _ = explain(error)
    errors = error.errors(include_url=False, include_input=False, include_context=False)
    return misread(
        code,
        tuple(
            FieldProblem(
                field=".".join(str(part) for part in one["loc"])[:200] or "body",
                message=one["msg"],
            )
            for one in errors[:20]
        ),
    )


def _said_twice(name: str) -> ProblemError:
    problem = FieldProblem(field=name, message="is said twice")
    return misread(RefusalCode.MALFORMED, (problem,))
