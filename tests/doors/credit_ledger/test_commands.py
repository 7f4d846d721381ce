"""The hot door: what comes in by the shards is decided once and answered."""

import asyncio

import orjson

from shared.clock import id_at
from shared.contracts.credit_queries import ShowVerdict
from shared.contracts.credits import (
    AuthorizeHold,
    CaptureHold,
    ReportUsage,
    UsageLine,
    VoidHold,
)
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id, in_a_year
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.waiting import eventually


async def test_T27_a_final_capture_charges_what_was_used_and_releases_the_rest(farm: Farm) -> None:
    hold = farm.command(AuthorizeHold(amount=90 * CREDIT))
    [authorized] = await farm.sends(farm.message(hold))

    captured = await farm.asks(CaptureHold(hold_id=hold.id, amount=84 * CREDIT))

    assert authorized.result == {"amount": "90", "available": "410"}
    assert captured.result == {"captured": "84", "released": "6", "available": "416"}


async def test_R53_a_hold_beyond_the_pool_is_refused_and_names_the_pool(farm: Farm) -> None:
    verdict = await farm.asks(AuthorizeHold(amount=501 * CREDIT))

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.POOL_INSUFFICIENT
    assert verdict.refused.limit is not None
    assert verdict.refused.limit.name == "pool"
    assert verdict.refused.limit.left == "500"
    assert await farm.available() == "500"


async def test_the_same_id_again_gets_the_same_verdict_and_moves_nothing(farm: Farm) -> None:
    hold = farm.command(AuthorizeHold(amount=90 * CREDIT))

    first = await farm.sends(farm.message(hold))
    again = await farm.sends(farm.message(hold))

    assert first == again
    assert await farm.available() == "410"


async def test_T21_the_same_id_with_other_content_is_refused_and_moves_nothing(farm: Farm) -> None:
    hold = farm.command(AuthorizeHold(amount=90 * CREDIT))
    await farm.sends(farm.message(hold))

    other = farm.message(hold, body=hold.model_dump_json().replace('"90"', '"91"').encode())
    [verdict] = await farm.sends(other)

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.IDEMPOTENCY_KEY_REUSED
    assert await farm.available() == "410"


async def test_T20_a_capture_that_overtakes_its_authorize_waits_for_it(farm: Farm) -> None:
    hold = farm.command(AuthorizeHold(amount=90 * CREDIT))
    capture = farm.command(CaptureHold(hold_id=hold.id, amount=50 * CREDIT))

    early = asyncio.create_task(farm.sends(farm.message(capture)))
    await asyncio.wait({early}, timeout=0.3)
    still_waiting = not early.done()
    await farm.sends(farm.message(hold))
    [verdict] = await early

    assert still_waiting
    assert verdict.result == {"captured": "50", "released": "40", "available": "450"}


async def test_a_capture_of_a_refused_hold_does_not_wait(farm: Farm) -> None:
    hold = farm.command(AuthorizeHold(amount=501 * CREDIT))
    await farm.sends(farm.message(hold))

    verdict = await farm.asks(VoidHold(hold_id=hold.id))

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.UNKNOWN_HOLD


async def test_each_line_of_a_report_has_a_verdict_of_its_own(farm: Farm) -> None:
    stranger = an_id()
    lines = tuple(
        UsageLine(id=an_id(), account_id=person, credits=credits * CREDIT)
        for person, credits in ((farm.ben, 400), (stranger, 1), (farm.ben, 200), (farm.ben, 100))
    )
    report = farm.command(ReportUsage(lines=lines))

    verdicts = await farm.sends(farm.message(report), *(line.id for line in lines))

    codes = [verdict.refused and verdict.refused.code for verdict in verdicts]
    assert codes == [
        None,
        RefusalCode.NOT_IN_ORGANIZATION,
        RefusalCode.POOL_INSUFFICIENT,
        None,
    ]
    assert await farm.available() == "0"


async def test_A18_an_id_from_the_future_is_refused_and_not_remembered(farm: Farm) -> None:
    early = farm.portal.command(
        AuthorizeHold(amount=CREDIT), by=farm.ben, owner=farm.id, id=id_at(in_a_year())
    )

    [verdict] = await farm.sends(farm.message(early))
    shown = await farm.asks(ShowVerdict(command_id=early.id))

    assert verdict.refused is not None
    assert verdict.refused.code == RefusalCode.CLOCK_SKEW
    assert (shown.result or {}).get("verdict") is None


async def test_A18_a_line_of_a_wrong_clock_spoils_none_of_its_report(farm: Farm) -> None:
    ids = (an_id(), id_at(in_a_year()), an_id())
    lines = tuple(UsageLine(id=id, account_id=farm.ben, credits=CREDIT) for id in ids)

    verdicts = await farm.sends(farm.message(farm.command(ReportUsage(lines=lines))), *ids)

    codes = [verdict.refused and verdict.refused.code for verdict in verdicts]
    assert codes == [None, RefusalCode.CLOCK_SKEW, None]
    assert await farm.available() == "498"


async def test_what_is_sent_while_the_ledger_is_dead_is_decided_once_it_is_back(
    farm: Farm, credit_ledger: ServiceProcess
) -> None:
    holds = [farm.command(AuthorizeHold(amount=CREDIT)) for _ in range(200)]
    half = len(holds) // 2
    before = [asyncio.create_task(farm.sends(farm.message(hold))) for hold in holds[:half]]
    await asyncio.wait(before, return_when=asyncio.FIRST_COMPLETED)

    await credit_ledger.kill()
    after = [asyncio.create_task(farm.sends(farm.message(hold))) for hold in holds[half:]]
    await credit_ledger.start()
    await asyncio.gather(*after)
    # A verdict may have died with the process; the same id again gets it.
    await asyncio.gather(*before, return_exceptions=True)
    again = await asyncio.gather(*(farm.sends(farm.message(hold)) for hold in holds))

    assert all(verdict.accepted for [verdict] in again)
    assert await farm.available() == "300"


async def test_T28_T29_a_lease_that_runs_out_gives_credits_back_and_late_usage_is_charged_anew(
    farm: Farm, credit_facts: Listener
) -> None:
    hold = farm.command(AuthorizeHold(amount=90 * CREDIT, lease_seconds=1))
    await farm.sends(farm.message(hold))

    await eventually(farm.available, lambda available: available == "500")
    late = await farm.asks(CaptureHold(hold_id=hold.id, amount=CREDIT))

    assert (late.result or {})["captured"] == "1"
    assert await farm.available() == "499"
    said = await credit_facts.find(
        lambda message: (
            message.routing_key == "credit_ledger.hold.expired"
            and str(hold.id).encode() in message.body
        )
    )
    assert said is not None


async def test_T2_a_removed_person_holds_nothing_new_and_finishes_what_runs(farm: Farm) -> None:
    hold = farm.command(AuthorizeHold(amount=50 * CREDIT))
    await farm.sends(farm.message(hold))
    await farm.removes_ben()

    async def refusal() -> RefusalCode | None:
        verdict = await farm.asks(AuthorizeHold(amount=CREDIT))
        return verdict.refused.code if verdict.refused else None

    await eventually(refusal, lambda code: code == RefusalCode.CREDIT_ACCESS_DISABLED)
    verdict = await farm.asks(CaptureHold(hold_id=hold.id, amount=38 * CREDIT))

    assert verdict.result is not None
    assert verdict.result["captured"] == "38"


async def test_refusals_are_told_with_their_count_outside_the_sequence(
    farm: Farm, credit_facts: Listener
) -> None:
    for _ in range(3):
        await farm.asks(AuthorizeHold(amount=501 * CREDIT))

    told = await credit_facts.find(
        lambda message: (
            message.routing_key == "credit_ledger.hold.refused"
            and str(farm.id).encode() in message.body
            and b"pool_insufficient" in message.body
        )
    )

    assert "sequence" not in orjson.loads(told.body)


async def test_facts_that_come_in_the_wrong_order_are_applied_in_the_right_one(
    farm: Farm, credit_ledger: ServiceProcess
) -> None:
    other = farm.another()

    await other.opens(backwards=True)

    assert await other.available() == "500"


async def test_facts_about_a_wallet_are_dense_and_end_where_the_wallet_does(
    farm: Farm, credit_facts: Listener
) -> None:
    for _ in range(5):
        hold = farm.command(AuthorizeHold(amount=CREDIT))
        await farm.sends(farm.message(hold))
        await farm.asks(CaptureHold(hold_id=hold.id, amount=CREDIT))
    last = str(hold.id).encode()
    await credit_facts.find(
        lambda message: (
            message.routing_key == "credit_ledger.hold.released" and last in message.body
        )
    )

    heard = [
        orjson.loads(message.body)
        for message in credit_facts.messages
        if str(farm.id).encode() in message.body or str(farm.ana).encode() in message.body
    ]
    sequences = [fact["sequence"] for fact in heard if "sequence" in fact]

    assert sequences == list(range(1, len(sequences) + 1))
