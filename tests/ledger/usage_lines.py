"""The lines of usage of a wallet, all of its pages."""

from datetime import UTC, datetime
from typing import Any

from shared.contracts.credit_reports import ListUsageLines, ShowUsage
from tests.ledger.desk import Desk, Larkspur
from tests.ledger.usage import project_all
from tests.ledger.window import Window

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(3000, 1, 1, tzinfo=UTC)


async def lines_of(
    desk: Desk,
    window: Window,
    larkspur: Larkspur,
    **about: Any,  # noqa: ANN401  # any field of the question
) -> list[dict[str, Any]]:
    await project_all(desk.connection)
    question = ListUsageLines(since=BEGINNING, until=END, **about)
    return await window.pages(question, larkspur.id, "lines")


async def rows_by(
    desk: Desk,
    window: Window,
    larkspur: Larkspur,
    *by: str,
    **about: Any,  # noqa: ANN401  # any field of the question
) -> list[dict[str, Any]]:
    """Every page of a report, once the table of usage is up with the journal."""
    await project_all(desk.connection)
    span = {"since": BEGINNING, "until": END} | about
    return await window.pages(ShowUsage(by=by, **span), larkspur.id, "rows")
