"""Asks for statements with all their lines, and writes them in one of three forms."""

import json
from collections.abc import AsyncIterator
from typing import Any, Literal, TextIO

from deploy.operator.inquiry import Inquiry
from deploy.operator.sheet import write_row
from deploy.operator.statement import columns, text
from shared.contracts.credit_reports import (
    ListStatementLots,
    ListStatementPeople,
    ListStatements,
    ShowStatement,
)

PAGE = 500
Form = Literal["text", "csv", "json"]


async def months(inquiry: Inquiry, out: TextIO, form: Form) -> None:
    """Write every month in short; as JSON one a line."""
    is_first = True
    async for page in inquiry.pages(ListStatements(limit=PAGE), "statements"):
        # Only now: who is refused an answer gets no empty table either.
        if form == "csv" and is_first:
            write_row(out, columns.COLUMNS)
        is_first = False
        for statement in page:
            _write_in_short(statement, form, out)


async def month(inquiry: Inquiry, period: str, out: TextIO, form: Form) -> None:
    """Write one month with the lines of its lots and people."""
    statement = await inquiry.ask(ShowStatement(period=period))
    lots = inquiry.rows(ListStatementLots(period=period, limit=PAGE), "lots")
    people = inquiry.rows(ListStatementPeople(period=period, limit=PAGE), "people")
    match form:
        case "csv":
            await _as_table(statement, lots, people, out)
        case "json":
            lines = {"lots": [lot async for lot in lots], "people": [one async for one in people]}
            print(json.dumps(statement | lines), file=out)
        case "text":
            print(text.in_full(statement), file=out)
            async for lot in lots:
                print(text.of_lot(lot), file=out)
            async for person in people:
                print(text.of_person(person), file=out)


def _write_in_short(statement: dict[str, Any], form: Form, out: TextIO) -> None:
    match form:
        case "csv":
            write_row(out, columns.total(statement))
        case "json":
            print(json.dumps(statement), file=out)
        case "text":
            print(text.in_short(statement), file=out)


async def _as_table(
    statement: dict[str, Any],
    lots: AsyncIterator[dict[str, Any]],
    people: AsyncIterator[dict[str, Any]],
    out: TextIO,
) -> None:
    write_row(out, columns.COLUMNS)
    write_row(out, columns.total(statement))
    for values in statement["values"]:
        write_row(out, columns.of_values(statement, values))
    async for lot in lots:
        write_row(out, columns.of_lot(statement, lot))
    async for person in people:
        write_row(out, columns.of_person(statement, person))
