"""Orders of licenses are decided when they are placed, and kept when they slip through (A14)."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.clock import Clock
from shared.contracts.audit import LicensingActRecorded
from shared.contracts.licensing import (
    LicenseActivated,
    LicenseOrderPlaced,
    LicenseWithheld,
    OrderedLicense,
    PlaceLicenseOrder,
)
from shared.contracts.message import Verdict
from shared.contracts.purchases import Channel, LicenseKind
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, an_id
from tests.doors.licensing.showing import personal, rights_become, said
from tests.doors.licensing.studio import Ground, code_of
from tests.doors.licensing.voices import licenses
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal
from tests.waiting import eventually

A_MINUTE = timedelta(minutes=1)


async def place(
    portal: Portal,
    buyer: UUID,
    *,
    owner: UUID | None = None,
    order_id: str | None = None,
    seats: int = 1,
    channel: Channel = "STORE",
    kind: LicenseKind = "COMMERCIAL",
) -> Verdict:
    line = OrderedLicense(line_no=1, product=LUMEN, license_kind=kind, seats=seats)
    order = PlaceLicenseOrder(
        store="online", order_id=order_id or an_id().hex, channel=channel, lines=(line,)
    )
    return await portal.ask(order, by=buyer, owner=owner or buyer)


async def has_left(ground: Ground, who: UUID) -> None:
    """Wait until licensing has heard until when somebody was in."""
    ended = "SELECT ended_at FROM role_held WHERE account_id = $1"
    await eventually(lambda: ground.database.fetchval(ended, who), bool)


async def test_R12_an_administrators_order_is_placed_paid_and_his_organizations(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=0)
    order_id = an_id().hex

    assert (await place(ground.portal, studio.ana, owner=studio.id, order_id=order_id)).accepted
    placed = (await told.fact(LicenseOrderPlaced, studio.ana)).data
    line = a_license_line(license_kind="EDU", seats=4)
    await ground.store.says(a_purchase(account_id=studio.ana, order_id=order_id, lines=(line,)))

    activated = (await told.fact(LicenseActivated, studio.ana)).data
    assert isinstance(placed, LicenseOrderPlaced)
    assert isinstance(activated, LicenseActivated)
    assert placed.organization_id == activated.organization_id == studio.id
    shown = await licenses(ground.portal, studio.id, by=studio.ana)
    assert [(one["product"], one["seats"]) for one in shown["products"]] == [(LUMEN, 4)]
    assert await said(told, LicensingActRecorded, studio.id)


@pytest.mark.parametrize("channel", ["STORE", "RESELLER"])
async def test_R29_R30_a_members_order_is_refused_by_every_channel(
    ground: Ground, channel: Channel
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people

    for owner in (ben, studio.id):
        refused = await place(ground.portal, ben, owner=owner, channel=channel)
        assert code_of(refused) is RefusalCode.MEMBERS_MAY_NOT_PURCHASE


async def test_R12_R43_a_guest_orders_for_himself_alone(ground: Ground) -> None:
    studio = await ground.studio(seats=0, people=1, role="GUEST")
    [dan] = studio.people

    assert (await place(ground.portal, dan)).accepted
    refused = await place(ground.portal, dan, owner=studio.id)
    assert code_of(refused) is RefusalCode.NOT_ADMINISTRATOR


async def test_A14_an_order_placed_again_stands_another_under_its_name_is_refused(
    ground: Ground,
) -> None:
    fay, order_id = an_id(), an_id().hex

    first = await place(ground.portal, fay, order_id=order_id)
    again = await place(ground.portal, fay, order_id=order_id)
    other = await place(ground.portal, fay, order_id=order_id, seats=2)

    assert first.result == again.result
    assert code_of(other) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_A15_trials_are_not_sold_and_nobody_orders_for_nobody(ground: Ground) -> None:
    trial = await place(ground.portal, an_id(), kind="TRIAL")
    line = OrderedLicense(line_no=1, product=LUMEN, license_kind="EDU", seats=1)
    order = PlaceLicenseOrder(store="online", order_id="O-1", channel="STORE", lines=(line,))

    assert code_of(trial) is RefusalCode.MALFORMED
    assert code_of(await ground.portal.ask(order)) is RefusalCode.MALFORMED


async def test_T18_what_a_member_paid_for_is_kept_told_and_unusable_until_he_leaves(
    ground: Ground, told: Listener, licensing: ServiceProcess
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    order = a_purchase(account_id=ben, lines=(a_license_line(license_kind="EDU", seats=1),))

    await ground.store.says(order)

    withheld = (await told.fact(LicenseWithheld, ben)).data
    assert isinstance(withheld, LicenseWithheld)
    assert (withheld.order_id, withheld.product) == (order.order_id, LUMEN)
    await licensing.logs(
        lambda line: line.get("event") == "license_withheld" and line["order"] == order.order_id
    )
    assert await personal(ground.portal, ben) == [(LUMEN, "EDU", False)]
    await ground.says.removes(studio.id, ben)
    await rights_become(ground.portal, ben, "EDU")


async def test_T18_an_order_after_the_end_of_a_membership_is_his_own(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    await ground.says.removes(studio.id, ben)
    await has_left(ground, ben)
    await ground.store.says(
        a_purchase(account_id=ben, lines=(a_license_line(license_kind="EDU", seats=1),))
    )

    await rights_become(ground.portal, ben, "EDU")
    assert await said(told, LicenseWithheld, ben) == []


async def test_R30_an_order_placed_before_joining_is_untouched_but_waits(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=0)
    chloe, order_id = an_id(), an_id().hex
    assert (await place(ground.portal, chloe, order_id=order_id, kind="EDU")).accepted
    await studio.joins(chloe)
    line = a_license_line(license_kind="EDU", seats=1)
    await eventually(
        lambda: ground.database.fetchval(
            "SELECT count(*) FROM role_held WHERE account_id = $1", chloe
        ),
        bool,
    )

    await ground.store.says(a_purchase(account_id=chloe, order_id=order_id, lines=(line,)))

    await told.fact(LicenseWithheld, chloe)
    await ground.says.removes(studio.id, chloe)
    await rights_become(ground.portal, chloe, "EDU")


async def test_R44_a_guests_purchase_adds_no_seat_to_the_organization(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=2, people=1, role="GUEST")
    [dan] = studio.people

    await studio.buys(5, by=dan)

    activated = (await told.fact(LicenseActivated, dan)).data
    assert isinstance(activated, LicenseActivated)
    assert activated.organization_id is None
    assert await studio.seats() == (2, 0, 0)
    refused = await studio.revokes(dan)
    assert code_of(refused) is RefusalCode.LICENSE_NOT_ORGANIZATIONAL


async def test_A14_an_order_we_did_not_place_waits_until_its_buyers_role_is_known(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    in_two_hours = Clock().now() + timedelta(hours=2)
    line = a_license_line(license_kind="EDU", seats=1)
    order = a_purchase(account_id=ben, placed_at=in_two_hours, lines=(line,))

    await ground.store.says(order)
    waiting = "SELECT count(*) FROM parked_order WHERE placed_at = $1"
    await eventually(lambda: ground.database.fetchval(waiting, in_two_hours), bool)
    assert await said(told, LicenseActivated, ben) == []
    await ground.says.removes(studio.id, ben, at=in_two_hours - A_MINUTE)
    await has_left(ground, ben)
    # No later: the ledger hears it as well, and its orders of a later time shall wait.
    await ground.says.has_said_all_until(in_two_hours)

    await rights_become(ground.portal, ben, "EDU")
    assert await said(told, LicenseWithheld, ben) == []
