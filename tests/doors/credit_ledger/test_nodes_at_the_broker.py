"""Three walls between a node and what is not its own, each with the others open (A17)."""

from urllib.parse import urlsplit
from uuid import UUID

import aiormq
import pytest
from aiormq.exceptions import (
    ChannelAccessRefused,
    ChannelPreconditionFailed,
    ProbableAuthenticationError,
)
from pamqp.commands import Basic

from deploy.native.node_users import broker_of, has_user, make_user
from deploy.native.stack import Stack
from shared.client.asked import Usage
from shared.client.node import Client, connect
from shared.client.refused import HoldRefused
from shared.contracts.credits import AuthorizeHold
from shared.contracts.message import Verdict
from shared.contracts.nodes import NodeEnrolled, NodeWithdrawn
from shared.contracts.refusals import RefusalCode
from shared.messaging.topology import FACTS, INTAKE, LEDGER, OWNER_HEADER, node_user
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.listening import Listener
from tests.waiting import eventually

ONE, OTHER = node_user("rn-01"), node_user("rn-02")


@pytest.fixture(scope="module")
def address(stack: Stack) -> str:
    """The address of a node, as it was told when its user was made."""
    return make_user(broker_of(stack), ONE)


async def enrolled(farm: Farm, sequence: int = 3) -> None:
    told = NodeEnrolled(organization_id=farm.id, node="rn-01", enrolled_at=CLOCK.now())
    await farm.membership_says(told, sequence)


async def withdrawn(farm: Farm, sequence: int = 4) -> None:
    told = NodeWithdrawn(organization_id=farm.id, node="rn-01", withdrawn_at=CLOCK.now())
    await farm.membership_says(told, sequence)


async def reported(client: Client, farm: Farm) -> RefusalCode | None:
    [verdict] = await client.report_usage(farm.id, [Usage(account=farm.ben, credits="1")])
    assert isinstance(verdict, Verdict)
    return verdict.refused.code if verdict.refused else None


def body_of(farm: Farm, actor: str) -> tuple[bytes, str]:
    command = farm.command(AuthorizeHold(amount=CREDIT)).model_copy(update={"actor": actor})
    return command.model_dump_json(exclude_none=True).encode(), str(command.id)


async def publish(
    address: str,
    farm: Farm,
    *,
    exchange: str = INTAKE,
    key: str = ONE,
    user: str = ONE,
    actor: str = ONE,
) -> str:
    """Publish as whoever has the address, under a node's key, and tell the command's id."""
    body, identifier = body_of(farm, actor)
    connection = await aiormq.connect(address)
    try:
        channel = await connection.channel()
        await channel.basic_publish(
            body,
            exchange=exchange,
            routing_key=f"hold.{key}.{farm.id}",
            properties=Basic.Properties(
                message_type=AuthorizeHold.TYPE,
                message_id=identifier,
                user_id=user,
                headers={OWNER_HEADER: str(farm.id)},
            ),
        )
    finally:
        await connection.close()
    return identifier


async def test_A17_a_node_works_for_the_organization_it_is_enrolled_in(
    farm: Farm, address: str
) -> None:
    other = farm.another()
    await other.opens()
    await enrolled(farm)
    async with connect(address, node=ONE) as client:
        await eventually(lambda: reported(client, farm), lambda code: code is None)
        async with client.hold(owner=farm.id, account=farm.ben, amount="5") as hold:
            await hold.capture("2")

        with pytest.raises(HoldRefused) as refused:
            await client.authorize(owner=other.id, account=other.ben, amount="5")
        code = await reported(client, other)

    assert refused.value.code == code == RefusalCode.NOT_ENROLLED
    assert await farm.available() == "497"
    assert await other.available() == "500"


async def test_A17_T2_a_withdrawn_node_ends_what_it_began_and_begins_no_more(
    farm: Farm, address: str
) -> None:
    await enrolled(farm)
    async with connect(address, node=ONE) as client:
        await eventually(lambda: reported(client, farm), lambda code: code is None)
        held = await client.authorize(owner=farm.id, account=farm.ben, amount="5")
        await withdrawn(farm)
        await eventually(lambda: reported(client, farm), lambda code: code is not None)
        before = await farm.available()
        code = await reported(client, farm)

        await held.capture("2")

    assert code is RefusalCode.NOT_ENROLLED
    assert float(str(await farm.available())) == float(str(before)) + 3


async def test_A17_the_key_of_another_node_is_closed_to_it(farm: Farm, address: str) -> None:
    """Its own name, truly: the broker looks at the key alone."""
    await enrolled(farm)

    for key in (OTHER, f"{ONE}1", "rn-01", "#"):
        with pytest.raises(ChannelAccessRefused):
            await publish(address, farm, key=key)

    await publish(address, farm)


async def test_A17_nothing_but_the_intake_is_open_to_it(farm: Farm, address: str) -> None:
    for exchange in (LEDGER, FACTS, "ledger.shards", "commands", "queries", "store"):
        with pytest.raises(ChannelAccessRefused):
            await publish(address, farm, exchange=exchange)


async def test_A17_the_name_of_another_is_not_its_own(farm: Farm, address: str) -> None:
    """Its own key: the broker looks at the name alone."""
    for user in (OTHER, "node", "coffer_portal"):
        with pytest.raises(ChannelPreconditionFailed):
            await publish(address, farm, user=user, actor=user)


async def test_A17_who_asserts_in_anothers_name_is_buried(
    farm: Farm, address: str, dead: Listener
) -> None:
    """Its own key and its own name for the broker: the ledger looks at the words alone."""
    await enrolled(farm)

    for actor in (OTHER, "node", "coffer_portal"):
        lied = await publish(address, farm, actor=actor)

        reason = await dead.reason_of_burial(UUID(lied))
        assert reason == "actor: is not the broker user who sent this"
    assert await farm.available() == "500"


def test_A17_a_user_is_known_from_when_it_is_made(stack: Stack, address: str) -> None:
    assert urlsplit(address).username == ONE
    assert has_user(broker_of(stack), ONE)
    assert not has_user(broker_of(stack), node_user(an_id().hex))


async def test_A17_a_new_address_ends_the_old_one(stack: Stack) -> None:
    user = node_user("rn-09")
    broker = broker_of(stack)
    before, after = make_user(broker, user), make_user(broker, user)

    connection = await aiormq.connect(after)
    await connection.close()
    with pytest.raises(ProbableAuthenticationError):
        await aiormq.connect(before)
