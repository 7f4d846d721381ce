"""The fields of a contract in words, read from its JSON Schema."""

from collections.abc import Iterator
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel

from shared.contracts.money import WIRE_PATTERN, Credits

Schema: TypeAlias = dict[str, Any]

MORE_THAN_ZERO = get_args(Credits)[1]
FORMATS = {"uuid": "UUID", "date-time": "time, RFC 3339"}
UNITS = {
    "minimum": "from {}",
    "maximum": "to {}",
    "minLength": "characters from {}",
    "maxLength": "characters to {}",
    "minItems": "entries from {}",
    "maxItems": "entries to {}",
}


def table(contract: type[BaseModel]) -> Iterator[str]:
    """Write a contract's fields as rows of a table; a sentence when it has none."""
    schema = contract.model_json_schema()
    properties: Schema = schema.get("properties", {})
    if not properties:
        yield "No fields."
        return
    yield "| field | type | limits |"
    yield "|---|---|---|"
    for name, described in properties.items():
        required = name in schema.get("required", [])
        limits = [*_limits(described), *_presence(described, required=required)]
        if MORE_THAN_ZERO in contract.model_fields[name].metadata:
            limits.append("more than 0")
        yield f"| `{name}` | {kind(described)} | {'; '.join(limits)} |"


def parts(contract: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """Find the contracts that a contract is made of, by their name."""
    found: dict[str, type[BaseModel]] = {}
    for described in contract.model_fields.values():
        for part in _models(described.annotation):
            found[part.__name__] = part
            found |= parts(part)
    return found


def kind(schema: Schema) -> str:
    """Name a type as a reader of the wire would."""
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", maxsplit=1)[-1]
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(kind(each) for each in choices if each.get("type") != "null")
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("pattern") == WIRE_PATTERN:
        return str(schema.get("format", "credits"))
    return _plain_kind(schema)


def _plain_kind(schema: Schema) -> str:
    match schema.get("type"):
        case "array":
            return f"list of {kind(schema.get('items', {}))}"
        case "object":
            return f"object of {kind(schema.get('additionalProperties', {}))} by name"
        case plain:
            return FORMATS.get(str(schema.get("format")), str(plain))


def _limits(schema: Schema) -> Iterator[str]:
    for choice in schema.get("anyOf", []):
        yield from _limits(choice)
    for name, words in UNITS.items():
        if name in schema:
            yield words.format(schema[name])
    if schema.get("pattern", WIRE_PATTERN) != WIRE_PATTERN:
        pattern = str(schema["pattern"]).replace("|", "\\|")
        yield f"`{pattern}`"


def _presence(schema: Schema, *, required: bool) -> Iterator[str]:
    if required:
        return
    default = schema.get("default")
    yield "optional" if default in (None, []) else f"`{default}` unless given"


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)
