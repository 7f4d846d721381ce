"""Lots that nobody can lose anything of are not looked at every second (T24)."""

from datetime import timedelta

from services.credit_ledger.store import sweeping
from tests.ledger.acts import CREDIT, a_void, an_authorize
from tests.ledger.desk import Desk, an_organization

SOON = timedelta(days=3)


async def spendable(desk: Desk) -> list[bool]:
    return [row["spendable"] for row in await desk.connection.fetch("SELECT spendable FROM lot")]


async def test_T24_a_lot_that_is_held_whole_is_warned_of_once_it_has_something_free(
    desk: Desk,
) -> None:
    larkspur = await an_organization(desk)
    await desk.connection.execute("UPDATE lot SET expires_at = $1", desk.clock.now() + SOON)
    desk.books = desk.books.emptied()
    hold = an_authorize(larkspur.id, larkspur.ben, 500 * CREDIT)

    await desk.decide(hold)
    while_held = await sweeping.due_notices(desk.connection, desk.clock.now())
    assert await spendable(desk) == [False]
    await desk.decide(a_void(larkspur.id, hold.command))

    assert while_held == []
    assert await spendable(desk) == [True]
    assert len(await sweeping.due_notices(desk.connection, desk.clock.now())) == 1
