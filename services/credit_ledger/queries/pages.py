"""Pages of lists: never more than asked for, and where the next one begins."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue

from shared.contracts.message import Command, Verdict


def page(
    command: Command[Any], name: str, rows: list[JsonValue], keys: Sequence[JsonValue]
) -> Verdict:
    """Answer with a page; `keys` are of what was found, one more than `rows` if more follows."""
    result: dict[str, JsonValue] = {name: rows}
    if len(keys) > len(rows):
        result["after"] = keys[len(rows) - 1]
    return Verdict(id=command.id, result=result)


def rfc3339(moment: datetime) -> str:
    """Write a moment as all messages do: UTC, with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
