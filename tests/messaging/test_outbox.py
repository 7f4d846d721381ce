"""What was said leaves in order, once the broker has it, and never before."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from deploy.native.stack import Stack
from shared.clock import Clock
from shared.contracts.accounts import AccountRegistered
from shared.contracts.copies import MembershipWatermark
from shared.messaging import outbox
from shared.messaging.outbox import Relay
from shared.messaging.publisher import Publisher, publisher
from tests.builders import an_id
from tests.databases import Database
from tests.listening import Listener, read_fact
from tests.processes import ServiceProcess
from tests.waiting import eventually

CLOCK = Clock()


async def say(database: Database, subject: UUID) -> None:
    async with database.acquire() as connection, connection.transaction():
        said = AccountRegistered(account_id=subject)
        await outbox.add(
            connection, said, subject=subject, identifier=CLOCK.new_id(), at=CLOCK.now()
        )


async def waiting(database: Database) -> int:
    count: int = await database.fetchval("SELECT count(*) FROM outbox")
    return count


async def test_everything_leaves_in_the_order_of_its_subject(
    database: Database, speaks: Publisher, facts: Listener
) -> None:
    subjects = [an_id() for _ in range(3)]
    for number in range(300):
        await say(database, subjects[number % 3])

    assert await Relay(database, speaks).drain()

    assert await waiting(database) == 0
    await eventually(lambda: numbers(facts, subjects), lambda seen: len(seen[subjects[2]]) == 100)
    assert await numbers(facts, subjects) == {one: list(range(1, 101)) for one in subjects}


async def numbers(facts: Listener, subjects: list[UUID]) -> dict[UUID, list[int | None]]:
    heard: dict[UUID, list[int | None]] = defaultdict(list)
    for message in list(facts.messages):
        fact = read_fact(message)
        if fact.subject in subjects:
            heard[fact.subject].append(fact.sequence)
    return heard


async def test_what_the_broker_did_not_confirm_stays(
    database: Database, speaks: Publisher, facts: Listener, stack: Stack
) -> None:
    subject = an_id()
    await say(database, subject)
    async with publisher(stack.amqp_urls["coffer_membership"]) as lost:
        pass

    await Relay(database, lost).drain()
    assert await waiting(database) == 1
    await Relay(database, speaks).drain()

    assert await waiting(database) == 0
    assert (await facts.fact(AccountRegistered, subject)).sequence == 1


async def test_what_nobody_committed_is_never_said(database: Database) -> None:
    async with database.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        said = AccountRegistered(account_id=an_id())
        await outbox.add(
            connection, said, subject=an_id(), identifier=CLOCK.new_id(), at=CLOCK.now()
        )
        await transaction.rollback()

    assert await waiting(database) == 0
    now = CLOCK.now()
    assert await outbox.published_until(database, now) <= now


async def test_what_waits_longest_tells_how_far_all_is_published(database: Database) -> None:
    before = CLOCK.now()
    await say(database, an_id())
    await say(database, an_id())
    between = await outbox.published_until(database, CLOCK.now())

    assert before - timedelta(microseconds=1) <= between < CLOCK.now()
    assert await outbox.published_until(database, before) <= before


async def test_A14_nothing_is_told_of_the_time_since_which_something_is_being_decided(
    database: Database,
) -> None:
    async with database.acquire() as connection, connection.transaction():
        await connection.execute("SELECT 1")
        since = CLOCK.now()
        later = since + timedelta(seconds=1)

        open_for = later - await outbox.published_until(database, later)

    assert open_for > timedelta()


async def test_only_one_relay_works_at_a_time(database: Database, speaks: Publisher) -> None:
    async with database.acquire() as connection:
        await connection.execute("SELECT pg_advisory_lock($1, $2)", *outbox.RELAY_LOCK)
        assert not await Relay(database, speaks).drain()
        await connection.execute("SELECT pg_advisory_unlock($1, $2)", *outbox.RELAY_LOCK)

    assert await Relay(database, speaks).drain()


async def test_copies_hear_how_fresh_they_are(
    membership: ServiceProcess, watermarks: Listener
) -> None:
    heard = await watermarks.find(
        lambda message: message.routing_key == MembershipWatermark.ROUTING_KEY
    )

    assert read_fact(heard).sequence is None
