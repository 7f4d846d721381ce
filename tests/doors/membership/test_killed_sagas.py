"""Membership dies at each step of a removal and of a transfer: it is finished all the same (T1)."""

import asyncio
from random import Random
from uuid import UUID

import pytest

from shared.contracts.membership import MemberOffboarded, RemoveMember
from shared.contracts.message import CommandData
from shared.contracts.transfers import AcceptTransfer
from shared.messaging.ask import NoAnswer
from tests.doors.membership.invariants import broken_rules
from tests.doors.membership.larkspur import Larkspur, Voices
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.waiting import eventually

pytestmark = pytest.mark.faults
KILLED_WITHIN_SECONDS = 0.03
DEATHS = 4
DEATHS_LONG = 25
OUT = [("MEMBER", "REMOVED", "removed")]

deaths = pytest.mark.parametrize(
    "deaths",
    [DEATHS, pytest.param(DEATHS_LONG, marks=[pytest.mark.verify, pytest.mark.timeout(600)])],
)


async def killed_while(
    membership: ServiceProcess, larkspur: Larkspur, data: CommandData, by: UUID
) -> None:
    """Ask, kill the service somewhere on the way, start it, and ask under the same id again."""
    command = larkspur.portal.command(data, by=by, owner=larkspur.id)
    asked = asyncio.create_task(larkspur.portal.asker.ask(command, answer_seconds=1.0))
    moment = Random(command.id.int).uniform(0, KILLED_WITHIN_SECONDS)
    await asyncio.sleep(moment)  # sleep: death comes at any moment
    await membership.kill()
    await membership.start()
    try:
        verdict = await asked
    except NoAnswer:
        verdict = await larkspur.portal.sends(command)
    assert verdict.accepted, verdict
    assert await larkspur.portal.sends(command) == verdict


@deaths
async def test_T1_a_service_that_dies_while_it_removes_somebody_removes_him_once(
    membership: ServiceProcess, organized: Larkspur, deaths: int
) -> None:
    for _ in range(deaths):
        ben = await organized.joined()

        await killed_while(membership, organized, RemoveMember(account_id=ben), organized.ana)

        assert await organized.intervals(ben) == [("MEMBER", "REMOVING", "removed")]
        assert await times_said(organized, "removed", ben) == 1


@pytest.mark.parametrize("first", ["seats", "access"])
@pytest.mark.parametrize("dies", ["before both", "between", "while both are heard"])
async def test_T1_a_removal_is_finished_once_whenever_the_service_dies(
    membership: ServiceProcess,
    organized: Larkspur,
    voices: Voices,
    told: Listener,
    first: str,
    dies: str,
) -> None:
    ben = await organized.joined()
    at = await organized.removed(ben)
    confirm = [voices.seats_released, voices.access_released]
    one, other = confirm if first == "seats" else reversed(confirm)

    if dies == "before both":
        await membership.kill()
    await one(organized.id, ben, at)
    if dies == "between":
        await one_is_heard(organized, ben)
        await membership.kill()
    await other(organized.id, ben, at)
    if dies == "while both are heard":
        await membership.kill()
    await membership.start()

    await eventually(lambda: organized.intervals(ben), lambda seen: seen == OUT)
    await told.fact(MemberOffboarded, ben)
    assert await times_said(organized, "offboarded", ben) == 1


@deaths
async def test_T16_R7_a_service_that_dies_while_it_hands_over_has_one_administrator(
    membership: ServiceProcess, organized: Larkspur, deaths: int
) -> None:
    administrator, other = organized.ana, await organized.joined()

    for _ in range(deaths):
        offer = await organized.offered(other, by=administrator)
        await killed_while(membership, organized, AcceptTransfer(transfer_id=offer), other)
        administrator, other = other, administrator
        assert await organized.roles() == {administrator: "ADMINISTRATOR", other: "MEMBER"}
        assert await broken_rules(organized) == []


async def test_T16_an_offer_runs_out_though_nobody_was_there_when_it_did(
    membership: ServiceProcess, organized: Larkspur
) -> None:
    await organized.offered(await organized.joined())
    await membership.kill()
    await organized.database.execute(
        """
        UPDATE transfer
        SET
            requested_at = requested_at - interval '336 hours',
            expires_at = expires_at - interval '336 hours'
        WHERE organization_id = $1
        """,
        organized.id,
    )

    await membership.start()

    await eventually(organized.offers, lambda seen: seen == ["EXPIRED"])


async def one_is_heard(larkspur: Larkspur, who: UUID) -> None:
    either = "SELECT seats_released OR access_released FROM membership WHERE account_id = $1"
    await eventually(lambda: larkspur.database.fetchval(either, who), lambda heard: heard is True)


async def times_said(larkspur: Larkspur, what: str, who: UUID) -> int:
    said: int = await larkspur.database.fetchval(
        "SELECT count(*) FROM fact WHERE subject = $1 AND routing_key = $2 AND body LIKE $3",
        larkspur.id,
        f"membership.member.{what}",
        f"%{who}%",
    )
    return said
