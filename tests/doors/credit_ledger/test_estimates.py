"""The rate card as it is shown, and what a job will roughly cost by it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from shared.contracts.credit_queries import ShowRates
from shared.contracts.credit_reports import EstimateJob
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Measure
from tests.ledger.acts import CREDIT, a_rate, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.window import Window, window_at


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def test_a_job_is_estimated_from_a_sample_by_the_rates_of_now(
    desk: Desk, window: Window
) -> None:
    larkspur = await with_rates(desk, (6, 60), (60, 90_000))

    told = await window.ask(
        EstimateJob(sample=measures(500_000, 1_000_000), frames=100), larkspur.id
    )

    assert told == {
        "frames": 100,
        "sampled": 2,
        "mean": "4.5",
        "low": "300",
        "high": "600",
        "total": "450",
    }


async def test_what_has_no_rate_or_no_place_on_the_wire_is_refused(
    desk: Desk, window: Window
) -> None:
    larkspur = await with_rates(desk, (10**6, 60))
    unpriced = (Measure(quantity=1, unit="frame", node_class="gpu"),)

    verdicts = [
        await window.verdict(EstimateJob(sample=unpriced, frames=1), larkspur.id),
        await window.verdict(EstimateJob(sample=measures(10**9), frames=10**7), larkspur.id),
        await window.verdict(EstimateJob(sample=measures(1), frames=1), an_id()),
    ]

    assert [verdict.refused.code for verdict in verdicts if verdict.refused] == [
        RefusalCode.NO_RATE,
        RefusalCode.INVALID_AMOUNT,
        RefusalCode.UNKNOWN_ORGANIZATION,
    ]


async def test_the_rate_card_is_shown_page_by_page_as_it_was_set(
    desk: Desk, window: Window
) -> None:
    larkspur = await with_rates(desk, (6, 60), (7, 90), (8, 120))

    rates = await window.pages(ShowRates(limit=2), larkspur.id, "rates")

    assert [(rate["number"], rate["credits_per_unit"]) for rate in rates] == [
        (1, "6"),
        (2, "7"),
        (3, "8"),
    ]
    assert {(rate["node_class"], rate["unit"]) for rate in rates} == {("gpu", "gpu_hour")}
    assert rates[0]["effective_from"] < rates[1]["effective_from"]


async def with_rates(desk: Desk, *rates: tuple[int, int]) -> Larkspur:
    """An organization with rates, each so many credits an hour, from so many seconds on."""
    larkspur = await an_organization(desk)
    now = desk.clock.now()
    for credits, seconds in rates:
        rate = a_rate(larkspur.id, credits * CREDIT, now + timedelta(seconds=seconds))
        [outcome] = await desk.decide(rate)
        assert outcome.refusal is None
    desk.advance(61)
    return larkspur


def measures(*quantities: int) -> tuple[Measure, ...]:
    return tuple(Measure(quantity=each, unit="gpu_hour", node_class="gpu") for each in quantities)
