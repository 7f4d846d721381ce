"""Licensing's facts at the ledger's door, through the broker: who may use what, and how soon."""

import time
from uuid import UUID

import asyncpg

from deploy.native.stack import Stack
from shared.contracts.credits import AuthorizeHold, ReportUsage, UsageLine
from shared.contracts.licensing import LicenseExpired
from shared.contracts.message import FactData
from shared.contracts.refusals import RefusalCode
from shared.messaging.publisher import Publisher
from shared.messaging.topology import FACTS
from tests.builders import CLOCK, an_id
from tests.doors.credit_ledger.farm import CREDIT, Farm
from tests.ledger.rights import LUMEN, a_right
from tests.speaking import a_fact, outgoing
from tests.waiting import eventually

STALE_SECONDS_MAX = 2.0
# A busy machine may keep one of them waiting for something else.
TAKEN_AWAY_TIMES = 3
PARKED = "SELECT count(*) FROM parked_fact WHERE subject = $1"
NO_ENTITLEMENT = RefusalCode.NO_ENTITLEMENT


async def says(licensing: Publisher, data: FactData, *, of: UUID, sequence: int) -> None:
    fact = a_fact(data, subject=of, sequence=sequence)
    await licensing.publish(outgoing(fact, exchange=FACTS))


async def code(farm: Farm, product: str = LUMEN) -> RefusalCode | None:
    """What comes of Ben's asking for a credit to use a product with."""
    verdict = await farm.asks(AuthorizeHold(amount=CREDIT, product=product))
    return verdict.refused.code if verdict.refused else None


async def may_use(farm: Farm, product: str = LUMEN) -> None:
    await eventually(lambda: code(farm, product), lambda found: found is None)


async def seconds_until_refused(farm: Farm, licensing: Publisher, sequence: int) -> float:
    """Give Ben a seat, take it away, and see how long he can still use it."""
    await says(licensing, a_right(farm.ben), of=farm.ben, sequence=sequence)
    await may_use(farm)
    await says(licensing, a_right(farm.ben, sources=()), of=farm.ben, sequence=sequence + 1)
    since = time.monotonic()
    await eventually(lambda: code(farm), lambda found: found == NO_ENTITLEMENT)
    return time.monotonic() - since


async def test_R27_a_seat_that_is_taken_away_refuses_within_two_seconds(
    farm: Farm, licensing_voice: Publisher
) -> None:
    took = [
        await seconds_until_refused(farm, licensing_voice, sequence)
        for sequence in range(1, 2 * TAKEN_AWAY_TIMES, 2)
    ]

    assert min(took) < STALE_SECONDS_MAX
    refused = (await farm.asks(AuthorizeHold(amount=CREDIT, product=LUMEN))).refused
    assert refused is not None
    assert LUMEN in refused.message
    assert refused.who_can_lift == "the organization's Administrator"


async def parked(stack: Stack, subject: UUID) -> int:
    """How many facts about somebody wait for those before them."""
    connection = await asyncpg.connect(stack.database_urls["credit_ledger"])
    try:
        count: int = await connection.fetchval(PARKED, subject)
    finally:
        await connection.close()
    return count


async def test_R35_rights_follow_licensing_in_order_however_its_facts_come(
    farm: Farm, licensing_voice: Publisher, stack: Stack
) -> None:
    """Other facts of licensing about him are numbered with them."""
    expired = LicenseExpired(
        license_id=an_id(),
        account_id=farm.ben,
        product=LUMEN,
        kind="EDU",
        seats=1,
        expired_at=CLOCK.now(),
    )
    numbered = ((4, a_right(farm.ben)), (3, a_right(farm.ben, sources=())), (2, expired))
    for sequence, data in numbered:
        await says(licensing_voice, data, of=farm.ben, sequence=sequence)
    await eventually(lambda: parked(stack, farm.ben), lambda waiting: waiting == len(numbered))
    assert await code(farm) == NO_ENTITLEMENT

    await says(licensing_voice, a_right(farm.ben, "Tide"), of=farm.ben, sequence=1)

    await may_use(farm)
    for sequence, data in numbered:
        await says(licensing_voice, data, of=farm.ben, sequence=sequence)
    await says(licensing_voice, a_right(farm.ben, "Fern"), of=farm.ben, sequence=5)
    await may_use(farm, "Fern")
    assert await code(farm) is None


async def test_R27_a_usage_line_that_names_a_product_is_asked_as_well(
    farm: Farm, licensing_voice: Publisher
) -> None:
    await says(licensing_voice, a_right(farm.ben), of=farm.ben, sequence=1)
    await may_use(farm)
    named = (LUMEN, "Tide", None)
    lines = [
        UsageLine(id=an_id(), account_id=farm.ben, credits=CREDIT, product=product)
        for product in named
    ]
    report = farm.command(ReportUsage(lines=tuple(lines)))

    verdicts = await farm.sends(farm.message(report), *(line.id for line in lines))

    by_id = {verdict.id: verdict.refused for verdict in verdicts}
    codes = [refused.code if (refused := by_id[line.id]) else None for line in lines]
    assert codes == [None, NO_ENTITLEMENT, None]
