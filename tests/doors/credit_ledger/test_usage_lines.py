"""The lines of usage as they were booked, and what comes back of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.ledger.acts import (
    CREDIT,
    a_capture,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.trade import a_credit_back
from tests.ledger.usage import a_charge, a_work
from tests.ledger.usage_lines import lines_of, rows_by
from tests.ledger.window import Window, window_at


@pytest.fixture
async def window(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with window_at(database, desk) as opened:
        yield opened


async def test_lines_are_listed_as_booked_with_all_their_columns(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    hold = an_id()
    work = a_work(project="Tide", node="rn-01", frames=(0, 9), tags={"shot": "s010"})
    first, second = an_id(), an_id()
    await desk.decide(
        a_charge(larkspur.id, larkspur.dan, 2 * CREDIT, job="J1", work=work, id=first),
        an_authorize(larkspur.id, larkspur.ben, CREDIT, id=hold, job="J2"),
        a_capture(larkspur.id, hold, 250_000, id=second),
    )

    charged, captured = await lines_of(desk, window, larkspur, limit=1)

    assert (charged["id"], captured["id"]) == (str(first), str(second))
    assert (charged["kind"], charged["credits"], charged["job"]) == ("charged", "2", "J1")
    assert charged["work"] == {
        "project": "Tide",
        "node": "rn-01",
        "frame_first": 0,
        "frame_last": 9,
        "tags": {"shot": "s010"},
    }
    assert (captured["credits"], captured["hold_id"]) == ("0.25", str(hold))
    assert captured["account_id"] == str(larkspur.ben)


async def test_lines_of_one_person_or_job_are_theirs_alone(desk: Desk, window: Window) -> None:
    larkspur = await an_organization(desk)
    for person, job in ((larkspur.ben, "J1"), (larkspur.dan, "J1"), (larkspur.ben, "J2")):
        await desk.decide(a_charge(larkspur.id, person, job=job))

    of_ben = await lines_of(desk, window, larkspur, account_id=larkspur.ben, limit=1)
    of_job = await lines_of(desk, window, larkspur, job="J1", limit=1)

    assert [line["job"] for line in of_ben] == ["J1", "J2"]
    assert [line["account_id"] for line in of_job] == [str(larkspur.ben), str(larkspur.dan)]


async def test_A19_what_comes_back_lowers_the_charges_it_came_from(
    desk: Desk, window: Window
) -> None:
    larkspur = await an_organization(desk)
    hold, line = an_id(), an_id()
    work = a_work(project="Tide", node="rn-01")
    await desk.decide(
        an_authorize(larkspur.id, larkspur.ben, 10 * CREDIT, id=hold, job="J1"),
        a_capture(larkspur.id, hold, 10 * CREDIT),
        a_charge(larkspur.id, larkspur.dan, 6 * CREDIT, job="J2", work=work, id=line),
    )
    await desk.decide(
        a_credit_back(larkspur.id, 4 * CREDIT, hold=hold),
        a_credit_back(larkspur.id, 6 * CREDIT, line=line),
    )

    first, second = await rows_by(desk, window, larkspur, "job", "user", "project")
    lines = await lines_of(desk, window, larkspur)

    assert first["group"] == {"job": "J1", "user": str(larkspur.ben), "project": None}
    assert amounts(first) == ("10", "4", "6", 1)
    assert second["group"] == {"job": "J2", "user": str(larkspur.dan), "project": "Tide"}
    assert amounts(second) == ("6", "6", "0", 1)
    assert [line["credits"] for line in lines] == ["10", "6", "-4", "-6"]
    assert [line["kind"] for line in lines[2:]] == ["credited_back", "credited_back"]


def amounts(row: dict[str, Any]) -> tuple[str, str, str, int]:
    return row["charged"], row["credited_back"], row["credits"], row["lines"]
