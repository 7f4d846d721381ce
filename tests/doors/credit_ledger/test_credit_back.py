"""Credits that come back for failed work, on a real database (A19)."""

from datetime import timedelta

from services.credit_ledger.engine.outcomes import Outcome, to_wire
from services.credit_ledger.rules.access_acts import RestartQuota
from shared.contracts.credit_facts import CreditsReturned
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_grant,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.seen import lines_said, pool_of
from tests.ledger.trade import a_credit_back


def said(outcome: Outcome) -> object:
    """The verdict as it goes over the wire, without its id."""
    return to_wire(outcome).get("result") or (outcome.refusal and outcome.refusal.code)


async def counted(desk: Desk, larkspur: Larkspur) -> tuple[int, list[int]]:
    """What Dan's quota counts now, and what the counts before ended with, in whole credits."""
    now = await desk.connection.fetchval(
        "SELECT captured FROM access WHERE person = $1 AND role = 'GUEST'", larkspur.dan
    )
    ended = await desk.connection.fetch(
        "SELECT captured FROM quota_count WHERE person = $1 ORDER BY count", larkspur.dan
    )
    return now // CREDIT, [row["captured"] // CREDIT for row in ended]


async def test_A19_a_hold_gives_back_to_its_lot_and_to_its_persons_quota(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.dan, 90 * CREDIT)
    await desk.decide(hold, a_capture(larkspur.id, hold.command, 84 * CREDIT))
    back = a_credit_back(larkspur.id, 24 * CREDIT, hold=hold.command)

    [first] = await desk.decide(back)
    [again] = await desk.decide(back)
    [over] = await desk.decide(a_credit_back(larkspur.id, 61 * CREDIT, hold=hold.command))

    assert said(first) == said(again) == {"returned": "24", "available": "440"}
    assert again.duplicate
    assert said(over) == RefusalCode.CREDIT_BACK_EXCEEDED
    assert await counted(desk, larkspur) == (60, [])
    [line] = await lines_said(desk, CreditsReturned)
    assert (line["account_id"], line["amount"]) == (str(larkspur.dan), "24")
    assert (await database.reconciled()).differences == ()


async def test_A19_a_usage_line_gives_back_in_parts_and_never_more_than_it_cost(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    line = a_debit(larkspur.id, larkspur.dan, 50 * CREDIT, job="J1")
    await desk.decide(line)

    outcomes = await desk.decide(
        *(a_credit_back(larkspur.id, amount * CREDIT, line=line.command) for amount in (20, 31, 9))
    )
    [later, rest] = await desk.decide(
        a_credit_back(larkspur.id, 22 * CREDIT, line=line.command),
        a_credit_back(larkspur.id, 21 * CREDIT, line=line.command),
    )

    exceeded = RefusalCode.CREDIT_BACK_EXCEEDED
    assert [said(one) for one in (*outcomes, later, rest)] == [
        {"returned": "20", "available": "470"},
        exceeded,
        {"returned": "9", "available": "479"},
        exceeded,
        {"returned": "21", "available": "500"},
    ]
    assert await counted(desk, larkspur) == (0, [])
    jobs = await desk.connection.fetch("SELECT DISTINCT job FROM work")
    assert [row["job"] for row in jobs] == ["J1"]
    assert (await database.reconciled()).differences == ()


async def test_A19_a_line_charged_in_the_same_batch_gives_back_as_well(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    line = a_debit(larkspur.id, larkspur.ben, 50 * CREDIT)
    refused = a_debit(larkspur.id, larkspur.ben, 5000 * CREDIT)

    outcomes = await desk.decide(
        line,
        a_credit_back(larkspur.id, 20 * CREDIT, line=line.command),
        a_credit_back(larkspur.id, 31 * CREDIT, line=line.command),
        refused,
        a_credit_back(larkspur.id, CREDIT, line=refused.command),
        a_credit_back(larkspur.id, CREDIT, line=an_id()),
        a_credit_back(larkspur.id, CREDIT, hold=an_id()),
    )

    assert [said(one) for one in outcomes[1:]] == [
        {"returned": "20", "available": "470"},
        RefusalCode.CREDIT_BACK_EXCEEDED,
        RefusalCode.POOL_INSUFFICIENT,
        RefusalCode.UNKNOWN_ENTRY,
        RefusalCode.UNKNOWN_ENTRY,
        RefusalCode.UNKNOWN_HOLD,
    ]
    assert (await database.reconciled()).differences == ()


async def test_A19_what_comes_back_to_spent_and_expired_lots_lives_again(
    desk: Desk, database: LedgerDatabase
) -> None:
    soon = desk.clock.now() + timedelta(days=5)
    larkspur = await an_organization(desk, 10 * CREDIT)
    await desk.decide(a_grant(larkspur.ana, 50 * CREDIT, expires_at=soon, category="included"))
    hold = an_authorize(larkspur.id, larkspur.ben, 60 * CREDIT)
    await desk.decide(hold, a_capture(larkspur.id, hold.command, 60 * CREDIT))
    assert await pool_of(desk, larkspur.id) == (0, 0, 0)
    desk.advance(10 * 86_400)

    [back] = await desk.decide(a_credit_back(larkspur.id, 45 * CREDIT, hold=hold.command))

    assert said(back) == {"returned": "45", "available": "45"}
    lots = await desk.connection.fetch(
        "SELECT store, category, granted, free, credited_back, expires_at FROM lot"
        " WHERE open ORDER BY number"
    )
    assert [(row["store"], row["category"], row["free"] // CREDIT) for row in lots] == [
        ("online", 3, 10),
        ("credit_back", 2, 35),
    ]
    assert lots[1]["granted"] == 0
    days = (lots[1]["expires_at"] - desk.clock.now()) / timedelta(days=1)
    assert 29.9 < days <= 30
    assert (await database.reconciled()).differences == ()


async def test_T12_what_comes_back_counts_where_it_was_counted(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    line = a_debit(larkspur.id, larkspur.dan, 50 * CREDIT)
    hold = an_authorize(larkspur.id, larkspur.dan, 30 * CREDIT)
    await desk.decide(line, hold, a_capture(larkspur.id, hold.command, 30 * CREDIT))
    await desk.decide(RestartQuota(an_id(), larkspur.id, 1, larkspur.ana, larkspur.dan))
    newer = a_debit(larkspur.id, larkspur.dan, 5 * CREDIT)
    await desk.decide(newer)

    await desk.decide(
        a_credit_back(larkspur.id, 20 * CREDIT, line=line.command),
        a_credit_back(larkspur.id, 10 * CREDIT, hold=hold.command),
        a_credit_back(larkspur.id, 2 * CREDIT, line=newer.command),
    )

    assert await counted(desk, larkspur) == (3, [50])
    assert (await database.reconciled()).differences == ()


async def test_A19_a_jobs_cap_has_room_again_for_what_came_back(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 50 * CREDIT, job="J1", max_credits=100 * CREDIT)
    line = a_debit(larkspur.id, larkspur.ben, 40 * CREDIT, job="J1")
    await desk.decide(hold, a_capture(larkspur.id, hold.command, 50 * CREDIT), line)
    desk.books.by_wallet.clear()

    await desk.decide(
        a_credit_back(larkspur.id, 30 * CREDIT, hold=hold.command),
        a_credit_back(larkspur.id, 20 * CREDIT, line=line.command),
    )
    over, fits = await desk.decide(
        an_authorize(larkspur.id, larkspur.ben, 61 * CREDIT, job="J1"),
        an_authorize(larkspur.id, larkspur.ben, 60 * CREDIT, job="J1"),
    )

    assert said(over) == RefusalCode.JOB_CAP_EXCEEDED
    assert fits.refusal is None
    assert (await database.reconciled()).differences == ()


async def test_A19_a_cap_that_comes_later_does_not_count_what_came_back(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 50 * CREDIT, job="J1")
    line = a_debit(larkspur.id, larkspur.ben, 40 * CREDIT, job="J1")
    await desk.decide(hold, a_capture(larkspur.id, hold.command, 50 * CREDIT), line)
    await desk.decide(
        a_credit_back(larkspur.id, 30 * CREDIT, hold=hold.command),
        a_credit_back(larkspur.id, 20 * CREDIT, line=line.command),
    )

    over, fits = await desk.decide(
        an_authorize(larkspur.id, larkspur.ben, 61 * CREDIT, job="J1", max_credits=100 * CREDIT),
        an_authorize(larkspur.id, larkspur.ben, 60 * CREDIT, job="J1", max_credits=100 * CREDIT),
    )

    assert said(over) == RefusalCode.JOB_CAP_EXCEEDED
    assert fits.refusal is None
    assert (await database.reconciled()).differences == ()


async def test_A19_T12_a_line_of_the_batch_that_restarts_the_count_comes_back_to_the_old_one(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    before, after = (a_debit(larkspur.id, larkspur.dan, cost * CREDIT) for cost in (8, 5))
    restart = RestartQuota(an_id(), larkspur.id, 1, larkspur.ana, larkspur.dan)

    await desk.decide(
        before, restart, after, a_credit_back(larkspur.id, 1 * CREDIT, line=before.command)
    )
    in_the_batch = await counted(desk, larkspur)
    await desk.decide(
        a_credit_back(larkspur.id, 7 * CREDIT, line=before.command),
        a_credit_back(larkspur.id, 2 * CREDIT, line=after.command),
    )

    assert (in_the_batch, await counted(desk, larkspur)) == ((5, [7]), (3, [0]))
    assert (await database.reconciled()).differences == ()
