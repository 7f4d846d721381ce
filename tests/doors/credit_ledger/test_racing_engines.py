"""Two workers on one wallet at once: one verdict an id, and never more than there is."""

import asyncio
from collections.abc import Sequence
from random import Random
from uuid import UUID

from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act
from shared.contracts.refusals import RefusalCode
from tests.ledger.acts import (
    CREDIT,
    a_capture,
    a_debit,
    a_void,
    an_access,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.engines import running_engine

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
    acts = some_acts(random, larkspur)
    shares = [random.sample(acts, 800) for _ in range(2)]

    outcomes = await raced(database, shares)

    differing = {
        id: found for id, found in verdicts_by_id(outcomes).items() if len(found - {REUSED}) > 1
    }
    assert len(outcomes) == 1600
    assert differing == {}
    assert (await database.reconciled()).differences == ()


def some_acts(random: Random, larkspur: Larkspur) -> list[Act]:
    """A little of everything that draws on a pool, and changes of who may."""
    owner, people = larkspur.id, (larkspur.ana, larkspur.ben, larkspur.dan)
    holds = [an_id() for _ in range(120)]
    acts: list[Act] = [
        an_authorize(owner, random.choice(people), random.randrange(1, 9), id=hold)
        for hold in holds
    ]
    while len(acts) < 1_200:
        hold, person = random.choice(holds), random.choice(people)
        amount = random.randrange(1, 5)
        make = random.choice(("debit", "debit", "capture", "capture", "void", "access"))
        if make == "debit":
            acts.append(a_debit(owner, person, amount))
        elif make == "capture":
            acts.append(a_capture(owner, hold, amount, final=random.random() < 0.3))
        elif make == "void":
            acts.append(a_void(owner, hold))
        else:
            acts.append(an_access(owner, person, "quota", random.randrange(1, 90), by=larkspur.ana))
    return acts


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
        row = await connection.fetchrow(
            "SELECT free, captured FROM wallet WHERE kind = 'ORGANIZATION'"
        )
    assert row is not None
    return dict(row)
