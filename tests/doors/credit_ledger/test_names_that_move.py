"""What was decided is not decided again, wherever its owner's name has moved since (T16, T19)."""

from services.credit_ledger.engine.outcomes import Outcome
from shared.contracts.refusals import RefusalCode
from tests.ledger.access_acts import a_succession
from tests.ledger.acts import CREDIT, a_debit, a_grant, an_access
from tests.ledger.desk import Desk, LedgerDatabase, an_organization, desk_at
from tests.ledger.seen import pool_of


def code_of(outcome: Outcome) -> RefusalCode | None:
    return outcome.refusal.code if outcome.refusal else None


async def test_T16_T19_what_was_decided_before_a_name_moved_is_not_decided_again_after(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(an_access(larkspur.id, larkspur.dan, "disabled", by=larkspur.ana))
    await desk.decide(a_grant(larkspur.dan, 40 * CREDIT))
    used, refused = a_debit(larkspur.dan, larkspur.dan), a_debit(larkspur.dan, larkspur.ben)
    charged = a_debit(larkspur.ana, larkspur.ana, 2 * CREDIT)
    before = [code_of(outcome) for outcome in await desk.decide(used, refused, charged)]
    await desk.decide(a_debit(larkspur.dan, larkspur.dan, 39 * CREDIT))
    await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.dan))
    pool = await pool_of(desk, larkspur.id)

    async with desk_at(database) as other:
        for one in (desk, other):
            again = await one.decide(used, refused, charged)
            assert [code_of(outcome) for outcome in again] == before
            assert all(outcome.duplicate for outcome in again)

    assert before.count(RefusalCode.NOT_IN_ORGANIZATION) == 1
    assert await pool_of(desk, larkspur.id) == pool
    assert (await database.reconciled()).differences == ()


async def test_T16_T19_a_name_that_comes_back_finds_what_was_decided_as_it_was(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    charged = a_debit(larkspur.ana, larkspur.ana, 2 * CREDIT)
    [first] = await desk.decide(charged)
    await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.ben))
    await desk.decide(a_succession(larkspur.id, larkspur.ben, larkspur.ana))

    async with desk_at(database) as other:
        for one in (desk, other):
            [again] = await one.decide(charged)
            assert (again.duplicate, again.captured) == (True, first.captured)


async def test_T16_T19_a_name_that_left_and_came_back_unseen_finds_what_was_decided_meanwhile(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk)
    charged = a_debit(larkspur.ben, larkspur.ben, 2 * CREDIT)
    async with desk_at(database) as other:
        await other.decide(a_debit(larkspur.ben, larkspur.ben))
        await desk.decide(a_succession(larkspur.id, larkspur.ana, larkspur.ben))
        [first] = await desk.decide(charged)
        await desk.decide(a_succession(larkspur.id, larkspur.ben, larkspur.ana))

        [again] = await other.decide(charged)

    assert (again.duplicate, again.captured) == (True, first.captured)
    assert code_of(first) is None
