"""What operators do by hand, on a real database (A17, T18)."""

from datetime import timedelta

from services.credit_ledger.engine.books import Books
from services.credit_ledger.engine.outcomes import Outcome, to_wire
from services.credit_ledger.rules.adjustments import DIFFERS
from shared.contracts.credit_facts import CreditsAdjusted, CreditsGranted
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import CREDIT, a_debit, an_id
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.seen import lines_said, pool_of
from tests.ledger.trade import OLGA, OZ, a_release, an_adjustment, an_opening_balance


def said(outcome: Outcome) -> object:
    """The verdict as it goes over the wire, without its id."""
    return to_wire(outcome).get("result") or (outcome.refusal and outcome.refusal.code)


async def test_A17_an_operator_adds_and_removes_and_both_are_written_down(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    add = an_adjustment(larkspur.id, 40)

    outcomes = await desk.decide(
        add,
        add,
        an_adjustment(larkspur.id, 90, "remove", by=OLGA),
        an_adjustment(larkspur.id, 451, "remove"),
    )

    assert [said(one) for one in outcomes] == [
        {"amount": "40", "available": "540"},
        {"amount": "40", "available": "540"},
        {"amount": "90", "available": "450"},
        RefusalCode.POOL_INSUFFICIENT,
    ]
    assert await pool_of(desk, larkspur.id) == (450, 0, 450)
    lines = await lines_said(desk, CreditsAdjusted)
    assert {(line["direction"], line["by"]) for line in lines} == {
        ("add", str(OZ)),
        ("remove", str(OLGA)),
    }
    rows = await desk.connection.fetch("SELECT direction, asked_by, booked IS NULL FROM adjustment")
    assert [tuple(row) for row in rows] == [("add", OZ, False), ("remove", OLGA, False)]
    assert (await database.reconciled()).differences == ()


async def test_A17_much_is_booked_once_a_second_operator_confirmed_it(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    asked = an_adjustment(larkspur.id, 1001)

    [waits] = await desk.decide(asked)
    [himself] = await desk.decide(an_adjustment(larkspur.id, 1001, confirms=asked.command))
    differs = an_id()
    other, booked, twice = await desk.decide(
        an_adjustment(larkspur.id, 1002, by=OLGA, confirms=asked.command, id=differs),
        an_adjustment(larkspur.id, 1001, by=OLGA, confirms=asked.command),
        an_adjustment(larkspur.id, 1001, by=OLGA, confirms=asked.command),
    )
    [again] = await desk.decide(asked)

    second = RefusalCode.SECOND_OPERATOR_REQUIRED
    assert [said(one) for one in (waits, himself, again)] == [second, second, second]
    assert said(booked) == {"amount": "1001", "available": "1501"}
    assert said(twice) == RefusalCode.UNKNOWN_ENTRY
    [once_more] = await desk.decide(
        an_adjustment(larkspur.id, 1002, by=OLGA, confirms=asked.command, id=differs)
    )
    told = [one.refusal and one.refusal.message for one in (other, once_more)]
    assert told == [DIFFERS, DIFFERS]
    row = await desk.connection.fetchrow("SELECT asked_by, confirmed_by, booked FROM adjustment")
    assert tuple(row or ()) == (OZ, OLGA, booked.command)
    assert (await database.reconciled()).differences == ()


async def test_A17_who_is_no_operator_may_send_the_same_id_again_as_one(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    command = an_id()

    [refused] = await desk.decide(an_adjustment(larkspur.id, 1, actor="coffer_portal", id=command))
    [accepted] = await desk.decide(an_adjustment(larkspur.id, 1, id=command))

    assert said(refused) == RefusalCode.OPERATOR_REQUIRED
    assert accepted.refusal is None


async def test_T18_only_lots_that_are_there_are_released(desk: Desk) -> None:
    larkspur = await an_organization(desk, 10 * CREDIT)
    await desk.decide(a_debit(larkspur.id, larkspur.ben, 10 * CREDIT))

    spent, unknown = await desk.decide(a_release(larkspur.id, 1), a_release(larkspur.id, 77))

    assert said(spent) == {"amount": "0", "available": "0"}
    assert said(unknown) == RefusalCode.UNKNOWN_LOT
    assert await desk.connection.fetchval("SELECT count(*) FROM released_lot") == 1


async def test_an_opening_balance_comes_in_once_for_a_pool_and_for_an_account(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk, CREDIT)
    eva, nobody = an_id(), an_id()

    pool, again, other, account, unknown = await desk.decide(
        an_opening_balance(larkspur.id, 300),
        an_opening_balance(larkspur.id, 300),
        an_opening_balance(larkspur.id, 301),
        an_opening_balance(eva, 40, owner_kind="account"),
        an_opening_balance(nobody, 1),
    )
    [later] = await desk.decide(an_opening_balance(larkspur.id, 300))

    first = {"lot": 2, "amount": "300", "available": "301"}
    repeated = {**first, "repeated": True}
    assert [said(one) for one in (pool, again, later)] == [first, repeated, repeated]
    assert said(other) == RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert said(account) == {"lot": 1, "amount": "40", "available": "40"}
    assert said(unknown) == RefusalCode.UNKNOWN_ORGANIZATION
    granted = [line["order_id"] for line in await lines_said(desk, CreditsGranted)]
    assert granted.count("old-1") == 2
    assert (await database.reconciled()).differences == ()


async def test_A17_the_deployment_says_what_one_operator_may_do_and_a_new_start_keeps_it(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    desk.books = Books(adjustment_max=10 * CREDIT, remembered=timedelta(days=7)).emptied()

    fits, over = await desk.decide(an_adjustment(larkspur.id, 10), an_adjustment(larkspur.id, 11))

    assert fits.refusal is None
    assert said(over) == RefusalCode.SECOND_OPERATOR_REQUIRED
    assert desk.books.remembered == timedelta(days=7)
