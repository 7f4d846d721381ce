"""A rebuild of membership's copy of licenses says of organizations only what is so (R3, T9)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.membership import AddMember
from shared.contracts.organizations import OrganizationActivated, OrganizationLapsed
from shared.contracts.transfers import AcceptTransfer, RequestTransfer
from tests.builders import CLOCK, an_id
from tests.copies.asking import is_rebuilt, rebuild
from tests.copies.business import Business
from tests.copies.trio import Services
from tests.speaking import Portal, Store
from tests.waiting import eventually

pytestmark = pytest.mark.verify

SOON = timedelta(seconds=15)
NOTHING_KNOWN = ("DELETE FROM held_license", "DELETE FROM held_seat")


@pytest.fixture(scope="module")
async def lapsed(services: Services, people: Portal, shop: Store) -> Business:
    """An organization whose only license has run out."""
    business = Business(people, shop)
    await business.opens(until=CLOCK.now() + SOON)

    async def seen() -> str:
        return (await states(services))[business.id]

    await eventually(seen, lambda state: state == "LAPSED")
    return business


async def states(services: Services) -> dict[UUID, str]:
    rows = await services.pools["membership"].fetch("SELECT id, state FROM organization")
    return {row["id"]: row["state"] for row in rows}


async def said_of(services: Services, organization_id: UUID) -> list[str]:
    """Whether it arose, lapsed or woke, each time it was said."""
    rows = await services.pools["membership"].fetch(
        """
        SELECT routing_key FROM fact WHERE subject = $1 AND routing_key = ANY($2)
        ORDER BY sequence
        """,
        organization_id,
        [OrganizationActivated.ROUTING_KEY, OrganizationLapsed.ROUTING_KEY],
    )
    return [row["routing_key"] for row in rows]


async def is_whole(services: Services) -> None:
    await eventually(services.missing_anywhere, lambda missing: missing == [])


async def is_rebuilt_by(operator: Portal) -> None:
    await rebuild(operator, "membership")
    await is_rebuilt(operator, "membership")


async def hands_over(business: Business, successor: UUID) -> None:
    """The place is given to somebody whose license it is not that the organization lives by."""
    await business.registers(successor)
    assert (await business.does(AddMember(account_id=successor, role="MEMBER"))).accepted
    await business.seats(successor)
    offered: Any = await business.does(RequestTransfer(to_account_id=successor))
    accepted = AcceptTransfer(transfer_id=UUID(offered.result["transfer_id"]))
    assert (await business.people.ask(accepted, by=successor, owner=business.id)).accepted


async def test_T9_a_rebuild_from_nothing_lets_nobody_lapse_or_wake(
    services: Services, lapsed: Business, people: Portal, shop: Store, operator: Portal
) -> None:
    # Older than whom he succeeds: he is rebuilt first, while nothing is known of the license.
    ben, active = an_id(), Business(people, shop)
    await active.opens()
    await hands_over(active, ben)
    await is_whole(services)
    before = await states(services)
    said = [await said_of(services, business.id) for business in (active, lapsed)]

    await services.empty("membership", "licensing", *NOTHING_KNOWN)
    await is_rebuilt_by(operator)

    await is_whole(services)
    assert await states(services) == before
    assert (before[active.id], before[lapsed.id]) == ("ACTIVE", "LAPSED")
    assert [await said_of(services, business.id) for business in (active, lapsed)] == said


async def test_T9_a_rebuild_lets_lapse_whoever_turns_out_to_have_no_license(
    services: Services, lapsed: Business, operator: Portal
) -> None:
    await services.pools["membership"].execute(
        "UPDATE organization SET state = 'ACTIVE' WHERE id = $1", lapsed.id
    )
    said = await said_of(services, lapsed.id)

    await is_rebuilt_by(operator)

    assert (await states(services))[lapsed.id] == "LAPSED"
    assert await said_of(services, lapsed.id) == [*said, OrganizationLapsed.ROUTING_KEY]
