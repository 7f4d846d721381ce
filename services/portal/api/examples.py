"""Examples of what may be sent, made from the schema so that none is ever stale."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from shared.contracts.message import Contract

Schema: TypeAlias = dict[str, Any]
BY_FORMAT = {"uuid": "018f3f00-0000-7000-8000-000000000001", "date-time": "2026-12-01T09:00:00Z"}
BY_NAME = {
    "product": "Lumen for Max",
    "offer": "lumen-trial",
    "customer_number": "C-1000042",
    "machine": "workstation-7",
    "reason": "Shot 040 needs it.",
    "store": "larkspur-store",
    "order_id": "A-1042",
    "node_class": "cpu-64",
    "reference": "old-ledger-17",
    "name": "Farm north",
}


def example_of(schema: Schema, contract: type[Contract]) -> Any:  # noqa: ANN401  # any JSON value
    """An example with what has to be sent, and nothing else."""
    definitions = contract.model_json_schema().get("$defs", {})
    return _object(schema, definitions)


def _object(schema: Schema, definitions: Mapping[str, Schema]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    return {
        name: _value(name, properties[name], definitions) for name in schema.get("required", ())
    }


def _value(name: str, schema: Schema, definitions: Mapping[str, Schema]) -> Any:  # noqa: ANN401
    if reference := schema.get("$ref"):
        return _value(name, definitions[reference.rsplit("/", maxsplit=1)[-1]], definitions)
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    match schema.get("type"):
        case "object":
            return _object(schema, definitions)
        case "array":
            return [_value(name, schema["items"], definitions)]
        case "integer":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return BY_FORMAT.get(schema.get("format", "")) or BY_NAME.get(name, "text")
