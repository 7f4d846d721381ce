"""The table of usage tells each charge once, with its work, whatever happens to its projector."""

import asyncio
from collections.abc import Sequence
from typing import Any

from services.credit_ledger.store import locking, projecting
from services.credit_ledger.store.projecting import ROWS_MAX, Span, portions
from tests.ledger.acts import CREDIT, a_capture, a_grant, a_void, an_authorize, an_id
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization, desk_at
from tests.ledger.usage import (
    a_charge,
    a_hold_for,
    a_work,
    project_all,
)
from tests.waiting import eventually


async def test_a_usage_line_tells_who_what_and_for_which_work(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    work = a_work(project="Tide", product="Lumen for Max", node="rn-01", tags={"shot": "s010"})
    await desk.decide(a_charge(larkspur.id, larkspur.ben, 3 * CREDIT, job="J1", work=work))

    [row] = await usage(desk)

    assert (row["kind"], row["amount"], row["opens"]) == (1, 3 * CREDIT, True)
    assert row["person"] == larkspur.ben
    assert (row["job"], row["project"], row["product"]) == ("J1", "Tide", "Lumen for Max")
    assert (row["node"], row["tags"]) == ("rn-01", {"shot": "s010"})


async def test_a_capture_is_described_by_its_hold_where_it_says_nothing_itself(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_id()
    about = a_work(project="Tide", node="rn-01", tags={"shot": "s010", "pass": "beauty"})
    own = a_work(node="rn-02", frames=(1, 10), tags={"pass": "shadow"})
    await desk.decide(
        a_hold_for(larkspur.id, larkspur.ben, 10 * CREDIT, job="J1", work=about, id=hold),
        a_capture(larkspur.id, hold, CREDIT, final=False),
        a_capture(larkspur.id, hold, CREDIT, work=own),
    )

    first, second = await usage(desk)

    assert (first["job"], first["project"], first["node"]) == ("J1", "Tide", "rn-01")
    assert first["tags"] == {"shot": "s010", "pass": "beauty"}
    assert (second["job"], second["project"], second["node"]) == ("J1", "Tide", "rn-02")
    assert (second["frame_first"], second["frame_last"]) == (1, 10)
    assert second["tags"] == {"shot": "s010", "pass": "shadow"}
    assert first["hold"] == second["hold"] == hold


async def test_a_charge_on_several_lots_is_one_line_with_a_row_for_each(desk: Desk) -> None:
    larkspur = await an_organization(desk, 2 * CREDIT, 3 * CREDIT)
    await desk.decide(a_charge(larkspur.id, larkspur.ben, 4 * CREDIT))

    rows = await usage(desk)

    assert [row["amount"] for row in rows] == [2 * CREDIT, 2 * CREDIT]
    assert [row["opens"] for row in rows] == [True, False]


async def test_what_is_held_or_released_or_granted_is_no_usage(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_id()
    await desk.decide(an_authorize(larkspur.id, larkspur.ben, id=hold), a_void(larkspur.id, hold))

    assert await usage(desk) == []


async def test_projecting_again_or_twice_at_once_changes_nothing(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    await spend(desk, larkspur, charges=50)
    spans = await projecting.unread(desk.connection)
    other = await locking.connect(database.service_url)

    await asyncio.gather(
        projecting.project(desk.connection, spans), projecting.project(other, spans)
    )
    before = await usage(desk)
    await projecting.project(other, spans)
    other.terminate()

    assert len(before) == 50
    assert await usage(desk) == before
    assert await projecting.unread(desk.connection) == []


async def test_a_projector_that_dies_before_its_commit_leaves_nothing_behind(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    await spend(desk, larkspur, charges=10)
    spans = await projecting.unread(desk.connection)
    dying = await locking.connect(database.service_url)

    await dying.transaction().start()
    await projecting.project(dying, spans)
    dying.terminate()

    assert await projecting.unread(desk.connection) == spans
    await eventually(lambda: projecting.project(desk.connection, spans), bool)
    assert len(await usage(desk)) == 10


async def test_the_table_is_filled_anew_from_the_journal_when_it_is_emptied(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    await spend(desk, larkspur, charges=30)
    before = await usage(desk)
    async with database.as_owner() as connection:
        await connection.execute("TRUNCATE usage, usage_sum, usage_progress")

    assert await usage(desk) == before


async def test_what_the_order_of_batches_hides_is_found_by_looking_everywhere(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await spend(desk, larkspur, charges=3)
    last = await projecting.last_batch(desk.connection)

    recent = await projecting.unread_since(desk.connection, last)
    hidden = await projecting.unread_since(desk.connection, last + projecting.LOOK_BACK_BATCHES + 1)

    assert recent == await projecting.unread(desk.connection) != []
    assert hidden == []


async def test_the_table_sums_to_what_the_wallet_counts_as_captured(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk, 100 * CREDIT, 50 * CREDIT)
    async with desk_at(database) as other:
        for _ in range(5):
            await spend(desk, larkspur, charges=7)
            await desk.decide(a_grant(larkspur.id, 5 * CREDIT))
            await spend(other, larkspur, charges=7)
            await project_all(other.connection)

    rows = await usage(desk)

    captured = await desk.connection.fetchval("SELECT sum(captured) FROM wallet")
    assert sum(row["amount"] for row in rows if row["kind"] == 1) == captured == 70 * CREDIT


async def test_reports_that_differ_from_the_journal_are_found_by_reconciling(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    await spend(desk, larkspur, charges=5)
    await usage(desk)
    await spend(desk, larkspur, charges=2)
    followed = await database.reconciled()
    async with database.as_owner() as connection:
        await connection.execute("UPDATE usage SET amount = amount + 1")

    [difference] = (await database.reconciled()).differences

    assert followed.balanced
    assert "reports tell of 5000005 charged in 5 rows, but its journal of 5000000" in difference


def test_portions_are_bounded_and_cover_what_they_are_cut_from() -> None:
    spans = [Span(1, 0, 3), Span(2, 10, 10 + ROWS_MAX - 3), Span(3, 5, 6), Span(4, 0, ROWS_MAX * 3)]

    cut = list(portions(spans))

    assert all(sum(span.last - span.done for span in portion) <= ROWS_MAX for portion in cut)
    assert [span.wallet for portion in cut for span in portion] == [1, 2, 3, 4]
    assert cut[-1][-1] == Span(4, 0, ROWS_MAX)
    assert projecting.is_cut(spans)
    assert not projecting.is_cut(spans[:3])


def test_portions_count_captures_that_moved_nothing_as_they_count_rows() -> None:
    spans = [Span(1, 4, 9, 0, ROWS_MAX), Span(2, 9, 9, 3, 6), Span(3, 0, ROWS_MAX, 0, 1)]

    cut = list(portions(spans))

    assert cut == [
        [Span(1, 4, 9, 0, ROWS_MAX - 5)],
        [Span(2, 9, 9, 3, 6)],
        [Span(3, 0, ROWS_MAX, 0, 0)],
    ]
    assert all(projecting.is_cut([span]) for span in (spans[0], spans[2]))
    assert not projecting.is_cut([spans[1]])


async def spend(desk: Desk, larkspur: Larkspur, *, charges: int) -> None:
    await desk.decide(*(a_charge(larkspur.id, larkspur.ben, job="J1") for _ in range(charges)))


async def usage(desk: Desk) -> Sequence[dict[str, Any]]:
    await project_all(desk.connection)
    rows = await desk.connection.fetch("SELECT * FROM usage ORDER BY wallet, seq")
    return [dict(row) for row in rows]
