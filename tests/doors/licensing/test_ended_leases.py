"""A seat that was taken away while it is in use stays taken until its lease ends (T1, T9, T31)."""

from shared.contracts.checkouts import CheckoutClosed
from shared.contracts.licensing import LicenseExpired
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id
from tests.doors.licensing.studio import (
    Ground,
    Studio,
    code_of,
    id_of,
    lets_expire,
    source_of,
)
from tests.doors.licensing.voices import licenses
from tests.listening import Listener
from tests.waiting import eventually


async def test_T31_a_revoked_seat_is_in_use_until_its_lease_ends(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.assigns(ben)
    opened = id_of(await studio.opens(ben))

    assert (await studio.revokes(ben)).accepted

    assert await studio.seats() == (1, 0, 1)
    assert code_of(await studio.assigns(chloe)) is RefusalCode.NO_SEAT_AVAILABLE
    shown = (await licenses(ground.portal, studio.id, by=studio.ana))["products"][0]
    assert (shown["free"], shown["in_use"], shown["account_ids"]) == (0, 1, [])
    await studio.lets_lapse(opened)
    await eventually(studio.seats, lambda seen: seen == (1, 0, 0))
    assert (await studio.assigns(chloe)).accepted


async def test_T31_a_revoked_seat_is_free_after_the_next_heartbeat(
    ground: Ground, heard: Listener
) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.assigns(ben)
    opened = id_of(await studio.opens(ben))
    await studio.revokes(ben)

    assert code_of(await studio.renews(opened, by=ben)) is RefusalCode.NO_ENTITLEMENT

    assert await studio.seats() == (1, 0, 0)
    assert (await heard.fact(CheckoutClosed, opened)).subject == studio.id
    assert (await studio.assigns(chloe)).accepted
    assert code_of(await studio.renews(opened, by=ben)) is RefusalCode.UNKNOWN_CHECKOUT


async def test_T31_a_seat_in_use_moves_by_force_alone(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.assigns(ben)
    opened = await studio.opens(ben)
    assert opened.result is not None

    refused = (await studio.reassigns(ben, chloe)).refused

    assert refused is not None
    assert refused.code is RefusalCode.NO_SEAT_AVAILABLE
    assert refused.limit is not None
    assert (refused.limit.name, refused.limit.value) == (
        "lease_until",
        opened.result["lease_until"],
    )
    assert (await studio.reassigns(ben, chloe, force=True)).accepted
    assert await studio.seats() == (1, 1, 0)
    renewed = await studio.renews(id_of(opened), by=ben)
    assert code_of(renewed) is RefusalCode.UNKNOWN_CHECKOUT
    assert source_of(await studio.opens(chloe)) == "ORGANIZATION"


async def test_T31_a_seat_moves_when_its_lease_has_ended(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.assigns(ben)
    await studio.lets_lapse(id_of(await studio.opens(ben)))

    assert (await studio.reassigns(ben, chloe)).accepted


async def test_T1_whoever_left_keeps_his_lease_until_it_ends(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.assigns(ben)
    opened = id_of(await studio.opens(ben))

    await ground.says.removes(studio.id, ben)

    await eventually(studio.seats, lambda seen: seen == (1, 0, 1))
    assert code_of(await studio.opens(ben, machine="laptop")) is RefusalCode.NO_ENTITLEMENT
    assert code_of(await studio.renews(opened, by=ben)) is RefusalCode.NO_ENTITLEMENT
    assert (await studio.assigns(chloe)).accepted


async def test_R16_whoever_comes_back_does_not_float_unasked(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=2)
    ben, chloe = studio.people
    await studio.floats(ben, chloe)

    await ground.says.removes(studio.id, ben)
    await studio.joins(ben)

    async def nobody_but_chloe() -> int:
        count: int = await studio.database.fetchval(
            "SELECT count(*) FROM floating_person WHERE organization_id = $1", studio.id
        )
        return count

    await eventually(nobody_but_chloe, lambda seen: seen == 1)
    assert code_of(await studio.opens(ben)) is RefusalCode.NO_ENTITLEMENT


async def gets_more(studio: Studio, seats: int) -> None:
    has, _, _ = await studio.seats()
    await studio.buys(seats)
    await eventually(studio.seats, lambda seen: seen[0] == has + seats)


async def test_T9_leases_for_which_no_seat_is_left_end_at_once_the_newest_first(
    ground: Ground, heard: Listener
) -> None:
    studio = await ground.studio(seats=2, people=4)
    ben, chloe, dan, eva = studio.people
    await gets_more(studio, 2)
    await studio.floats(everyone=True)
    await studio.assigns(eva)
    first = id_of(await studio.opens(ben))
    later = [id_of(await studio.opens(chloe)), id_of(await studio.opens(dan))]

    await lets_expire(ground.database, studio.ana)

    await eventually(studio.seats, lambda seen: seen == (2, 1, 1))

    for checkout in later:
        assert (await heard.fact(CheckoutClosed, checkout)).subject == studio.id
    assert (await studio.renews(first, by=ben)).accepted
    assert source_of(await studio.opens(eva)) == "ORGANIZATION"


async def test_T9_the_lease_of_an_assignment_that_is_lost_ends_with_it(
    ground: Ground, heard: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1)
    await gets_more(studio, 2)
    await studio.assigns(studio.people[0])
    opened = await studio.opens(studio.people[0])

    await lets_expire(ground.database, studio.ana)

    await heard.fact(CheckoutClosed, id_of(opened))

    await eventually(studio.seats, lambda seen: seen == (0, 0, 0))


async def test_T9_a_lease_on_a_license_of_his_own_ends_with_it(
    ground: Ground, facts: Listener, heard: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1, role="GUEST")
    dan = studio.people[0]
    await studio.buys(1, by=dan, kind="EDU")

    async def opens() -> bool:
        return (await studio.opens(dan)).accepted

    await eventually(opens, bool)

    await lets_expire(ground.database, dan)

    await facts.fact(LicenseExpired, dan)
    assert (await heard.fact(CheckoutClosed, dan)).subject == dan
    assert code_of(await studio.opens(dan)) is RefusalCode.NO_ENTITLEMENT


async def test_A13_a_lease_ends_when_its_license_becomes_an_organizations(
    ground: Ground, heard: Listener
) -> None:
    studio = await ground.studio(seats=0, people=0)
    fay = an_id()
    await ground.says.registers(fay)
    await studio.buys(1, by=fay)

    async def opens() -> bool:
        return (await studio.opens(fay)).accepted

    await eventually(opens, bool)

    await ground.says.activates(an_id(), fay)

    await heard.fact(CheckoutClosed, fay)
    assert source_of(await studio.opens(fay)) == "ORGANIZATION"
    shown = await licenses(ground.portal, fay)
    assert [one["product"] for one in shown["products"]] == [LUMEN]
