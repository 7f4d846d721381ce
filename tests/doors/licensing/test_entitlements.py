"""Who may use what is answered, and said whenever it changes (R27, R35, T32, T33)."""

from datetime import timedelta

from shared.clock import Clock
from shared.contracts.entitlements import CheckEntitlement
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, an_id
from tests.doors.licensing.showing import end_of, personal, rights_become, rights_told
from tests.doors.licensing.studio import Ground, code_of, lets_expire
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually


async def test_R17_R18_a_seat_entitles_until_it_is_taken_back(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people

    await studio.assigns(ben)
    await rights_become(ground.portal, ben, "ORGANIZATION")
    await studio.revokes(ben)
    await rights_become(ground.portal, ben)

    await eventually(lambda: rights_told(told, ben), lambda seen: seen == [("ORGANIZATION",), ()])


async def test_R35_a_guest_uses_his_own_license_beside_the_organizations(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=1, role="GUEST")
    [dan] = studio.people

    await studio.buys(1, by=dan, kind="EDU")
    await studio.assigns(dan)

    await rights_become(ground.portal, dan, "ORGANIZATION", "EDU")


async def test_R27_a_members_own_license_waits_until_he_leaves(ground: Ground) -> None:
    studio = await ground.studio(seats=0, people=0)
    eva = an_id()
    await ground.says.registers(eva)
    await studio.buys(1, by=eva, kind="EDU")
    await rights_become(ground.portal, eva, "EDU")

    await studio.joins(eva)
    await rights_become(ground.portal, eva)
    assert await personal(ground.portal, eva) == [(LUMEN, "EDU", False)]

    await ground.says.removes(studio.id, eva)
    await rights_become(ground.portal, eva, "EDU")
    assert await personal(ground.portal, eva) == [(LUMEN, "EDU", True)]


async def test_T30_a_changed_role_changes_what_somebody_may_use(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=1, role="GUEST")
    [eva] = studio.people
    await studio.buys(1, by=eva, kind="EDU")
    await studio.assigns(eva)
    await rights_become(ground.portal, eva, "ORGANIZATION", "EDU")

    left = await ground.says.removes(studio.id, eva)
    await ground.says.adds(studio.id, eva, role="MEMBER", at=left)

    await rights_become(ground.portal, eva)
    assert (await studio.assigns(eva)).accepted
    await rights_become(ground.portal, eva, "ORGANIZATION")


async def test_T32_an_invited_person_uses_his_seat_once_he_is_registered(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=2, people=0)
    invited = an_id()
    await ground.says.adds(studio.id, invited)

    await eventually(lambda: studio.assigns(invited), lambda seen: seen.accepted)
    await rights_become(ground.portal, invited)
    assert await rights_told(told, invited) == []

    await ground.says.registers(invited)
    await rights_become(ground.portal, invited, "ORGANIZATION")
    await eventually(lambda: rights_told(told, invited), lambda seen: seen == [("ORGANIZATION",)])


async def test_T9_what_is_renewed_lasts_longer_and_is_told_to_all_who_sit_on_it(
    ground: Ground,
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    soon = Clock().now() + timedelta(days=1)
    await studio.buys(2, ends=soon)
    await eventually(lambda: studio.assigns(ben), lambda seen: seen.accepted)
    asked = CheckEntitlement(account_id=ben, product=LUMEN)

    first = end_of(await ground.portal.ask(asked, by=ben))
    await studio.buys(2, ends=soon + timedelta(days=365))

    ends = await eventually(
        lambda: ground.database.fetchval(
            "SELECT until FROM entitlement WHERE account_id = $1", ben
        ),
        lambda seen: seen > soon,
    )
    assert first == soon
    assert ends == soon + timedelta(days=365)


async def test_T9_a_license_that_ran_out_entitles_no_more_by_event(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1, role="GUEST")
    [dan] = studio.people

    await studio.buys(1, by=dan, kind="EDU")
    await rights_become(ground.portal, dan, "EDU")

    await lets_expire(ground.database, dan)

    await eventually(lambda: rights_told(told, dan), lambda seen: seen == [("EDU",), ()])


async def test_R16_whoever_leaves_may_use_nothing_of_the_organization(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    await studio.assigns(ben)

    await ground.says.removes(studio.id, ben)

    await eventually(lambda: rights_told(told, ben), lambda seen: seen == [("ORGANIZATION",), ()])


async def test_R1_one_asks_about_oneself_an_administrator_about_his_people(
    ground: Ground, operator: Portal
) -> None:
    studio = await ground.studio(seats=0, people=2)
    ben, chloe = studio.people
    asked = CheckEntitlement(account_id=ben, product=LUMEN)

    for asker, by in ((ground.portal, ben), (ground.portal, studio.ana), (operator, None)):
        assert (await asker.ask(asked, by=by)).accepted
    for by in (chloe, an_id()):
        assert code_of(await ground.portal.ask(asked, by=by)) is RefusalCode.UNKNOWN_ACCOUNT


async def test_T20_what_somebody_bought_before_he_registered_entitles_from_then_on(
    ground: Ground,
) -> None:
    fay = an_id()
    line = a_license_line(license_kind="EDU", seats=1)
    await ground.store.says(a_purchase(account_id=fay, lines=(line,)))
    await eventually(lambda: personal(ground.portal, fay), bool)
    await rights_become(ground.portal, fay)

    await ground.says.registers(fay)

    await rights_become(ground.portal, fay, "EDU")
