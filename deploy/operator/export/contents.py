"""What an export holds: each file with the question whose pages fill it."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from deploy.operator.inquiry import Inquiry
from shared.contracts.credit_queries import (
    LedgerQuestion,
    ListCreditAccess,
    ListHolds,
    ListJournal,
    ListLots,
    ListRequests,
    ShowRates,
)
from shared.contracts.credit_records import (
    ListAdjustments,
    ListEndedCounts,
    ListOpeningBalances,
    ListPaidOrders,
    ListPlacedOrders,
    ListRefunds,
    ListReleasedLots,
)
from shared.contracts.credit_reports import (
    ListStatementLots,
    ListStatementPeople,
    ListStatements,
    ListUsageLines,
)

PAGE: Final = 500
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9998, 1, 1, tzinfo=UTC)

Row: TypeAlias = dict[str, Any]
FILES: Final[tuple[tuple[str, LedgerQuestion, str], ...]] = (
    ("access.jsonl", ListCreditAccess(limit=PAGE), "people"),
    ("requests.jsonl", ListRequests(limit=PAGE), "requests"),
    ("rates.jsonl", ShowRates(limit=PAGE), "rates"),
    ("lots.jsonl", ListLots(limit=PAGE), "lots"),
    ("holds.jsonl", ListHolds(limit=PAGE), "holds"),
    ("adjustments.jsonl", ListAdjustments(limit=PAGE), "adjustments"),
    ("released_lots.jsonl", ListReleasedLots(limit=PAGE), "releases"),
    ("opening_balances.jsonl", ListOpeningBalances(limit=PAGE), "balances"),
    ("placed_orders.jsonl", ListPlacedOrders(limit=PAGE), "orders"),
    ("orders.jsonl", ListPaidOrders(limit=PAGE), "orders"),
    ("refunds.jsonl", ListRefunds(limit=PAGE), "refunds"),
    ("ended_counts.jsonl", ListEndedCounts(limit=PAGE), "counts"),
    ("statements.jsonl", ListStatements(limit=PAGE), "statements"),
    ("usage.jsonl", ListUsageLines(since=EARLIEST, until=LATEST, limit=PAGE), "lines"),
)
ANY_USAGE: Final = ListUsageLines(since=EARLIEST, until=LATEST, limit=1)


def statement_lines(inquiry: Inquiry) -> Iterator[tuple[str, AsyncIterator[Row]]]:
    """The files of what stands below the totals of every month."""
    yield "statement_lots.jsonl", _lots(inquiry)
    yield "statement_people.jsonl", _people(inquiry)


async def usage_reach(inquiry: Inquiry) -> str:
    """Until when the lines of usage are complete: they follow the journal by a moment."""
    answer = await inquiry.ask(ANY_USAGE)
    return str(answer["complete_until"])


async def journal(inquiry: Inquiry, last: Row | None, seq: int) -> AsyncIterator[Row]:
    """The journal behind the `last` row that is written, up to the row `seq`."""
    after = last["seq"] if last is not None else 0
    if after >= seq:
        return
    async for row in inquiry.rows(ListJournal(after=after, limit=PAGE), "rows"):
        yield row
        if row["seq"] >= seq:
            return


async def _lots(inquiry: Inquiry) -> AsyncIterator[Row]:
    async for period in _periods(inquiry):
        question = ListStatementLots(period=period, limit=PAGE)
        async for lot in inquiry.rows(question, "lots"):
            yield {"period": period, **lot}


async def _people(inquiry: Inquiry) -> AsyncIterator[Row]:
    async for period in _periods(inquiry):
        question = ListStatementPeople(period=period, limit=PAGE)
        async for person in inquiry.rows(question, "people"):
            yield {"period": period, **person}


async def _periods(inquiry: Inquiry) -> AsyncIterator[str]:
    async for statement in inquiry.rows(ListStatements(limit=PAGE), "statements"):
        yield statement["period"]
