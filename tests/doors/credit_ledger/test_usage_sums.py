"""Sums by quarter of an hour tell to the last microcredit what the charges themselves do."""

from datetime import UTC, datetime, timedelta

import pytest

from services.credit_ledger.store import summing, usage
from services.credit_ledger.store.usage import Asked
from shared.contracts.work import Measure
from tests.ledger.acts import CREDIT, a_capture, a_measured_debit, a_rate, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, an_organization
from tests.ledger.usage import a_charge, project_all

SINCE = datetime(2000, 1, 1, tzinfo=UTC)
UNTIL = datetime(3000, 1, 1, tzinfo=UTC)
ZONE = "Asia/Kathmandu"  # its days begin three quarters past an hour


async def busy(desk: Desk) -> Larkspur:
    """Charges of several people, some measured, some with holds, projected again and again."""
    larkspur = await an_organization(desk)
    await desk.decide(a_rate(larkspur.id, 2 * CREDIT, desk.clock.now() + timedelta(seconds=60)))
    desk.advance(61)
    measure = Measure(quantity=500_000, unit="gpu_hour", node_class="gpu")
    for amount in (1, 3, 5):
        hold = an_id()
        await desk.decide(
            a_charge(larkspur.id, larkspur.ben, amount * CREDIT),
            a_charge(larkspur.id, larkspur.dan, amount),
            an_authorize(larkspur.id, larkspur.dan, 2 * CREDIT, id=hold),
        )
        await desk.decide(
            a_capture(larkspur.id, hold, CREDIT),
            a_measured_debit(larkspur.id, larkspur.ben, measure),
        )
        await project_all(desk.connection)
    return larkspur


@pytest.mark.parametrize("columns", summing.KEPT)
@pytest.mark.parametrize("whose", ["everybody", "dan"])
@pytest.mark.parametrize("most_first", [False, True])
async def test_sums_that_are_kept_are_those_of_the_charges(
    desk: Desk, columns: tuple[str, ...], whose: str, *, most_first: bool
) -> None:
    larkspur = await busy(desk)
    wallet = await desk.connection.fetchval("SELECT wallet FROM usage LIMIT 1")
    person = larkspur.dan if whose == "dan" else None
    asked = Asked(wallet, SINCE, UNTIL, person, most_first=most_first)

    async with desk.connection.transaction():
        reach = (await usage.reach_of(desk.connection, wallet))._replace(zone=ZONE)
        kept = await summing.sums_kept(desk.connection, asked, columns, ZONE, 10)
        first = await summing.sums_kept(desk.connection, asked, columns, ZONE, 1)
        summed = await usage.sums_of(desk.connection, asked, columns, reach, None, 10)

    assert summing.is_kept(asked, columns)
    assert kept == summed
    assert first == kept[:1]
    assert sum(row.lines for row in kept) == (6 if person else 12)


def test_a_part_of_a_quarter_and_any_other_column_are_summed_by_charges() -> None:
    whole = Asked(1, SINCE, UNTIL)

    assert summing.is_kept(whole, ("user",))
    assert not summing.is_kept(Asked(1, SINCE + timedelta(minutes=5), UNTIL), ("user",))
    assert not summing.is_kept(Asked(1, SINCE, UNTIL, job="J1"), ("day",))
    assert not summing.is_kept(whole, ("job",))
