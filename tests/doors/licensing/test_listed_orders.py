"""Orders that were placed with us are shown to whom they belong, page by page (A13, A14)."""

from uuid import UUID

from shared.contracts.license_orders import LicenseOrderList, ListLicenseOrders, PlaceInOrders
from shared.contracts.refusals import RefusalCode
from tests.builders import a_license_line, a_purchase, an_id
from tests.doors.licensing.studio import Ground, administers, code_of
from tests.doors.licensing.test_orders import place
from tests.speaking import Portal
from tests.waiting import eventually


async def listed(
    portal: Portal, owner: UUID | None, *, by: UUID | None, paid: bool | None = None
) -> list[tuple[str, bool]]:
    """Every placed order that somebody is shown, two at a time."""
    found: list[tuple[str, bool]] = []
    after: PlaceInOrders | None = None
    while True:
        asked = ListLicenseOrders(paid=paid, after=after, limit=2)
        verdict = await portal.ask(asked, by=by, owner=owner)
        assert verdict.result is not None, verdict.refused
        page = LicenseOrderList.model_validate(verdict.result, strict=False)
        found += [(one.order_id, one.paid) for one in page.orders]
        after = page.after
        if after is None:
            return found


async def test_A14_what_is_placed_and_not_paid_yet_is_listed_page_by_page(
    ground: Ground, operator: Portal
) -> None:
    studio = await ground.studio(seats=0, people=0)
    ids = [an_id().hex for _ in range(5)]
    for each in ids:
        assert (await place(ground.portal, studio.ana, owner=studio.id, order_id=each)).accepted
    line = a_license_line(seats=2)
    await ground.store.says(a_purchase(account_id=studio.ana, order_id=ids[0], lines=(line,)))
    await eventually(studio.seats, lambda seen: seen[0] == 2)

    shown = await listed(ground.portal, studio.id, by=studio.ana)
    waiting = await listed(ground.portal, studio.id, by=studio.ana, paid=False)

    assert shown == [(ids[0], True), *((each, False) for each in ids[1:])]
    assert waiting == shown[1:]
    assert await listed(operator, studio.id, by=None) == shown
    assert set(shown) <= set(await listed(operator, None, by=None))


async def test_A14_A13_what_an_administrator_orders_for_himself_stays_in_his_sight_alone(
    ground: Ground,
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    hers, seats, theirs = (an_id().hex for _ in range(3))
    assert (await place(ground.portal, studio.ana, order_id=hers, kind="EDU")).accepted
    assert (await place(ground.portal, studio.ana, order_id=seats)).accepted
    for_all = await place(ground.portal, studio.ana, owner=studio.id, order_id=theirs, kind="EDU")
    assert for_all.accepted

    await ground.says.changes_administrator(studio.id, studio.ana, ben)
    await administers(ground.database, ben, studio.id)

    by_ben = await listed(ground.portal, studio.id, by=ben)
    by_ana = await listed(ground.portal, studio.ana, by=studio.ana)
    assert by_ben == [(seats, False), (theirs, False)]
    assert by_ana == [(hers, False), (seats, False)]


async def test_A13_whose_an_order_is_is_told_with_it(ground: Ground, operator: Portal) -> None:
    studio = await ground.studio(seats=0, people=0)
    hers, seats = an_id().hex, an_id().hex
    assert (await place(ground.portal, studio.ana, order_id=hers, kind="EDU")).accepted
    assert (await place(ground.portal, studio.ana, order_id=seats)).accepted

    verdict = await operator.ask(ListLicenseOrders(), owner=studio.ana)

    assert verdict.result is not None
    page = LicenseOrderList.model_validate(verdict.result, strict=False)
    told = {one.order_id: one.organization_id for one in page.orders}
    assert told == {hers: None, seats: studio.id}


async def test_A14_an_order_is_shown_to_whom_it_belongs_alone(ground: Ground) -> None:
    studio = await ground.studio(seats=0, people=1, role="GUEST")
    [dan] = studio.people
    his = an_id().hex
    assert (await place(ground.portal, dan, order_id=his)).accepted
    asked = ListLicenseOrders()

    by_dan = await ground.portal.ask(asked, by=dan, owner=studio.id)
    of_dan = await ground.portal.ask(asked, by=studio.ana, owner=dan)
    of_all = await ground.portal.ask(asked, by=studio.ana)

    assert await listed(ground.portal, dan, by=dan) == [(his, False)]
    assert await listed(ground.portal, studio.id, by=studio.ana) == []
    assert code_of(by_dan) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(of_dan) is RefusalCode.UNKNOWN_ORGANIZATION
    assert code_of(of_all) is RefusalCode.UNKNOWN_ORGANIZATION
