"""Alerts are facts that leave with the batch: once per crossing, whoever decides, however often."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.expiring import Notice
from services.credit_ledger.rules.purchase_acts import ClawBack
from services.credit_ledger.store import sweeping
from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.credit_facts import DebtRaised
from shared.contracts.credit_notices import (
    CreditsExpiring,
    PersonalCreditsActive,
    PersonalCreditsExhausted,
    PoolLow,
    QuotaReached,
)
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import AuthorizeHold
from shared.contracts.message import FactData
from tests.builders import CLOCK, a_credit_line, a_purchase
from tests.doors.credit_ledger.farm import Farm
from tests.ledger.acts import (
    CREDIT,
    a_debit,
    a_grant,
    a_void,
    an_access,
    an_authorize,
    an_id,
    asked,
)
from tests.ledger.desk import Desk, LedgerDatabase, an_organization, desk_at
from tests.ledger.seen import uid_of
from tests.listening import Listener
from tests.waiting import eventually

DAY = 86_400


async def told(desk: Desk, kind: type[FactData], field: str = "threshold") -> list[Any]:
    """What all facts of a kind said so far, in their order; each is of the agreed form."""
    rows = await desk.connection.fetch(
        "SELECT body FROM fact WHERE routing_key = $1 ORDER BY subject, sequence", kind.ROUTING_KEY
    )
    facts = [json.loads(row["body"]) for row in rows]
    for row, fact in zip(rows, facts, strict=True):
        FACT_BY_TYPE[fact["type"]].model_validate_json(row["body"])
    return [line[field] for fact in facts for line in fact["data"]["lines"]]


async def test_a_pool_that_runs_low_is_told_at_each_threshold_and_again_after_a_top_up(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    for amount in (399, 2, 60, 20, 19):
        await desk.decide(a_debit(larkspur.id, larkspur.ben, amount * CREDIT))
    assert await told(desk, PoolLow) == [20, 5]

    await desk.decide(a_grant(larkspur.id, 100 * CREDIT))
    await desk.decide(a_debit(larkspur.id, larkspur.ben, 79 * CREDIT))
    await desk.decide(a_debit(larkspur.id, larkspur.ben, CREDIT))
    await desk.decide(a_debit(larkspur.id, larkspur.ben, CREDIT))

    assert await told(desk, PoolLow) == [20, 5, 20]
    assert await told(desk, PoolLow, "mark") == ["500", "500", "100"]


async def test_several_thresholds_in_one_step_tell_the_deepest_alone(desk: Desk) -> None:
    larkspur = await an_organization(desk)

    await desk.decide(a_debit(larkspur.id, larkspur.ben, 494 * CREDIT))

    assert await told(desk, PoolLow) == [5]


async def test_what_is_set_aside_counts_and_each_crossing_is_told(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    for _ in range(2):
        hold = an_authorize(larkspur.id, larkspur.ben, 450 * CREDIT)
        await desk.decide(hold)
        await desk.decide(a_void(larkspur.id, hold.command))

    assert await told(desk, PoolLow) == [20, 20]


async def test_what_is_crossed_and_undone_within_one_batch_is_not_told(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    hold = an_authorize(larkspur.id, larkspur.ben, 450 * CREDIT)

    await desk.decide(hold, a_void(larkspur.id, hold.command))

    assert await told(desk, PoolLow) == []


async def test_a_top_up_is_measured_at_its_place_within_the_batch(desk: Desk) -> None:
    larkspur = await an_organization(desk)

    await desk.decide(
        a_debit(larkspur.id, larkspur.ben, 490 * CREDIT),
        a_grant(larkspur.id, 90 * CREDIT),
        a_debit(larkspur.id, larkspur.ben, 81 * CREDIT),
    )

    assert await told(desk, PoolLow) == [20]
    assert await told(desk, PoolLow, "mark") == ["100"]


async def test_duplicates_tell_nothing_and_two_engines_in_turn_tell_once(
    desk: Desk, database: LedgerDatabase
) -> None:
    larkspur = await an_organization(desk)
    spent = a_debit(larkspur.id, larkspur.ben, 410 * CREDIT)
    used = a_debit(larkspur.id, larkspur.dan, 85 * CREDIT)
    async with desk_at(database) as other:
        for one in (desk, other, desk, other):
            await one.decide(spent, used)
            await one.decide(a_debit(larkspur.id, larkspur.dan, CREDIT))

    assert await told(desk, PoolLow) == [5]
    assert await told(desk, QuotaReached) == [80]


async def test_R51_a_quota_is_told_at_80_and_at_100_percent_and_anew_in_each_count(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    for amount in (79, 1, 19, 1):
        await desk.decide(a_debit(larkspur.id, larkspur.dan, amount * CREDIT))
    assert await told(desk, QuotaReached) == [80, 100]

    higher = an_access(larkspur.id, larkspur.dan, "quota", 200 * CREDIT, by=larkspur.ana)
    await desk.decide(higher)
    await desk.decide(a_debit(larkspur.id, larkspur.dan, 60 * CREDIT))

    assert await told(desk, QuotaReached) == [80, 100, 80]
    assert await told(desk, QuotaReached, "used") == ["80", "100", "160"]


async def test_thresholds_may_be_chosen_and_what_lies_below_a_new_one_is_told(desk: Desk) -> None:
    larkspur = await an_organization(desk)
    await desk.decide(a_debit(larkspur.id, larkspur.ben, 300 * CREDIT))

    terms = SetPoolTerms(pool_thresholds=(50, 20), quota_thresholds=(10,))
    [outcome] = await desk.decide(asked(terms, larkspur.id, by=larkspur.ana))
    await desk.decide(a_debit(larkspur.id, larkspur.dan, 10 * CREDIT))

    assert outcome.refusal is None
    assert await told(desk, PoolLow) == [50]
    assert await told(desk, QuotaReached) == [10]


async def test_R39_T4_an_account_hears_that_its_credits_became_active_and_were_exhausted(
    desk: Desk,
) -> None:
    account = an_id()
    await desk.decide(a_grant(account, 40 * CREDIT), a_debit(account, account, CREDIT))
    await desk.decide(a_debit(account, account, 38 * CREDIT))
    await desk.decide(a_debit(account, account, CREDIT))
    await desk.decide(a_grant(account, CREDIT))

    assert await told(desk, PersonalCreditsActive, "account_id") == [str(account)] * 2
    assert await told(desk, PersonalCreditsExhausted, "account_id") == [str(account)]


async def test_R39_credits_that_run_out_are_exhausted_as_well(desk: Desk) -> None:
    account = an_id()
    soon = desk.clock.now() + timedelta(days=1)
    await desk.decide(a_grant(account, CREDIT, expires_at=soon))
    desk.advance(2 * DAY)

    await desk.decide(Notice(an_id(), account, 0))

    assert await told(desk, PersonalCreditsExhausted, "account_id") == [str(account)]


async def test_T23_the_line_that_takes_a_wallet_into_debt_owes_what_it_raised(desk: Desk) -> None:
    larkspur = await an_organization(desk, CREDIT)
    await desk.decide(a_grant(larkspur.id, 99 * CREDIT, order_id="o-1"))
    await desk.decide(a_debit(larkspur.id, larkspur.ben, 100 * CREDIT))

    for amount in (30, 20):
        await desk.decide(a_claw_back(larkspur.id, amount * CREDIT))
    await desk.decide(a_grant(larkspur.id, 60 * CREDIT))
    await desk.decide(a_debit(larkspur.id, larkspur.ben, 10 * CREDIT))
    await desk.decide(a_claw_back(larkspur.id, 10 * CREDIT))

    assert await told(desk, DebtRaised, "amount") == ["30", "20", "10"]
    assert await told(desk, DebtRaised, "debt") == ["30", "50", "10"]


def a_claw_back(owner: UUID, amount: int) -> Act:
    return ClawBack(an_id(), owner, 1, "online", "o-1", 1, amount, "refunded")


async def due(database: LedgerDatabase, desk: Desk) -> list[UUID]:
    connection = await asyncpg.connect(database.service_url)
    try:
        return await sweeping.due_notices(connection, desk.clock.now())
    finally:
        await connection.close()


async def announce(database: LedgerDatabase, desk: Desk) -> list[UUID]:
    """Do as the timer does."""
    owners = await due(database, desk)
    await desk.decide(*(Notice(an_id(), owner, 0) for owner in owners))
    return owners


async def test_T24_a_lot_is_announced_once_before_it_runs_out(
    desk: Desk, database: LedgerDatabase
) -> None:
    account = an_id()
    later = desk.clock.now() + timedelta(days=30)
    await desk.decide(a_grant(account, 40 * CREDIT, expires_at=later), a_grant(account, CREDIT))
    assert await announce(database, desk) == []

    desk.advance(16 * DAY + 1)
    assert await announce(database, desk) == [await uid_of(desk, account)]
    assert await announce(database, desk) == []
    desk.advance(15 * DAY)
    assert await announce(database, desk) == []

    assert await told(desk, CreditsExpiring, "amount") == ["40"]
    assert (await database.reconciled()).balanced


async def test_two_engines_announce_a_lot_once(desk: Desk, database: LedgerDatabase) -> None:
    account = an_id()
    await desk.decide(a_grant(account, expires_at=desk.clock.now() + timedelta(days=3)))
    async with desk_at(database) as other:
        for one in (desk, other, desk):
            await one.decide(Notice(an_id(), account, 0))

    assert await told(desk, CreditsExpiring, "amount") == ["500"]


async def test_the_notice_is_what_the_organization_chose_longer_or_shorter(
    desk: Desk, database: LedgerDatabase
) -> None:
    longer, shorter = await an_organization(desk), await an_organization(desk)
    await desk.decide(
        asked(SetPoolTerms(notice_days=60), longer.id, by=longer.ana),
        asked(SetPoolTerms(notice_days=5), shorter.id, by=shorter.ana),
    )
    for larkspur in (longer, shorter):
        month = desk.clock.now() + timedelta(days=50)
        await desk.decide(a_grant(larkspur.id, expires_at=month))

    assert await due(database, desk) == [await uid_of(desk, longer.id)]
    await announce(database, desk)
    desk.advance(44 * DAY)
    assert await due(database, desk) == []
    desk.advance(2 * DAY)
    assert await due(database, desk) == [await uid_of(desk, shorter.id)]


async def test_lots_to_announce_are_found_by_their_own_index(
    desk: Desk, database: LedgerDatabase
) -> None:
    account = an_id()
    await desk.decide(a_grant(account, expires_at=desk.clock.now() + timedelta(days=3)))

    # The engine's connection plans as if every table were large.
    assert len(await sweeping.due_notices(desk.connection, desk.clock.now())) == 1

    assert await used(desk, "lot_to_warn_of")
    assert await used(desk, "wallet_own_notice")


async def used(desk: Desk, index: str) -> bool:
    await desk.connection.execute("SELECT pg_stat_force_next_flush()")
    scans: int = await desk.connection.fetchval(
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = $1", index
    )
    return scans > 0


async def test_the_service_announces_by_itself_and_everybody_hears_of_it(
    farm: Farm, credit_facts: Listener
) -> None:
    soon = CLOCK.now() + timedelta(days=3)
    await farm.store.says(a_purchase(account_id=farm.ana, lines=(a_credit_line(expires_at=soon),)))
    await eventually(farm.available, lambda available: available == "1000")

    announced = await credit_facts.fact(CreditsExpiring, farm.id)
    await farm.asks(AuthorizeHold(amount=900 * CREDIT))
    low = await credit_facts.fact(PoolLow, farm.id)

    assert isinstance(announced.data, CreditsExpiring)
    assert [line.amount for line in announced.data.lines] == [500 * CREDIT]
    assert isinstance(low.data, PoolLow)
    assert [(line.threshold, line.mark) for line in low.data.lines] == [(20, 1000 * CREDIT)]
