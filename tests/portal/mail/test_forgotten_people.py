"""A forgotten person gets no letter, and what letters know of people is never a name (A20)."""

from services.portal.mail import sending
from services.portal.rooms import Rooms
from services.portal.store import letters
from shared.contracts.accounts import AccountForgotten
from tests.builders import CLOCK, an_id
from tests.portal.mail.acts import House, hear, quota_reached, send_due, states
from tests.portal.mail.mailbox import Mailbox
from tests.speaking import a_fact


async def test_A20_a_forgotten_person_gets_no_letter(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    dan, eva = await house.registers("Dan"), await house.registers("Eva")
    await hear(rooms, quota_reached(an_id(), dan.account_id, eva.account_id))

    await house.forgets(dan.account_id)  # membership knows before the portal hears of it
    await send_due(rooms)

    assert mailbox.to(dan.email) == []
    assert len(mailbox.to(eva.email)) == 1


async def test_A20_letters_to_and_about_a_forgotten_person_are_gone_as_soon_as_it_is_heard(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    dan = await house.registers("Dan")
    await hear(rooms, quota_reached(dan.account_id, dan.account_id, threshold=100))
    taken = await sending.take(rooms, {})
    assert taken is not None

    forgotten = AccountForgotten(account_id=dan.account_id, forgotten_at=CLOCK.now())
    await hear(rooms, a_fact(forgotten, subject=dan.account_id))

    assert await states(rooms) == []
    async with rooms.pool.acquire() as connection:
        assert not await letters.let_leave(connection, taken.letter.id)


async def test_A20_the_portals_letters_hold_neither_names_nor_addresses(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    chloe = await house.registers("Chloe Martin")
    await hear(rooms, quota_reached(an_id(), chloe.account_id, threshold=100))
    await send_due(rooms)

    rows = await rooms.pool.fetch("SELECT letter::text AS whole FROM letter")

    assert len(mailbox.to(chloe.email)) == 1
    assert all("Chloe" not in row["whole"] and "@" not in row["whole"] for row in rows)
