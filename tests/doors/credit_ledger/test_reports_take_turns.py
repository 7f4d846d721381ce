"""Reports take turns, so that questions and sweeps never wait for a connection behind them."""

from datetime import UTC, datetime

from services.credit_ledger.queries import usage
from shared.contracts.credit_reports import ShowUsage
from shared.contracts.refusals import RefusalCode
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.window import window_at

REPORT = ShowUsage(since=datetime(2000, 1, 1, tzinfo=UTC), until=datetime(3000, 1, 1, tzinfo=UTC))


async def test_a_report_too_many_is_refused_after_a_while_and_the_next_is_not(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    for _ in range(usage.REPORTS_AT_ONCE):
        await usage.TURNS.acquire()

    async with window_at(database, desk) as window:
        crowded = await window.verdict(REPORT, larkspur.id)
        for _ in range(usage.REPORTS_AT_ONCE):
            usage.TURNS.release()
        free = [await window.verdict(REPORT, larkspur.id) for _ in range(2 * usage.REPORTS_AT_ONCE)]

    assert crowded.refused is not None
    assert crowded.refused.code == RefusalCode.OVERLOADED
    assert all(verdict.accepted for verdict in free)
