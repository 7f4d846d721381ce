"""A payment and its refund reach two workers at once: net nothing, whoever is first (T20)."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from services.credit_ledger.engine.group_commit import POISON
from tests.ledger.acts import CREDIT, a_debit, an_id
from tests.ledger.desk import Desk, LedgerDatabase, an_organization
from tests.ledger.shop import Shop, shop_at

ROUNDS, ROUNDS_TO_VERIFY = 20, 200
LEFT = ("clawed_back", "captured", "free")


async def test_T20_a_refund_and_its_payment_race_to_the_same_end(
    database: LedgerDatabase, desk: Desk
) -> None:
    await race(database, desk, ROUNDS)


@pytest.mark.verify
@pytest.mark.timeout(600)
async def test_T20_a_refund_and_its_payment_race_two_hundred_times(
    database: LedgerDatabase, desk: Desk
) -> None:
    await race(database, desk, ROUNDS_TO_VERIFY)


async def race(database: LedgerDatabase, desk: Desk, rounds: int) -> None:
    """Each round tells both to two workers, more than once and in any order, while Ben spends."""
    larkspur = await an_organization(desk, CREDIT)
    # A service that waits too long for a lock tries again; this desk waits.
    await desk.connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
    random = Random(20)
    async with (
        shop_at(database, desk, worker=1) as one,
        shop_at(database, desk, worker=2) as other,
    ):
        for _ in range(rounds):
            order = an_id().hex
            shops = random.sample([one, other], 2)
            paid = [paying(shop, larkspur.ana, order) for shop in random.choices(shops, k=2)]
            refunded = [shop.refunded(order, 100) for shop in random.choices(shops, k=2)]
            spends = desk.decide(a_debit(larkspur.id, larkspur.ben, 100 * CREDIT))
            told = [*paid, *refunded, spends]
            random.shuffle(told)
            await asyncio.gather(*told)
    rows = await desk.connection.fetch(
        "SELECT lot.granted, lot.clawed_back, lot.captured, lot.owed, lot.free FROM lot"
        " WHERE lot.granted = $1",
        100 * CREDIT,
    )
    refunds = await desk.connection.fetch("SELECT wallet FROM order_refund")
    assert len(rows) == len(refunds) == rounds
    assert all(row["wallet"] is not None for row in refunds)
    # Ben may have spent a payment before its refund came; then the wallet owes what he spent.
    assert all(row["granted"] + row["owed"] == sum(row[n] for n in LEFT) for row in rows)
    wallet = await desk.connection.fetchrow("SELECT * FROM wallet WHERE kind = 'ORGANIZATION'")
    assert wallet is not None
    assert wallet["clawed_back"] == rounds * 100 * CREDIT
    assert wallet["free"] + wallet["captured"] == CREDIT + wallet["debt"]
    assert (await database.reconciled()).differences == ()


async def paying(shop: Shop, account: UUID, order: str) -> None:
    assert await shop.paid(account, 100, order=order)


async def test_T20_what_was_refunded_before_it_was_paid_is_one_commit_beside_poison_too(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur = await an_organization(desk, CREDIT)
    async with shop_at(database, desk) as shop:
        engine, poison = shop.orders.engine, a_debit(larkspur.id, larkspur.ben, 0)
        order = an_id().hex
        await shop.refunded(order, 100)

        buried, _, refused = await asyncio.gather(
            engine.submit([poison]),
            paying(shop, larkspur.ana, order),
            engine.submit([a_debit(larkspur.id, larkspur.ben, 0)]),
        )

    assert [outcome.refusal for outcome in (*buried, *refused)] == [POISON, POISON]
    moments = await desk.connection.fetch(
        "SELECT DISTINCT booked_at FROM journal JOIN lot USING (wallet)"
        " WHERE lot.order_id = $1 AND number = lot",
        order,
    )
    assert len(moments) == 1
