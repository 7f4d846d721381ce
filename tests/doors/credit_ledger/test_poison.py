"""Poison at the hot door: buried with its reason, refused with a code, and nobody else suffers."""

import asyncio

import orjson
import pytest

from shared.contracts.credits import AuthorizeHold, CaptureHold, ReportUsage, UsageLine
from shared.contracts.message import Command, CommandData
from shared.contracts.refusals import RefusalCode
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.listening import Listener

BAD_FIELDS = {
    "a float": ({"amount": 1.5}, RefusalCode.INVALID_AMOUNT, "amount"),
    "an exponent": ({"amount": "1e3"}, RefusalCode.INVALID_AMOUNT, "amount"),
    "zero": ({"amount": "0"}, RefusalCode.INVALID_AMOUNT, "amount"),
    "negative": ({"amount": "-1"}, RefusalCode.INVALID_AMOUNT, "amount"),
    "seven places": ({"amount": "0.0000001"}, RefusalCode.INVALID_AMOUNT, "amount"),
    "foreign digits": ({"amount": "\u0661"}, RefusalCode.INVALID_AMOUNT, "amount"),
    "an unknown field": ({"amount": "1", "tip": "1"}, RefusalCode.UNKNOWN_FIELD, "tip"),
    "a character no text column takes": (
        {"amount": "1", "job": "a\u0000"},
        RefusalCode.MALFORMED,
        "job",
    ),
    "a missing field": ({}, RefusalCode.INVALID_AMOUNT, "amount"),
    "a lease of zero": ({"amount": "1", "lease_seconds": 0}, RefusalCode.MALFORMED, "lease"),
}


@pytest.mark.parametrize("name", BAD_FIELDS)
async def test_a_bad_field_is_named_and_the_message_buried(
    farm: Farm, dead: Listener, name: str
) -> None:
    data, code, field = BAD_FIELDS[name]
    hold = farm.command(AuthorizeHold(amount=CREDIT))
    body = orjson.dumps({**orjson.loads(hold.model_dump_json()), "data": data})

    [verdict] = await farm.sends(farm.message(hold, body=body))

    assert verdict.refused is not None
    assert verdict.refused.code == code
    assert field in verdict.refused.message
    assert field in await dead.reason_of_burial(hold.id)
    assert await farm.available() == "500"


async def test_a_message_whose_header_names_another_owner_is_buried(
    farm: Farm, dead: Listener
) -> None:
    hold = farm.command(AuthorizeHold(amount=CREDIT))

    [verdict] = await farm.sends(farm.message(hold, owner=str(an_id())))

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.MALFORMED
    assert "owner" in await dead.reason_of_burial(hold.id)


async def test_a_command_may_not_speak_for_another_broker_user(farm: Farm, dead: Listener) -> None:
    hold = farm.command(AuthorizeHold(amount=CREDIT)).model_copy(update={"actor": "stage"})

    [verdict] = await farm.sends(farm.message(hold))

    assert verdict.refused is not None
    assert "actor" in verdict.refused.message
    assert "actor" in await dead.reason_of_burial(hold.id)


async def test_poison_spoils_nobody_elses_message(farm: Farm) -> None:
    good = [farm.command(AuthorizeHold(amount=CREDIT)) for _ in range(20)]
    bad = [farm.command(AuthorizeHold(amount=CREDIT)) for _ in range(20)]
    sent = [
        message
        for fine, broken in zip(good, bad, strict=True)
        for message in (farm.message(fine), farm.message(broken, body=b"{"))
    ]

    verdicts = await asyncio.gather(*(farm.sends(message) for message in sent))

    accepted = [verdict.accepted for [verdict] in verdicts]
    assert accepted == [True, False] * 20
    assert await farm.available() == "480"


async def test_sent_at_is_a_moment_with_its_zone(farm: Farm, dead: Listener) -> None:
    hold = farm.command(AuthorizeHold(amount=CREDIT))
    naive = {**orjson.loads(hold.model_dump_json()), "sent_at": CLOCK.now().strftime("%FT%T")}

    [verdict] = await farm.sends(farm.message(hold, body=orjson.dumps(naive)))

    assert verdict.refused is not None
    assert "sent_at" in await dead.reason_of_burial(hold.id)


async def test_a_capture_of_nothing_that_is_not_final_is_refused(farm: Farm) -> None:
    hold = farm.command(AuthorizeHold(amount=CREDIT))
    await farm.sends(farm.message(hold))
    capture = farm.command(CaptureHold(hold_id=hold.id, amount=CREDIT, final=False))
    body = capture.model_dump_json().replace('"1"', '"0"').encode()

    [verdict] = await farm.sends(farm.message(capture, body=body))

    assert verdict.refused is not None
    assert "final" in verdict.refused.message


async def test_more_lines_than_a_batch_holds_are_decided_in_several(farm: Farm) -> None:
    reports = [
        farm.command(
            ReportUsage(
                lines=tuple(
                    UsageLine(id=an_id(), account_id=farm.ben, credits=10_000) for _ in range(1000)
                )
            )
        )
        for _ in range(8)
    ]

    answers = await asyncio.gather(
        *(
            farm.sends(farm.message(report), *(line.id for line in lines_of(report)))
            for report in reports
        )
    )

    assert all(verdict.accepted for verdicts in answers for verdict in verdicts)
    assert await farm.available() == "420"


def lines_of(report: Command[CommandData]) -> tuple[UsageLine, ...]:
    assert isinstance(report.data, ReportUsage)
    return report.data.lines
