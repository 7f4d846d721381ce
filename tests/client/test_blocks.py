"""Blocks taken in advance: spent through an outage, never beyond, whatever happens to the node."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from deploy.native.stack import Stack
from shared.client.block import Block
from shared.client.journal import BlockNote, Journal
from shared.client.node import Client, connect
from shared.client.refused import BlockOver, BlockSpent, HoldRefused, InvalidArgument, NoVerdict
from shared.clock import Clock
from shared.contracts.work import Work
from tests.client.ledger import Ledger, ledger_on
from tests.client.outage import cable
from tests.waiting import WAIT_SECONDS, eventually

PERSON = Clock().new_id()
# For a ledger that will not answer; one that will is given longer.
SOON_SECONDS = 0.5
REFUSED: dict[str, object] = {
    "code": "hold_expired",
    "message": "the hold's lease ran out",
    "who_can_lift": "the caller",
    "binding": ["hold_expired"],
}


@pytest.fixture
def owner() -> UUID:
    return Clock().new_id()


def kinds(ledger: Ledger) -> list[str]:
    return [str(body["type"]).split(".")[2] for body in ledger.commands]


def amounts(ledger: Ledger) -> dict[str, str]:
    """What each capture that came charges; a repeated one counts once."""
    return {
        str(body["id"]): str(body["data"]["amount"])  # type: ignore[index]  # a dict, as JSON is
        for body in ledger.bodies
        if str(body["type"]).endswith("capture_hold.v1")
    }


def is_down(client: Client) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return not client.courier.wire.is_up.is_set()

    return look


def blocks_in(path: Path) -> list[BlockNote]:
    journal = Journal.open(path)
    journal.close()
    return list(journal.blocks.values())


async def a_block(client: Client, owner: UUID, amount: str = "10") -> Block:
    return await client.lease(owner=owner, account=PERSON, amount=amount, job="J1")


async def test_a_block_is_spent_part_by_part_and_gives_back_the_rest(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url = stack.amqp_urls["node"]
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(url, node="rn-01", journal=tmp_path / "journal") as client,
        await a_block(client, owner) as block,
    ):
        assert block.spend("2.5", work=Work(frame_first=1, frame_last=1, tags={})) == "7.5"
        assert block.spend("0.5") == "7"

    assert (block.amount, block.left, block.is_over) == ("10", "7", True)
    assert kinds(ledger) == ["authorize_hold", "capture_hold", "capture_hold", "void_hold"]
    [_, first, _, _] = [body["data"] for body in ledger.commands]
    assert first == {
        "hold_id": str(block.id),
        "amount": "2.5",
        "final": False,
        "work": {"frame_first": 1, "frame_last": 1, "tags": {}},
    }


async def test_R53_a_block_never_gives_more_than_it_has(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url = stack.amqp_urls["node"]
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(url, node="rn-01", journal=tmp_path / "journal") as client,
    ):
        block = await a_block(client, owner)
        block.spend("9.999999")
        with pytest.raises(BlockSpent, match=r"^0\.000001 credits of the block are left") as raised:
            block.spend("0.000002")
        with pytest.raises(InvalidArgument):
            block.spend("0")
        block.spend("0.000001")
        returned = await block.close()

    assert raised.value.left == "0.000001"
    assert returned.spent == "10"
    assert sorted(amounts(ledger).values()) == ["0.000001", "9.999999"]


async def test_work_goes_on_while_the_broker_is_away(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        cable(stack.amqp_urls["node"]) as wire,
        connect(wire.amqp_url, node="rn-01", journal=journal) as client,
    ):
        block = await a_block(client, owner)
        wire.cut()
        await eventually(is_down(client), bool)
        spent = [block.spend("1") for _ in range(10)]
        with pytest.raises(BlockSpent):
            block.spend("0.000001")
        assert len(amounts(ledger)) == 0
        wire.mend()
        returned = await block.close()

    assert spent[-1] == "0"
    assert returned.spent == "10"
    assert list(amounts(ledger).values()) == ["1"] * 10


async def test_a_node_that_dies_in_an_outage_goes_on_with_its_block(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        cable(stack.amqp_urls["node"]) as wire,
    ):
        async with connect(wire.amqp_url, node="rn-01", journal=journal) as client:
            block = await a_block(client, owner)
            block.spend("1")
            await ledger.has_heard(2)
            wire.cut()
            await eventually(is_down(client), bool)
            block.spend("2")
            block.spend("3")
        wire.mend()
        async with connect(wire.amqp_url, node="rn-01", journal=journal) as client:
            [again] = (await client.resume()).blocks
            left = again.left
            with pytest.raises(BlockSpent):
                again.spend("4.000001")
            again.spend("4")
            returned = await again.close()
            nothing = await client.resume()

    assert (again.id, left, returned.spent) == (block.id, "4", "10")
    assert sorted(amounts(ledger).values()) == ["1", "2", "3", "4"]
    assert nothing.blocks == []
    assert blocks_in(journal) == []


async def test_a_node_that_dies_while_it_gives_back_finishes_that(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url, journal = stack.amqp_urls["node"], tmp_path / "journal"
    async with ledger_on(stack.amqp_urls["stage"], owner) as ledger:
        async with connect(url, node="rn-01", journal=journal) as client:
            block = await a_block(client, owner)
            block.verdict_seconds = SOON_SECONDS
            ledger.is_silent = True
            with pytest.raises(NoVerdict):
                await block.close()
            with pytest.raises(BlockOver):
                block.spend("1")
        ledger.is_silent = False
        async with connect(url, node="rn-01", journal=journal) as client:
            resumed = await client.resume()

    assert resumed.blocks == []
    assert len({str(body["id"]) for body in ledger.bodies if "void" in str(body["type"])}) == 1
    assert blocks_in(journal) == []


async def test_a_block_that_is_refused_is_none(stack: Stack, owner: UUID, tmp_path: Path) -> None:
    url, journal = stack.amqp_urls["node"], tmp_path / "journal"
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(url, node="rn-01", journal=journal) as client,
    ):
        ledger.refuses = REFUSED
        with pytest.raises(HoldRefused):
            await a_block(client, owner)

        assert (await client.resume()).blocks == []


async def test_a_block_without_a_verdict_is_the_same_block_when_it_is_asked_for_again(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url = stack.amqp_urls["node"]
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(url, node="rn-01", journal=tmp_path / "j", verdict_seconds=SOON_SECONDS) as client,
    ):
        ledger.is_silent = True
        with pytest.raises(NoVerdict) as raised:
            await a_block(client, owner)
        ledger.is_silent = False
        client._verdict_seconds = WAIT_SECONDS
        block = await client.lease(owner=owner, account=PERSON, amount="10", id=raised.value.id)

    assert block.id == raised.value.id
    assert set(ledger.came) == {str(block.id)}


async def test_T28_nothing_is_spent_after_the_lease_or_after_a_refused_part(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url = stack.amqp_urls["node"]
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(url, node="rn-01", journal=tmp_path / "journal") as client,
    ):
        old, other = await a_block(client, owner), await a_block(client, owner)
        old.clock._offset += timedelta(days=7)
        with pytest.raises(BlockOver):
            old.spend("1")
        with pytest.raises(BlockOver):
            await old.extend()
        ledger.refuses = REFUSED
        other.spend("1")
        returned = await other.close()

    assert old.is_over
    assert [refused.code for refused in returned.refused] == ["hold_expired"]
    assert returned.returned == "0"


async def test_a_block_grows_and_its_journal_knows(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url, journal = stack.amqp_urls["node"], tmp_path / "journal"
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(url, node="rn-01", journal=journal) as client,
    ):
        block = await a_block(client, owner)
        block.spend("8")
        extended = await block.extend("5", lease_seconds=30 * 86_400)
        until = block.note.until

    assert (extended.amount, block.amount, block.left) == ("5", "15", "7")
    assert until > Clock().now() + timedelta(days=29)
    [note] = blocks_in(journal)
    assert (note.amount, note.spent, note.until) == (15_000_000, 8_000_000, until)
    assert kinds(ledger)[-1] == "extend_hold"


async def test_a_block_needs_a_journal(stack: Stack, owner: UUID) -> None:
    async with connect(stack.amqp_urls["node"], node="rn-01") as client:
        with pytest.raises(InvalidArgument, match=r"^journal: "):
            await a_block(client, owner)


async def spoil(block: Block, ledger: Ledger) -> None:
    """Spend a part, and fail while nobody answers."""
    async with block:
        ledger.is_silent = True
        block.spend("1")
        raise ZeroDivisionError


async def test_a_block_whose_work_fails_in_an_outage_may_be_closed_later(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url = stack.amqp_urls["node"]
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(url, node="rn-01", journal=tmp_path / "j") as client,
    ):
        block = await a_block(client, owner)
        block.verdict_seconds = SOON_SECONDS
        with pytest.raises(ZeroDivisionError):
            await spoil(block, ledger)
        ledger.is_silent = False
        block.verdict_seconds = WAIT_SECONDS
        returned = await block.close()

    assert returned.spent == "1"
