"""Which ids a checkout is asked under: young enough to be remembered, and minted already."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.licensing.rules.remembering import AHEAD_MAX, REMEMBERED, turned_away
from shared.clock import id_at
from shared.contracts.refusals import RefusalCode

NOW = datetime(2026, 2, 1, tzinfo=UTC)
MOMENT = timedelta(milliseconds=2)
A_RANDOM_ID = UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")


@pytest.mark.parametrize("minted", [NOW - REMEMBERED, NOW, NOW + AHEAD_MAX - MOMENT])
def test_A12_A18_an_id_of_our_days_is_decided(minted: datetime) -> None:
    assert turned_away(id_at(minted), now=NOW) is None


def test_A12_an_id_that_is_older_than_what_is_remembered_is_stale() -> None:
    refused = turned_away(id_at(NOW - REMEMBERED - MOMENT), now=NOW)

    assert refused is not None
    assert refused.code == RefusalCode.STALE_REPORT


@pytest.mark.parametrize("identifier", [id_at(NOW + AHEAD_MAX + MOMENT), A_RANDOM_ID])
def test_A18_an_id_of_a_time_to_come_is_of_a_wrong_clock(identifier: UUID) -> None:
    refused = turned_away(identifier, now=NOW)

    assert refused is not None
    assert refused.code == RefusalCode.CLOCK_SKEW
