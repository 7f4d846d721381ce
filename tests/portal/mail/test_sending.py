"""Letters reach a real mail server: addressed at the last moment, once, and patiently."""

import asyncio
from datetime import timedelta

import pytest

from services.portal.mail import sending
from services.portal.rooms import Rooms
from services.portal.store import letters
from tests.builders import an_id
from tests.portal.ground import Ground
from tests.portal.mail.acts import (
    House,
    hear,
    pool_low,
    quota_reached,
    rooms_with,
    send_due,
    states,
)
from tests.portal.mail.mailbox import LOST, Mailbox
from tests.speaking import a_fact
from tests.waiting import eventually


async def test_T32_an_invitation_reaches_an_address_without_an_account(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    ana = await house.registers("Ana")
    organization = await house.founds(ana)
    email = f"{an_id().hex}@larkspur.example"
    added = await house.invites(organization, ana.account_id, email)

    await hear(rooms, a_fact(added, subject=organization))
    await send_due(rooms)

    (mail,) = mailbox.to(email)
    assert mail.sender == "coffer@larkspur.example"
    assert mail.message["Subject"] == "Ana\N{RIGHT SINGLE QUOTATION MARK}s organization invites you"
    assert "https://portal.larkspur.example/sign-in" in mail.text()
    assert await states(rooms) == ["SENT"]


async def test_an_alert_goes_to_whoever_administers_when_it_leaves(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    ana = await house.registers("Ana")
    organization = await house.founds(ana)

    await hear(rooms, pool_low(organization))
    await send_due(rooms)

    (mail,) = mailbox.to(ana.email)
    assert "6.00 credits are left" in mail.message["Subject"]
    assert f"/o/{organization}/credits" in mail.text("html")


async def test_an_alert_about_a_wallet_of_ones_own_goes_to_its_owner(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    dan = await house.registers("Dan")

    await hear(rooms, pool_low(dan.account_id))
    await send_due(rooms)

    (mail,) = mailbox.to(dan.email)
    assert mail.message["Subject"] == "6.00 credits of your own are left"


async def test_a_used_up_quota_is_told_to_the_person_and_the_administrator(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    ana, chloe = await house.registers("Ana"), await house.registers("Chloe Martin")
    organization = await house.founds(ana)

    await hear(rooms, quota_reached(organization, chloe.account_id, threshold=100))
    await send_due(rooms)

    assert [mail.message["Subject"] for mail in mailbox.to(ana.email)] == [
        "Chloe Martin used up the quota"
    ]
    assert len(mailbox.to(chloe.email)) == 1


async def test_a_fact_that_comes_again_brings_no_second_letter(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    dan = await house.registers("Dan")
    fact = pool_low(dan.account_id)

    await hear(rooms, fact, fact)
    await send_due(rooms)
    await hear(rooms, fact)
    await send_due(rooms)

    assert len(mailbox.to(dan.email)) == 1


async def test_what_the_server_does_not_take_now_is_brought_again(
    rooms: Rooms, house: House, mailbox: Mailbox, ground: Ground
) -> None:
    dan = await house.registers("Dan")
    mailbox.to_recipients.extend(["451 later", "250 OK"])
    mailbox.to_texts.append("452 full")

    await hear(rooms, pool_low(dan.account_id))
    for _ in range(3):
        await send_due(rooms)
        ground.pass_time(timedelta(minutes=1))

    assert len(mailbox.to(dan.email)) == 1
    assert await states(rooms) == ["SENT"]


@pytest.mark.parametrize("at", ["to_recipients", "to_texts"])
async def test_what_the_server_refuses_for_good_is_not_brought_again(
    rooms: Rooms, house: House, mailbox: Mailbox, ground: Ground, at: str
) -> None:
    dan = await house.registers("Dan")
    getattr(mailbox, at).append(f"550 no {dan.email} here")

    await hear(rooms, pool_low(dan.account_id))
    await send_due(rooms)
    ground.pass_time(timedelta(hours=1))
    await send_due(rooms)

    assert mailbox.mails == []
    assert await states(rooms) == ["FAILED"]
    trouble = await rooms.pool.fetchval("SELECT trouble FROM letter")
    assert dan.email not in trouble


async def test_one_that_is_refused_holds_up_no_other(
    rooms: Rooms, house: House, mailbox: Mailbox
) -> None:
    dan, eva = await house.registers("Dan"), await house.registers("Eva")
    mailbox.to_recipients.append("550 unknown")

    await hear(rooms, quota_reached(an_id(), dan.account_id, eva.account_id))
    await send_due(rooms)

    assert sorted(await states(rooms)) == ["FAILED", "SENT"]
    assert mailbox.connections == 1


async def test_a_server_that_is_away_is_waited_for(
    ground: Ground, house: House, mailbox: Mailbox
) -> None:
    dan = await house.registers("Dan")
    away = ground.rooms(smtp_url="smtp://127.0.0.1:1")

    await hear(away, pool_low(dan.account_id))
    assert not await send_due(away)
    ground.pass_time(timedelta(minutes=1))
    assert await send_due(rooms_with(ground, mailbox))

    assert len(mailbox.to(dan.email)) == 1


async def test_what_the_server_may_have_taken_is_not_brought_again(
    rooms: Rooms, house: House, mailbox: Mailbox, ground: Ground
) -> None:
    dan = await house.registers("Dan")
    mailbox.to_texts.append(LOST)

    await hear(rooms, pool_low(dan.account_id))
    await send_due(rooms)
    ground.pass_time(timedelta(hours=1))
    await send_due(rooms)

    assert await states(rooms) == ["UNCERTAIN"]
    assert mailbox.mails == []


async def test_a_letter_whose_bearer_died_before_its_text_went_is_brought_again(
    rooms: Rooms, house: House, mailbox: Mailbox, ground: Ground
) -> None:
    dan = await house.registers("Dan")
    await hear(rooms, pool_low(dan.account_id))
    assert await sending.take(rooms, {}) is not None

    await send_due(rooms)
    assert mailbox.mails == []
    ground.pass_time(sending.CARRIED_FOR)
    await send_due(rooms)

    assert len(mailbox.to(dan.email)) == 1


async def test_a_letter_whose_bearer_died_while_its_text_went_never_goes_twice(
    rooms: Rooms, house: House, mailbox: Mailbox, ground: Ground
) -> None:
    dan = await house.registers("Dan")
    await hear(rooms, pool_low(dan.account_id))
    taken = await sending.take(rooms, {})
    assert taken is not None
    async with rooms.pool.acquire() as connection:
        assert await letters.let_leave(connection, taken.letter.id)

    ground.pass_time(sending.CARRIED_FOR + timedelta(seconds=1))
    await send_due(rooms)
    async with rooms.pool.acquire() as connection:
        settled = await letters.settle_those_who_were_leaving(connection, ground.clock.now())

    assert settled == 1
    assert mailbox.mails == []
    assert await states(rooms) == ["UNCERTAIN"]


async def test_a_letter_that_no_server_took_for_three_days_is_given_up(
    rooms: Rooms, house: House, mailbox: Mailbox, ground: Ground
) -> None:
    dan = await house.registers("Dan")
    await hear(rooms, pool_low(dan.account_id))

    ground.pass_time(timedelta(days=3, minutes=1))
    await send_due(rooms)

    assert mailbox.mails == []
    assert await states(rooms) == ["FAILED"]


async def test_without_a_mail_server_letters_wait_three_days_and_no_longer(
    ground: Ground, house: House
) -> None:
    dan = await house.registers("Dan")
    rooms = ground.rooms(smtp_url="")
    await hear(rooms, pool_low(dan.account_id))
    ground.pass_time(timedelta(days=3, minutes=1))
    await hear(rooms, pool_low(dan.account_id))

    sending_letters = asyncio.create_task(sending.send(rooms.running))
    await eventually(lambda: states(rooms), lambda seen: seen != ["WAITING", "WAITING"])
    rooms.running.stopping.set()
    await sending_letters

    assert await states(rooms) == ["FAILED", "WAITING"]


async def test_many_letters_go_over_few_connections(
    rooms: Rooms, house: House, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "OVER_ONE_CONNECTION_MAX", 8)
    dan = await house.registers("Dan")
    await hear(rooms, *(pool_low(dan.account_id) for _ in range(12)))

    await send_due(rooms)

    assert len(mailbox.to(dan.email)) == 12
    assert mailbox.connections == 2
    names = {mail.message["Message-ID"] for mail in mailbox.mails}
    assert len(names) == 12
