"""Asks for sums page by page, and writes each page as it comes in one of three forms."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal, TextIO
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from deploy.operator.inquiry import Inquiry, RefusedError
from deploy.operator.sheet import plain, shown, write_row
from shared.contracts.credit_queries import ShowWallet
from shared.contracts.credit_reports import Groups, ShowUsage
from shared.contracts.message import Moment, refuse
from shared.messaging.doors import explain

PAGE: Final = 500
A_DAY: Final = timedelta(days=1)
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
END: Final = datetime(9998, 1, 1, tzinfo=UTC)
AMOUNTS: Final = ("charged", "credited_back", "credits", "absorbed", "lines")
COLUMN_BY_UNIT: Final = {
    "ghz_hour": "ghz_hours",
    "core_hour": "core_hours",
    "gpu_hour": "gpu_hours",
    "frame": "frames",
}
COLUMNS: Final = (*AMOUNTS, *COLUMN_BY_UNIT.values())
"""The columns of the table behind those it is grouped by; new ones come last."""

Form = Literal["text", "csv", "json"]


class WrongOption(ValueError):  # noqa: N818  # reads as a sentence
    """An option of the command says nothing that can be asked for."""

    def __init__(self, option: str, message: str) -> None:
        """Name the option."""
        super().__init__(message)
        self.option = option


@dataclass(frozen=True)
class Wanted:
    """What the command asked for; a day begins when it does in the organization's time zone."""

    by: tuple[str, ...]
    since: datetime | date
    until: datetime | date


def wanted(by: str, since: str | None, until: str | None) -> Wanted:
    """Read the command's options; WrongOption says which is wrong."""
    columns = [column.strip() for column in by.split(",")] if by.strip() else []
    try:
        groups = TypeAdapter(Groups).validate_python(tuple(columns))
    except ValidationError as error:
        message = "is not up to three of user, job, product, project, node, node_class, unit, day"
        message += " and tag:NAME, each once"
        raise WrongOption("--by", message) from error
    asked = Wanted(groups, _time("--since", since, BEGINNING), _time("--until", until, END))
    # When a day begins is only known with the organization's zone: less than a day from here.
    slack = timedelta() if type(asked.since) is type(asked.until) else A_DAY
    if _roughly(asked.until) <= _roughly(asked.since) - slack:
        raise WrongOption("--until", "does not come after --since")
    return asked


async def usage(inquiry: Inquiry, asked: Wanted, form: Form, out: TextIO, told: TextIO) -> None:
    """Write the report; on `told` how far it reaches, unless it is complete."""
    report = await _report(inquiry, asked)
    header = [*map(plain, asked.by), *COLUMNS] if form == "csv" else None
    answer: dict[str, Any] = {}
    async for answer in inquiry.answers(report):
        # Only now: who is refused an answer gets no empty table either.
        if header is not None:
            write_row(out, header)
            header = None
        for row in answer["rows"]:
            _write(row, asked.by, form, out)
    if not answer["complete"]:
        print(f"What was booked after {answer['complete_until']} is not in this.", file=told)


async def _report(inquiry: Inquiry, asked: Wanted) -> ShowUsage:
    """Ask for the zone only where a day is to be understood."""
    clocks = ZoneInfo("UTC")
    if not (isinstance(asked.since, datetime) and isinstance(asked.until, datetime)):
        clocks = ZoneInfo((await inquiry.ask(ShowWallet()))["zone"])
    since, until = _begins(asked.since, clocks), _begins(asked.until, clocks)
    try:
        return ShowUsage(by=asked.by, since=since, until=until, limit=PAGE)
    except ValidationError as error:
        code, message = explain(error)
        raise RefusedError(refuse(code, message=message)) from error


def _begins(time: datetime | date, clocks: ZoneInfo) -> datetime:
    if isinstance(time, datetime):
        return time
    return datetime(time.year, time.month, time.day, tzinfo=clocks).astimezone(UTC)


def _roughly(time: datetime | date) -> datetime:
    return _begins(time, ZoneInfo("UTC"))


def _time(option: str, text: str | None, unasked: datetime) -> datetime | date:
    if text is None:
        return unasked
    try:
        if "T" not in text and " " not in text:
            return date.fromisoformat(text)
        return TypeAdapter(Moment).validate_json(json.dumps(text))
    except ValueError as error:
        message = "is no day like 2026-11-01 and no moment like 2026-11-01T08:00:00Z"
        raise WrongOption(option, message) from error


def _write(row: dict[str, Any], by: Sequence[str], form: Form, out: TextIO) -> None:
    match form:
        case "csv":
            write_row(out, _cells(row, by))
        case "json":
            print(json.dumps(row), file=out)
        case "text":
            print(_text(row, by), file=out)


def _cells(row: dict[str, Any], by: Sequence[str]) -> list[object]:
    """One row of the table: amounts are exact decimals, and stay numbers when negative."""
    group = [plain(row["group"][column]) for column in by]
    measured = [row["quantity"].get(unit) for unit in COLUMN_BY_UNIT]
    return [*group, *(row[name] for name in AMOUNTS), *measured]


def _text(row: dict[str, Any], by: Sequence[str]) -> str:
    group = "  ".join(_shown(row["group"][column]) for column in by) or "total"
    measured = [
        f"{quantity} {COLUMN_BY_UNIT[unit].replace('_', ' ')}"
        for unit, quantity in row["quantity"].items()
    ]
    absorbed = [f"absorbed {row['absorbed']}"] if row["absorbed"] != "0" else []
    more = "".join(f", {each}" for each in (*measured, *absorbed))
    return f"{row['credits']:>18} in {row['lines']} lines  {group}{more}"


def _shown(text: str | None) -> str:
    return "-" if text is None else shown(text)
