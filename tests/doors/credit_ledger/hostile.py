"""What may be done to a body: any value replaced, left out, said twice or given a stranger."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

Path = tuple[str | int, ...]

AMOUNTS = frozenset(
    {
        "amount",
        "credits",
        "limit",
        "quantity",
        "credits_per_unit",
        "max_credits",
        "metered",
        "overrun_max",
    }
)
# As they stand in the text, for much of it is no JSON that a writer would write.
NO_AMOUNTS = (
    "1",
    "1.5",
    "1e3",
    "-1",
    "9223372036854775808",
    "18446744073709551616",
    "true",
    "[]",
    "{}",
    '["1"]',
    '""',
    '"1e3"',
    '"-1"',
    '"+1"',
    '" 1"',
    '"1,5"',
    '"01"',
    '"0x10"',
    '"0.0000001"',
    '"1000000000000"',
    '"9223372036854775808"',
    '"\u0661"',
    '"NaN"',
    '"Infinity"',
    '"\\u0000"',
)
NO_JSON = ("NaN", "Infinity", "-Infinity", "1e400", "01", "+1", "'1'", '"\\ud800"', "", "[" * 1000)
ANYTHING = (*NO_AMOUNTS, *NO_JSON, "null", "0", '"0"', '"x"', '"' + "x" * 5000 + '"', '[{"a":[]}]')


class Done(NamedTuple):
    """A body after something was done to it at a path."""

    path: Path
    text: str


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Every place in a body but the whole of it."""
    members: Any = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        members = enumerate(value)
    for name, inner in members:
        yield (*path, name)
        yield from paths(inner, (*path, name))


def objects(body: object) -> Iterator[Path]:
    """The path of every object whose fields are agreed; tags may have any name."""
    yield ()
    for path in paths(body):
        if isinstance(at(body, path), dict) and path[-1] != "tags":
            yield path


def at(body: Any, path: Path) -> Any:  # noqa: ANN401  # JSON
    for step in path:
        body = body[step]
    return body


def replaced(body: object, path: Path, text: str) -> Done:
    return Done(path, _written(body, {path: text}))


def left_out(body: object, path: Path) -> Done:
    return Done(path, _written(body, {path: None}))


def said_twice(body: object, path: Path) -> Done:
    """The member at a path stands there twice, with the same value."""
    return Done(path, _written(body, {}, twice=path))


def with_a_stranger(body: object, path: Path) -> Done:
    """The object at a path has a field that nobody agreed on."""
    return Done((*path, "tip"), _written(body, {}, stranger=path))


def _written(
    value: object,
    instead: dict[Path, str | None],
    path: Path = (),
    *,
    twice: Path | None = None,
    stranger: Path | None = None,
) -> str:
    if path in instead:
        return instead[path] or ""

    def inner(name: str | int, one: object) -> str:
        return _written(one, instead, (*path, name), twice=twice, stranger=stranger)

    if isinstance(value, list):
        kept = [n for n in range(len(value)) if instead.get((*path, n), "") is not None]
        return "[" + ",".join(inner(n, value[n]) for n in kept) + "]"
    if not isinstance(value, dict):
        return json.dumps(value)
    members = []
    for name, one in value.items():
        if instead.get((*path, name), "") is None:
            continue
        member = f"{json.dumps(name)}:{inner(name, one)}"
        members += [member, member] if (*path, name) == twice else [member]
    if path == stranger:
        members.append('"tip":"1"')
    return "{" + ",".join(members) + "}"
