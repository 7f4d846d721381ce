"""Nodes on a real ledger: blocks through outages with exact books, rates, heartbeats, frames."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from deploy.native.stack import Stack
from shared.client.asked import Usage
from shared.client.block import Block
from shared.client.node import Client, connect
from shared.client.refused import BlockSpent, HoldRefused
from shared.contracts.credit_queries import ShowPool
from shared.contracts.credit_terms import SetRate
from shared.contracts.credits import ReportUsage, UsageLine
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Measure, Work
from shared.messaging.ask import asker
from tests.builders import CLOCK, an_id
from tests.client.outage import Cable, cable
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.speaking import Portal
from tests.waiting import eventually


async def pool_of(farm: Farm) -> tuple[str, ...]:
    shown = (await farm.asks(ShowPool())).result or {}
    return tuple(str(shown[name]) for name in ("posted", "held", "available", "captured"))


def is_down(client: Client) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return not client.courier.wire.is_up.is_set()

    return look


async def lost(wire: Cable, client: Client) -> None:
    wire.cut()
    await eventually(is_down(client), bool)


async def a_block(client: Client, farm: Farm, amount: str) -> Block:
    return await client.lease(owner=farm.id, account=farm.ben, amount=amount, job="J1")


async def spends_the_rest(farm: Farm, credits: int) -> bool:
    """Somebody else takes what the pool has left."""
    line = UsageLine(id=an_id(), account_id=farm.ana, credits=credits * CREDIT)
    command = farm.command(ReportUsage(lines=(line,)))
    [verdict] = await farm.sends(farm.message(command), line.id)
    return verdict.accepted


async def test_R53_a_block_works_through_an_outage_and_the_books_are_exact(
    farm: Farm, stack: Stack, tmp_path: Path
) -> None:
    async with (
        cable(stack.amqp_urls["node"]) as wire,
        connect(wire.amqp_url, node="rn-01", journal=tmp_path / "journal") as client,
    ):
        block = await a_block(client, farm, "100")
        block.spend("10")
        assert (await pool_of(farm))[2] == "400"
        await lost(wire, client)
        assert await spends_the_rest(farm, 400)
        assert not await spends_the_rest(farm, 1)
        left = [block.spend(amount) for amount in ("30", "25")]
        with pytest.raises(BlockSpent):
            block.spend("35.000001")
        wire.mend()
        returned = await block.close()

    assert left == ["60", "35"]
    assert (returned.spent, returned.returned, returned.refused) == ("65", "35", ())
    assert await pool_of(farm) == ("35", "0", "35", "465")


async def test_a_node_that_dies_in_an_outage_is_charged_exactly_what_it_spent(
    farm: Farm, stack: Stack, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    async with cable(stack.amqp_urls["node"]) as wire:
        async with connect(wire.amqp_url, node="rn-01", journal=journal) as client:
            block = await a_block(client, farm, "100")
            block.spend("10")
            await lost(wire, client)
            block.spend("20")
        assert (await pool_of(farm))[:2] in {("500", "100"), ("490", "90")}
        wire.mend()
        async with connect(wire.amqp_url, node="rn-01", journal=journal) as client:
            [again] = (await client.resume()).blocks
            again.spend("5")
            returned = await again.close()

    assert (returned.spent, returned.returned) == ("35", "65")
    assert await pool_of(farm) == ("465", "0", "465", "35")


async def test_T29_what_a_block_spent_before_its_lease_ended_is_charged_late(
    farm: Farm, stack: Stack, tmp_path: Path
) -> None:
    async with (
        cable(stack.amqp_urls["node"]) as wire,
        connect(wire.amqp_url, node="rn-01", journal=tmp_path / "journal") as client,
    ):
        block = await client.lease(owner=farm.id, account=farm.ben, amount="9", lease_seconds=4)
        wire.cut()
        block.spend("4")
        await eventually(is_down(client), bool)

        async def is_swept() -> str:
            return (await pool_of(farm))[1]

        await eventually(is_swept, lambda held: held == "0")
        wire.mend()
        returned = await block.close()

    assert (returned.spent, returned.returned, returned.refused) == ("4", "0", ())
    assert await pool_of(farm) == ("496", "0", "496", "4")


async def test_T26_a_hold_lives_on_heartbeats_and_grows_within_the_limits(
    farm: Farm, stack: Stack
) -> None:
    frame = Work(product="Lumen", node_class="cpu", frame_first=0, frame_last=0, tags={})
    async with (
        connect(stack.amqp_urls["node"], node="rn-01") as client,
        client.hold(
            owner=farm.id, account=farm.ben, amount="90", job="J1", max_credits="130"
        ) as hold,
    ):
        await hold.heartbeat(metered="10")
        extended = await hold.extend("40")
        with pytest.raises(HoldRefused) as raised:
            await hold.extend("1")
        first = await hold.capture("30", work=frame, final=False)
        last = await hold.capture("90")

    assert (extended.amount, extended.available, hold.amount) == ("40", "370", "130")
    assert raised.value.code is RefusalCode.JOB_CAP_EXCEEDED
    assert (first.captured, first.released) == ("30", "0")
    assert (last.captured, last.released, last.absorbed) == ("90", "10", "0")
    assert await pool_of(farm) == ("380", "0", "380", "120")


def a_rate_from(moment: datetime) -> SetRate:
    return SetRate(
        node_class="gpu", unit="gpu_hour", credits_per_unit=6 * CREDIT, effective_from=moment
    )


async def test_measured_work_goes_by_the_rate_an_operator_set(farm: Farm, stack: Stack) -> None:
    quarter = Measure(quantity="0.25", unit="gpu_hour", node_class="gpu")  # type: ignore[arg-type]  # as on the wire
    async with (
        asker(stack.amqp_urls["stage"]) as operators,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
    ):
        [unpriced] = await client.report_usage(farm.id, [Usage(farm.ben, measured=quarter)])
        rate = a_rate_from(CLOCK.now() + timedelta(seconds=5))
        assert (await Portal(operators).ask(rate, by=farm.ana, owner=farm.id)).accepted
        forbidden = await farm.asks(rate, by=farm.ana)

        async def price() -> str:
            line = Usage(farm.ben, measured=quarter, job="J1", work=Work(product="Tide", tags={}))
            [verdict] = await client.report_usage(farm.id, [line])
            return str((verdict.result or {}).get("captured"))

        assert await eventually(price, lambda captured: captured != "None") == "1.5"

    assert unpriced.refused is not None
    assert unpriced.refused.code == RefusalCode.NO_RATE
    assert forbidden.refused is not None
    assert forbidden.refused.code == RefusalCode.OPERATOR_REQUIRED
