"""Two workers on one wallet at once: one verdict an id, and never more than there is."""

import asyncio
from collections.abc import Sequence
from random import Random
from uuid import UUID

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import CREDIT, a_debit
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine
from tests.model.asking import Asking
from tests.model.playing import act_of

POOL = 200
SUBMITTED_TOGETHER = 7
REUSED = (RefusalCode.IDEMPOTENCY_KEY_REUSED,)


async def test_T14_a_hot_pool_is_spent_exactly_by_two_engines_with_the_same_ids(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk, POOL * CREDIT)
    debits = [a_debit(larkspur.id, larkspur.ben) for _ in range(2 * POOL)]
    random = Random(14)
    shares = [random.sample(debits, 3 * POOL // 2) for _ in range(2)]

    outcomes = await raced(database, shares)

    verdicts = verdicts_by_id(outcomes)
    assert [len(found) for found in verdicts.values() if len(found) != 1] == []
    assert sum(found == {()} for found in verdicts.values()) == POOL
    assert await totals(database) == {"free": 0, "captured": POOL * CREDIT}
    assert (await database.reconciled()).differences == ()


async def test_whatever_two_engines_are_asked_at_once_balances(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk, 300)
    random = Random(21)
    asking = Asking(random, larkspur.id, larkspur.ana, larkspur.ana)
    shares: list[list[Act]] = [[], []]
    for _ in range(40):
        asks = asking.batch(desk.clock.now(), 30)
        for share in shares:
            share.extend(act_of(ask) for ask in random.sample(asks, 20))

    outcomes = await raced(database, shares)

    differing = {
        id: found for id, found in verdicts_by_id(outcomes).items() if len(found - {REUSED}) > 1
    }
    assert len(outcomes) == 1600
    assert differing == {}
    assert (await database.reconciled()).differences == ()


async def raced(database: LedgerDatabase, shares: Sequence[Sequence[Act]]) -> list[Outcome]:
    """Give each of two engines its share in small pieces, all at once."""
    async with running_engine(database, 0) as one, running_engine(database, 1) as other:
        answers = await asyncio.gather(
            *(
                engine.submit(piece)
                for engine, share in zip((one, other), shares, strict=True)
                for piece in pieces(share)
            )
        )
    return [outcome for answer in answers for outcome in answer]


def pieces(acts: Sequence[Act]) -> list[Sequence[Act]]:
    return [acts[at : at + SUBMITTED_TOGETHER] for at in range(0, len(acts), SUBMITTED_TOGETHER)]


def verdicts_by_id(outcomes: list[Outcome]) -> dict[UUID, set[tuple[RefusalCode, ...]]]:
    """What each id was told, whether by one engine or by both; the parked have no verdict yet."""
    verdicts: dict[UUID, set[tuple[RefusalCode, ...]]] = {}
    for outcome in outcomes:
        if not outcome.parked:
            binding = outcome.refusal.binding if outcome.refusal else ()
            verdicts.setdefault(outcome.command, set()).add(binding)
    return verdicts


async def totals(database: LedgerDatabase) -> dict[str, int]:
    async with database.as_owner() as connection:
        row = await connection.fetchrow("SELECT free, captured FROM wallet")
    assert row is not None
    return dict(row)
