"""The schemas of the OpenAPI document: those of the contracts, without what no reader needs."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.portal.api.catalogue import OPERATIONS
from services.portal.api.problems import Problem
from services.portal.api.tokens import MakeToken, TokenList, TokenMade, TokenShown
from shared.contracts.message import Contract

Schema: TypeAlias = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"


def schemas_of_contracts() -> dict[str, Schema]:
    """One schema a contract; answers may gain fields, so that theirs are open."""
    asked: set[type[Contract]] = {operation.reads for operation in OPERATIONS}
    answered: set[type[Contract]] = {operation.answers for operation in OPERATIONS}
    models: set[type[Contract]] = {Problem, MakeToken, TokenList, TokenMade, TokenShown}
    models |= asked | answered
    ordered: list[type[Contract]] = sorted(models, key=lambda model: model.__name__)
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = []
    wanted.extend((model, "validation") for model in ordered)
    _, written = models_json_schema(wanted, ref_template=REFERENCE)
    schemas: dict[str, Schema] = _untitled(written["$defs"])
    for name in {model.__name__ for model in answered} | {Problem.__name__}:
        schemas[name].pop("additionalProperties", None)
    return schemas


def _untitled(part: Any) -> Any:  # noqa: ANN401  # any part of a schema
    """Leave out what repeats a field's name, and null as what stands for nothing."""
    match part:
        case dict():
            return {
                key: _untitled(value)
                for key, value in part.items()
                if not (key == "title" and isinstance(value, str))
                and not (key == "default" and value is None)
            }
        case list():
            return [_untitled(one) for one in part]
    return part


def reachable(schemas: Mapping[str, Schema], paths: Schema) -> dict[str, Schema]:
    """Only what the paths refer to, or what they refer to does."""
    found: dict[str, Schema] = {}
    waiting = [Problem.__name__, *_referred(paths)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = schemas[name]
            waiting += _referred(schemas[name])
    return dict(sorted(found.items()))


def _referred(part: object) -> Iterator[str]:
    """The names of the schemas that a part of the document refers to."""
    match part:
        case {"$ref": str(reference)} if reference.startswith("#/components/schemas/"):
            yield reference.rsplit("/", maxsplit=1)[-1]
        case dict():
            for one in part.values():
                yield from _referred(one)
        case list():
            for one in part:
                yield from _referred(one)
