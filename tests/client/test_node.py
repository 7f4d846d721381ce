"""Holds and usage as a render node sees them, over a real broker."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.native.stack import Stack
from shared.client.asked import Usage
from shared.client.node import connect
from shared.client.refused import HoldRefused, InvalidArgument, NoVerdict
from shared.clock import Clock
from shared.contracts.message import Command
from shared.contracts.refusals import RefusalCode
from shared.contracts.work import Measure, Work
from tests.client.ledger import Ledger, ledger_on
from tests.waiting import WAIT_SECONDS

REFUSED: dict[str, object] = {
    "code": "quota_exceeded",
    "message": "30 of 120 credits are left",
    "limit": {"name": "quota", "value": "120", "left": "30"},
    "who_can_lift": "the Administrator",
    "binding": ["quota_exceeded", "pool_insufficient"],
}
PERSON = Clock().new_id()


@pytest.fixture
def owner() -> UUID:
    return Clock().new_id()


def kinds(ledger: Ledger) -> list[str]:
    return [str(body["type"]).split(".")[2] for body in ledger.commands]


async def test_hold_is_captured_and_nothing_is_voided(stack: Stack, owner: UUID) -> None:
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
        client.hold(owner=owner, account=PERSON, amount="12.5", job="J1") as hold,
    ):
        captured = await hold.capture("11.75")

    assert (hold.amount, captured.captured, hold.is_open) == ("12.5", "11.75", False)
    assert kinds(ledger) == ["authorize_hold", "capture_hold"]


async def test_messages_have_the_agreed_form(stack: Stack, owner: UUID) -> None:
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
    ):
        await client.authorize(owner=owner, account=PERSON, amount="1")

    message, body = ledger.headers[0], ledger.bodies[0]
    properties = message.header.properties
    assert message.exchange == "intake"
    assert message.routing_key == f"hold.rn-01.{owner}"
    assert properties.headers == {"owner": str(owner)}
    assert properties.user_id == body["actor"] == "node"
    assert properties.message_id == body["id"]
    assert str(properties.reply_to).startswith("reply.node.")
    assert Command.model_validate_json(message.body, extra="ignore").on_behalf_of == PERSON


async def test_leaving_the_block_without_capture_voids(stack: Stack, owner: UUID) -> None:
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
    ):
        async with client.hold(owner=owner, account=PERSON, amount="1") as hold:
            await hold.capture("0.5", final=False)
        with pytest.raises(ZeroDivisionError):
            async with client.hold(owner=owner, account=PERSON, amount="1"):
                raise ZeroDivisionError

    assert kinds(ledger) == [
        "authorize_hold", "capture_hold", "void_hold", "authorize_hold", "void_hold",
    ]  # fmt: skip


async def test_refusal_says_which_limit_bound_and_who_can_lift_it(
    stack: Stack, owner: UUID
) -> None:
    """R53: a refused authorize raises before the block is entered."""
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
    ):
        ledger.refuses = REFUSED
        with pytest.raises(HoldRefused) as raised:
            await client.authorize(owner=owner, account=PERSON, amount="60")

    refused = raised.value
    assert refused.code is RefusalCode.QUOTA_EXCEEDED
    assert refused.limit is not None
    assert (refused.limit.left, refused.who_can_lift) == ("30", "the Administrator")


async def test_a_hold_is_extended_kept_alive_and_captured_frame_by_frame(
    stack: Stack, owner: UUID
) -> None:
    frame = Work(product="Lumen", frame_first=7, frame_last=7, tags={"shot": "s01"})
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
        client.hold(owner=owner, account=PERSON, amount="10", job="J1", max_credits="50") as hold,
    ):
        await hold.extend("2.5", metered="1")
        await hold.heartbeat(metered="3", lease_seconds=60)
        await hold.capture("1", work=frame, final=False)
        await hold.capture(measured=Measure(quantity="0.5", unit="frame", node_class="cpu"))  # type: ignore[arg-type]  # as on the wire

    told = [body["data"] for body in ledger.commands]
    assert hold.amount == "12.5"
    assert told[0] == {
        "amount": "10",
        "lease_seconds": 86_400,
        "node": "rn-01",
        "job": "J1",
        "max_credits": "50",
    }
    of_hold = {"hold_id": str(hold.id)}
    assert told[1] == {**of_hold, "amount": "2.5", "lease_seconds": 86_400, "metered": "1"}
    assert told[2] == {**of_hold, "amount": "0", "lease_seconds": 60, "metered": "3"}
    work = {"product": "Lumen", "frame_first": 7, "frame_last": 7, "tags": {"shot": "s01"}}
    assert told[3] == {**of_hold, "amount": "1", "final": False, "work": work}
    measured = {"quantity": "0.5", "unit": "frame", "node_class": "cpu"}
    assert told[4] == {**of_hold, "final": True, "measured": measured}


async def test_R27_holds_blocks_and_usage_name_the_product_they_are_for(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    journal = tmp_path / "rn-01.journal"
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01", journal=journal) as client,
    ):
        async with client.hold(owner=owner, account=PERSON, amount="1", product="Lumen"):
            pass
        block = await client.lease(owner=owner, account=PERSON, amount="1", product="Tide")
        await block.close()
        await client.report_usage(owner, [Usage(PERSON, "1", product="Fern")])

    told: list[Any] = [body["data"] for body in ledger.commands]
    asked = [data["product"] for data in told if "product" in data]
    [line] = told[-1]["lines"]
    assert (asked, line["product"]) == (["Lumen", "Tide"], "Fern")


async def test_a_charge_is_credits_or_a_measure_and_a_cap_has_a_job(
    stack: Stack, owner: UUID
) -> None:
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
    ):
        hold = await client.authorize(owner=owner, account=PERSON, amount="1")
        with pytest.raises(InvalidArgument, match=r"^amount: exactly one"):
            await hold.capture()
        with pytest.raises(InvalidArgument, match=r"^max_credits: needs a job"):
            await client.authorize(owner=owner, account=PERSON, amount="1", max_credits="2")
        with pytest.raises(InvalidArgument, match=r"^lines\[0\]\.credits: exactly one"):
            await client.report_usage(owner, [Usage(PERSON)])

    assert kinds(ledger) == ["authorize_hold"]


async def test_usage_travels_in_thousands_and_each_line_has_its_verdict(
    stack: Stack, owner: UUID
) -> None:
    lines = [Usage(PERSON, "0.25") for _ in range(2_500)]
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01") as client,
    ):
        verdicts = await client.report_usage(owner, lines)

    assert [verdict.id for verdict in verdicts] == [line.id for line in lines]
    assert all(verdict.accepted for verdict in verdicts)
    assert kinds(ledger) == ["report_usage"] * 3


async def test_malformed_line_is_refused_by_its_place_and_nothing_is_sent(
    stack: Stack, owner: UUID
) -> None:
    async with connect(stack.amqp_urls["node"], node="rn-01") as client:
        with pytest.raises(InvalidArgument, match=r"^lines\[1\]\.credits: "):
            await client.report_usage(owner, [Usage(PERSON, "1"), Usage(PERSON, "1e3")])


async def test_no_verdict_names_the_id_to_ask_again_with(stack: Stack, owner: UUID) -> None:
    async with (
        ledger_on(stack.amqp_urls["stage"], owner) as ledger,
        connect(stack.amqp_urls["node"], node="rn-01", verdict_seconds=0.5) as client,
    ):
        ledger.is_silent = True
        with pytest.raises(NoVerdict) as raised:
            await client.authorize(owner=owner, account=PERSON, amount="1")
        await ledger.has_heard(1)
        ledger.is_silent = False
        client._verdict_seconds = WAIT_SECONDS
        hold = await client.authorize(owner=owner, account=PERSON, amount="1", id=raised.value.id)

    assert list(ledger.came) == [str(hold.id)]
    assert len(ledger.bodies) >= 2


async def test_restarted_node_resends_what_was_under_way(
    stack: Stack, owner: UUID, tmp_path: Path
) -> None:
    url, journal = stack.amqp_urls["node"], tmp_path / "journal"
    async with ledger_on(stack.amqp_urls["stage"], owner) as ledger:
        ledger.is_silent = True
        async with connect(url, node="rn-01", journal=journal, verdict_seconds=0.5) as client:
            with pytest.raises(NoVerdict) as raised:
                await client.authorize(owner=owner, account=PERSON, amount="1")
            await ledger.has_heard(1)
        ledger.is_silent = False
        async with connect(url, node="rn-01", journal=journal) as client:
            resumed = await client.resume()
            again = await client.resume()

    assert list(resumed.verdicts) == [raised.value.id]
    assert (resumed.blocks, again.verdicts) == ([], {})
    assert ledger.bodies[0] == ledger.bodies[1]
