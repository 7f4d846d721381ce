"""The reconciler names whatever was changed about a closed month."""

from datetime import UTC, datetime

import pytest

from tests.ledger.acts import CREDIT, an_authorize
from tests.ledger.desk import Desk, LedgerDatabase
from tests.ledger.months import in_november, look, spends, until

# What is changed behind the ledger's back, and what the difference says about it.
CORRUPTIONS = {
    "a figure": (
        "UPDATE statement SET captured = captured + 1, free = free - 1 WHERE period = '2026-12'",
        ("the statement of 2026-12 counts 7000001 captured", "come to 7000000"),
    ),
    "a last row": (
        "UPDATE statement SET seq_to = seq_to - 1 WHERE period = '2026-11'",
        ("the statement of 2026-11 counts", "the statement of 2026-12 counts"),
    ),
    "a lost month": (
        "DELETE FROM statement WHERE period = '2026-12'",
        ("the month 2027-01 goes from", "the month before it ended at 2026-12-01"),
    ),
    "an end": (
        "UPDATE statement SET ends = ends - interval '1 month' WHERE period = '2027-01'",
        ("the month 2027-01 goes from", "closed until 2027-02-01"),
    ),
    "a lot": (
        "DELETE FROM lot_closing WHERE period = '2026-12'",
        ("the lots of 2026-12 have 0 free", "but its statement 485000000, 3000000, 0"),
    ),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
async def test_A18_a_closed_month_that_was_changed_is_named(
    database: LedgerDatabase, desk: Desk, name: str
) -> None:
    larkspur = await in_november(desk)
    await spends(desk, larkspur, 5)
    await desk.decide(an_authorize(larkspur.id, larkspur.ben, 3 * CREDIT, id=desk.clock.new_id()))
    until(desk, datetime(2026, 12, 5, tzinfo=UTC))
    await spends(desk, larkspur, 7)
    until(desk, datetime(2027, 2, 1, tzinfo=UTC))
    await desk.decide(look(desk, larkspur))
    assert (await database.reconciled()).differences == ()
    change, says = CORRUPTIONS[name]

    async with database.as_owner() as owner:
        await owner.execute("ALTER TABLE statement DROP CONSTRAINT statement_runs_forward")
        await owner.execute(change)
    differences = "\n".join((await database.reconciled()).differences)

    assert all(words in differences for words in says), differences
