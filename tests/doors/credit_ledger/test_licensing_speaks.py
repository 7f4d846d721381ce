"""Licensing's facts at the ledger's door, through the broker: who may use what, and how soon."""

import asyncio
from uuid import UUID

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
NO_ENTITLEMENT = RefusalCode.NO_ENTITLEMENT


async def says(licensing: Publisher, data: FactData, *, of: UUID, sequence: int) -> None:
    fact = a_fact(data, subject=of, sequence=sequence)
    await licensing.publish(outgoing(fact, exchange=FACTS))


async def code(farm: Farm) -> RefusalCode | None:
    """What comes of Ben's asking for a credit to use Lumen with."""
    verdict = await farm.asks(AuthorizeHold(amount=CREDIT, product=LUMEN))
    return verdict.refused.code if verdict.refused else None


async def test_R27_a_seat_that_is_taken_away_refuses_within_two_seconds(
    farm: Farm, licensing_voice: Publisher
) -> None:
    await says(licensing_voice, a_right(farm.ben), of=farm.ben, sequence=1)
    await eventually(lambda: code(farm), lambda found: found is None)

    await says(licensing_voice, a_right(farm.ben, sources=()), of=farm.ben, sequence=2)

    async with asyncio.timeout(STALE_SECONDS_MAX):
        await eventually(lambda: code(farm), lambda found: found == NO_ENTITLEMENT)
    refused = (await farm.asks(AuthorizeHold(amount=CREDIT, product=LUMEN))).refused
    assert refused is not None
    assert LUMEN in refused.message
    assert refused.who_can_lift == "the organization's Administrator"


async def test_R35_rights_follow_licensing_in_order_however_its_facts_come(
    farm: Farm, licensing_voice: Publisher
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
    assert await code(farm) == NO_ENTITLEMENT

    await says(licensing_voice, a_right(farm.ben, "Tide"), of=farm.ben, sequence=1)

    await eventually(lambda: code(farm), lambda found: found is None)
    for sequence, data in numbered:
        await says(licensing_voice, data, of=farm.ben, sequence=sequence)
    await says(licensing_voice, a_right(farm.ben, "Fern"), of=farm.ben, sequence=5)
    assert await code(farm) is None


async def test_R27_a_usage_line_that_names_a_product_is_asked_as_well(
    farm: Farm, licensing_voice: Publisher
) -> None:
    await says(licensing_voice, a_right(farm.ben), of=farm.ben, sequence=1)
    await eventually(lambda: code(farm), lambda found: found is None)
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
