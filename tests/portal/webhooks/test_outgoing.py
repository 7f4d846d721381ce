"""Facts reach the systems of organizations: heard once, sent until they are there or too old."""

import asyncio
from datetime import timedelta

from services.portal.rooms import Rooms
from services.portal.webhooks import outgoing
from shared.contracts.accounts import AccountForgotten
from shared.contracts.catalogue import fact_type
from shared.contracts.credit_notices import CreditsRequested, PoolLow, RequestLine
from shared.contracts.licensing import SeatAssigned
from shared.contracts.message import Fact
from tests.builders import CLOCK, an_id
from tests.portal.ground import Ground
from tests.portal.webhooks.acts import (
    LOW,
    deliver_due,
    deliveries_of,
    hear,
    pool_low,
    state_of,
    subscribe,
)
from tests.portal.webhooks.receiver import Receiver, status
from tests.speaking import a_fact

DAYS_UNTIL_GIVEN_UP = 4


async def test_a_fact_arrives_signed_and_whole(rooms: Rooms, receiver: Receiver) -> None:
    subscribed = await subscribe(rooms, receiver)
    fact = pool_low(subscribed.webhook.organization_id)

    await hear(rooms, fact)
    await deliver_due(rooms)

    (came,) = receiver.came
    assert came.verified(subscribed.secret) == str(fact.id)
    told = Fact[PoolLow].model_validate_json(came.body)
    assert (told.id, told.type, told.data) == (fact.id, LOW, fact.data)
    (delivery,) = await deliveries_of(rooms, subscribed)
    assert (delivery.state, delivery.attempts, delivery.status) == ("DELIVERED", 1, 204)


async def test_a_fact_that_is_heard_again_is_sent_once(rooms: Rooms, receiver: Receiver) -> None:
    subscribed = await subscribe(rooms, receiver)
    first, second = (pool_low(subscribed.webhook.organization_id) for _ in range(2))

    await hear(rooms, second, first, first, second, first)
    await deliver_due(rooms)
    await hear(rooms, first, second)
    await deliver_due(rooms)

    assert sorted(came.headers["webhook-id"] for came in receiver.came) == sorted(
        [str(first.id), str(second.id)]
    )


async def test_a_fact_heard_twice_at_once_is_owed_once(rooms: Rooms, receiver: Receiver) -> None:
    subscribed = await subscribe(rooms, receiver)
    fact = pool_low(subscribed.webhook.organization_id)

    await asyncio.gather(*(hear(rooms, fact) for _ in range(5)))

    assert len(await deliveries_of(rooms, subscribed)) == 1


async def test_nobody_is_told_of_others_or_of_kinds_he_did_not_choose(
    rooms: Rooms, receiver: Receiver
) -> None:
    subscribed = await subscribe(rooms, receiver)
    mine = subscribed.webhook.organization_id
    seat = SeatAssigned(
        organization_id=mine, account_id=an_id(), product="Tide", assigned_at=CLOCK.now()
    )

    await hear(rooms, pool_low(an_id()), a_fact(seat, subject=mine))

    assert await deliver_due(rooms) == 0


async def test_what_does_not_arrive_is_tried_again_until_it_does(
    rooms: Rooms, receiver: Receiver, ground: Ground
) -> None:
    subscribed = await subscribe(rooms, receiver)
    receiver.answers.extend([status(500), b"", status(302)])

    await hear(rooms, pool_low(subscribed.webhook.organization_id))
    for _ in range(4):
        await deliver_due(rooms)
        ground.pass_time(timedelta(minutes=3))

    assert len(receiver.came) == 4
    assert len({came.headers["webhook-id"] for came in receiver.came}) == 1
    (delivery,) = await deliveries_of(rooms, subscribed)
    assert (delivery.state, delivery.attempts) == ("DELIVERED", 4)


async def test_it_is_not_tried_again_before_its_time(rooms: Rooms, receiver: Receiver) -> None:
    subscribed = await subscribe(rooms, receiver)
    receiver.answers.append(status(503, "Retry-After: 3600"))

    await hear(rooms, pool_low(subscribed.webhook.organization_id))
    await deliver_due(rooms)
    await deliver_due(rooms)

    assert len(receiver.came) == 1
    (delivery,) = await deliveries_of(rooms, subscribed)
    assert delivery.next_attempt_at is not None
    assert delivery.next_attempt_at - rooms.clock.now() > timedelta(minutes=59)


async def test_one_that_cannot_be_read_holds_up_no_other(rooms: Rooms, receiver: Receiver) -> None:
    subscribed = await subscribe(rooms, receiver)
    receiver.answers.append(status(422))

    await hear(rooms, *(pool_low(subscribed.webhook.organization_id) for _ in range(3)))
    await deliver_due(rooms)

    states = sorted(one.state for one in await deliveries_of(rooms, subscribed))
    assert states == ["DELIVERED", "DELIVERED", "WAITING"]


async def test_an_address_that_fails_for_three_days_is_disabled_with_a_notice(
    rooms: Rooms, receiver: Receiver, ground: Ground
) -> None:
    subscribed = await subscribe(rooms, receiver)
    organization = subscribed.webhook.organization_id
    receiver.answers.extend(status(500) for _ in range(100))

    await hear(rooms, pool_low(organization))
    for _ in range(DAYS_UNTIL_GIVEN_UP * 8):
        await deliver_due(rooms)
        ground.pass_time(timedelta(hours=3))

    assert await state_of(rooms, subscribed) == ("DISABLED", "failing")
    (delivery,) = await deliveries_of(rooms, subscribed)
    assert (delivery.state, delivery.status) == ("FAILED", 500)
    assert 8 < delivery.attempts < 30
    notices = await rooms.pool.fetch(
        "SELECT kind, facts FROM letter WHERE organization_id = $1 AND kind = 'webhook_disabled'",
        organization,
    )
    assert [one["facts"]["reason"] for one in notices] == ["failing"]
    await hear(rooms, pool_low(organization))
    assert len(await deliveries_of(rooms, subscribed)) == 1


async def test_an_address_that_sometimes_works_is_not_given_up(
    rooms: Rooms, receiver: Receiver, ground: Ground
) -> None:
    subscribed = await subscribe(rooms, receiver)
    for _ in range(DAYS_UNTIL_GIVEN_UP):
        receiver.answers.extend([status(500), status(204)])
        await hear(rooms, pool_low(subscribed.webhook.organization_id))
        await deliver_due(rooms)
        ground.pass_time(timedelta(days=1))
        await deliver_due(rooms)

    assert await state_of(rooms, subscribed) == ("ACTIVE", None)


async def test_an_address_that_is_gone_is_disabled_at_once(
    rooms: Rooms, receiver: Receiver
) -> None:
    subscribed = await subscribe(rooms, receiver)
    receiver.answers.append(status(410))

    await hear(rooms, *(pool_low(subscribed.webhook.organization_id) for _ in range(2)))
    await deliver_due(rooms)

    assert await state_of(rooms, subscribed) == ("DISABLED", "gone")
    assert [one.state for one in await deliveries_of(rooms, subscribed)] == ["FAILED", "FAILED"]
    assert len(receiver.came) == 1


async def test_two_portals_never_serve_one_address_at_once(
    rooms: Rooms, receiver: Receiver
) -> None:
    subscribed = await subscribe(rooms, receiver)
    await hear(rooms, *(pool_low(subscribed.webhook.organization_id) for _ in range(30)))

    await asyncio.gather(*(deliver_due(rooms) for _ in range(3)))

    ids = [came.headers["webhook-id"] for came in receiver.came]
    assert len(ids) == len(set(ids)) == 30


async def test_whoever_dies_in_an_attempt_leaves_word_when_the_next_is_due(
    rooms: Rooms, receiver: Receiver, ground: Ground
) -> None:
    subscribed = await subscribe(rooms, receiver)
    await hear(rooms, pool_low(subscribed.webhook.organization_id))
    target = await outgoing.claim(rooms.pool, rooms.clock)
    assert target is not None
    assert await outgoing._begin(rooms, target) is not None

    assert await outgoing.claim(rooms.pool, rooms.clock) is None
    ground.pass_time(outgoing.BUSY_FOR + timedelta(seconds=1))
    await deliver_due(rooms)

    (delivery,) = await deliveries_of(rooms, subscribed)
    assert (delivery.state, delivery.attempts) == ("DELIVERED", 2)


async def test_healthy_addresses_come_before_failing_ones(
    rooms: Rooms, receiver: Receiver, ground: Ground
) -> None:
    failing = await subscribe(rooms, receiver)
    receiver.answers.append(status(500))
    await hear(rooms, pool_low(failing.webhook.organization_id))
    await deliver_due(rooms)
    ground.pass_time(timedelta(hours=1))
    healthy = await subscribe(rooms, receiver)
    await hear(rooms, pool_low(healthy.webhook.organization_id))

    target = await outgoing.claim(rooms.pool, rooms.clock)

    assert target is not None
    assert target.id == healthy.webhook.id


async def test_what_was_settled_a_month_ago_is_forgotten(
    rooms: Rooms, receiver: Receiver, ground: Ground
) -> None:
    subscribed = await subscribe(rooms, receiver)
    receiver.answers.append(status(500))
    await hear(rooms, *(pool_low(subscribed.webhook.organization_id) for _ in range(2)))
    await deliver_due(rooms)
    ground.pass_time(timedelta(days=31))

    forgotten = await outgoing.forget_old(rooms)

    assert forgotten == 3
    assert [one.state for one in await deliveries_of(rooms, subscribed)] == ["WAITING"]


async def test_A20_what_was_sent_of_a_forgotten_person_in_words_is_forgotten(
    rooms: Rooms, receiver: Receiver
) -> None:
    kinds = (LOW, fact_type(CreditsRequested))
    subscribed = await subscribe(rooms, receiver, kinds=kinds)
    organization, chloe = subscribed.webhook.organization_id, an_id()
    wish = RequestLine(
        request_id=an_id(), account_id=chloe, mode="unlimited", reason="Ask Chloe Martin"
    )
    asked = CreditsRequested(owner=organization, available=0, lines=(wish,))
    await hear(rooms, pool_low(organization), a_fact(asked, subject=an_id()))
    await deliver_due(rooms)

    forgotten = AccountForgotten(account_id=chloe, forgotten_at=CLOCK.now())
    await hear(rooms, a_fact(forgotten, subject=chloe))

    assert "Ask Chloe Martin" in "".join(came.body for came in receiver.came)
    assert [one.kind for one in await deliveries_of(rooms, subscribed)] == [LOW]
