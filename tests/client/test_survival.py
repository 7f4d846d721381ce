"""A broker that is killed takes nothing from the client but time."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from signal import SIGKILL

import pytest

from deploy.native.stack import ephemeral_stack
from shared.client.node import Client, connect
from shared.clock import Clock
from tests.client.ledger import ledger_on
from tests.waiting import eventually

SOME = 50


def connections_of(client: Client) -> Callable[[], Awaitable[int]]:
    async def look() -> int:
        return client.courier.wire.connections

    return look


@pytest.mark.faults
async def test_killed_broker_costs_no_verdict_and_no_second_id() -> None:
    owner, person = Clock().new_id(), Clock().new_id()
    with ephemeral_stack(services=False) as stack:
        if "broker" not in stack.children:
            pytest.skip("the broker is not ours to kill")
        async with connect(stack.amqp_urls["node"], node="rn-01") as client:
            async with ledger_on(stack.amqp_urls["stage"], owner) as silent:
                silent.is_silent = True
                asked = asyncio.gather(
                    *(
                        client.authorize(owner=owner, account=person, amount="1")
                        for _ in range(SOME)
                    )
                )
                await silent.has_heard(SOME)
                os.kill(stack.current_pid("broker"), SIGKILL)
            await eventually(connections_of(client), lambda count: count > 1, wait_seconds=60)
            async with ledger_on(stack.amqp_urls["stage"], owner) as speaking:
                holds = await asked

    assert {str(hold.id) for hold in holds} == set(silent.came) == set(speaking.came)
