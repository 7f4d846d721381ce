"""What an Administrator buys, what he sits on, and what stays when another follows (A13, T16)."""

from uuid import UUID

from shared.clock import Clock
from shared.contracts.checkouts import ListCheckouts
from shared.contracts.licensing import AssignLicense, LicenseActivated, SeatAssigned
from shared.contracts.organizations import OrganizationLapsed
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, an_id
from tests.doors.licensing.showing import rights_become, said
from tests.doors.licensing.studio import Ground, administers, code_of
from tests.doors.licensing.voices import licenses
from tests.listening import Listener
from tests.waiting import eventually


async def holders(ground: Ground, organization_id: UUID, by: UUID) -> dict[str, list[str]]:
    shown = await licenses(ground.portal, organization_id, by=by)
    return {one["product"]: one["account_ids"] for one in shown.get("products", ())}


async def test_A13_the_license_that_makes_the_organization_seats_its_administrator(
    ground: Ground, told: Listener
) -> None:
    ana, organization = an_id(), an_id()
    await ground.says.registers(ana)
    first = a_license_line(seats=3)
    await ground.store.says(a_purchase(account_id=ana, lines=(first,)))
    await rights_become(ground.portal, ana, "PERSONAL")
    many = a_license_line(product="Tide", seats=2)
    one = a_license_line(product="Ebb", seats=1)
    await ground.store.says(a_purchase(account_id=ana, lines=(many,)))
    await ground.store.says(a_purchase(account_id=ana, lines=(one,)))
    await rights_become(ground.portal, ana, "PERSONAL", product="Tide")
    await rights_become(ground.portal, ana, "PERSONAL", product="Ebb")

    await ground.says.activates(organization, ana)

    seen = await eventually(lambda: holders(ground, organization, ana), lambda seen: len(seen) == 3)
    assert seen == {LUMEN: [str(ana)], "Tide": [], "Ebb": [str(ana)]}
    await rights_become(ground.portal, ana, "ORGANIZATION")
    await rights_become(ground.portal, ana, product="Tide")
    given = await eventually(lambda: said(told, LicenseActivated, ana), lambda seen: len(seen) == 6)
    assert [one.organization_id for one in given] == [None] * 3 + [organization] * 3
    seats = await eventually(
        lambda: said(told, SeatAssigned, organization), lambda seen: len(seen) == 2
    )
    assert {seat.product for seat in seats} == {LUMEN, "Ebb"}


async def test_A13_each_license_for_one_seat_seats_the_administrator_once(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=0)

    await studio.buys(1)
    await eventually(studio.seats, lambda seen: seen == (3, 1, 0))
    await studio.buys(1)

    await eventually(studio.seats, lambda seen: seen == (4, 1, 0))
    await rights_become(ground.portal, studio.ana, "ORGANIZATION")


async def test_T16_licenses_and_seats_stay_when_another_administers(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=3, people=2)
    ben, chloe = studio.people
    await studio.assigns(chloe)
    await studio.assigns(studio.ana)

    await ground.says.changes_administrator(studio.id, studio.ana, ben)

    await eventually(
        lambda: holders(ground, studio.id, ben), lambda seen: len(seen.get(LUMEN, [])) == 2
    )
    assert code_of(await studio.assigns(ben)) is RefusalCode.NOT_ADMINISTRATOR
    await rights_become(ground.portal, chloe, "ORGANIZATION")
    await rights_become(ground.portal, studio.ana, "ORGANIZATION")
    await studio.buys(2, by=ben)
    await eventually(studio.seats, lambda seen: seen == (5, 2, 0))
    former = a_purchase(account_id=studio.ana, lines=(a_license_line(license_kind="EDU"),))
    await ground.store.says(former)
    last = await eventually(
        lambda: said(told, LicenseActivated, studio.ana), lambda seen: len(seen) == 2
    )
    assert last[-1].organization_id is None


async def test_T17_an_order_of_the_former_administrator_is_still_the_organizations(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    placed_at = Clock().now()
    await ground.says.changes_administrator(studio.id, studio.ana, ben)
    await administers(ground.database, ben, studio.id)
    line = a_license_line(seats=1)

    await ground.store.says(a_purchase(account_id=studio.ana, placed_at=placed_at, lines=(line,)))

    # One seat, and nobody's: who bought it is the Administrator no more.
    await eventually(studio.seats, lambda seen: seen == (1, 0, 0))


async def test_T9_a_lapsed_organization_keeps_its_people_and_wakes(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=1)
    state = "SELECT state FROM organization WHERE id = $1"
    lapsed = OrganizationLapsed(
        organization_id=studio.id, administrator_id=studio.ana, lapsed_at=Clock().now()
    )

    await ground.says.says(lapsed, studio.id)
    await eventually(
        lambda: ground.database.fetchval(state, studio.id), lambda seen: seen == "LAPSED"
    )
    assert (await studio.assigns(studio.people[0])).accepted
    await ground.says.activates(studio.id, studio.ana)

    await eventually(
        lambda: ground.database.fetchval(state, studio.id), lambda seen: seen == "ACTIVE"
    )
    assert await studio.seats() == (2, 1, 0)


async def test_A13_a_members_withheld_license_becomes_his_organizations_when_he_leaves(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    await studio.buys(1, by=ben)
    await told.fact(LicenseActivated, ben)
    await ground.says.removes(studio.id, ben)
    await rights_become(ground.portal, ben, "PERSONAL")

    his = an_id()
    await ground.says.activates(his, ben)

    await rights_become(ground.portal, ben, "ORGANIZATION")
    assert await holders(ground, his, ben) == {LUMEN: [str(ben)]}


async def test_A13_what_its_founder_bought_becomes_the_organizations_when_it_wakes(
    ground: Ground,
) -> None:
    studio = await ground.studio(seats=1, people=1)
    (ben,) = studio.people
    await ground.says.changes_administrator(studio.id, studio.ana, ben)
    await administers(ground.database, ben, studio.id)
    await studio.buys(2)
    await eventually(lambda: owned(ground, studio.ana), lambda count: count == 1)
    lapsed = OrganizationLapsed(
        organization_id=studio.id, administrator_id=ben, lapsed_at=Clock().now()
    )
    await ground.says.says(lapsed, studio.id)
    await ground.says.changes_administrator(studio.id, ben, studio.ana)

    await ground.says.activates(studio.id, studio.ana)

    await eventually(studio.seats, lambda seen: seen[0] == 3)
    assert await owned(ground, studio.ana) == 0


async def test_R4_who_names_his_own_account_is_told_that_it_is_no_organization(
    ground: Ground,
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    asked = AssignLicense(product=LUMEN, account_id=ben), ListCheckouts()

    his_own = [await ground.portal.ask(each, by=ben, owner=ben) for each in asked]
    of_others = [await ground.portal.ask(each, by=studio.ana, owner=ben) for each in asked]
    has_one = [await ground.portal.ask(each, by=studio.ana, owner=studio.ana) for each in asked]

    assert {code_of(each) for each in his_own} == {RefusalCode.NOT_AN_ORGANIZATION}
    assert {code_of(each) for each in of_others} == {RefusalCode.UNKNOWN_ORGANIZATION}
    assert {code_of(each) for each in has_one} == {RefusalCode.UNKNOWN_ORGANIZATION}


async def owned(ground: Ground, account_id: UUID) -> int:
    """How many licenses are an account's own."""
    count: int = await ground.database.fetchval(
        "SELECT count(*) FROM license WHERE account_id = $1 AND organization_id IS NULL", account_id
    )
    return count
