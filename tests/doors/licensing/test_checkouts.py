"""Products are taken into use and brought back, on seats that float or are assigned (A12, R35)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.contracts.checkouts import (
    CheckoutClosed,
    CheckoutOpened,
    FloatingSet,
    ListCheckouts,
    OpenCheckout,
    SetFloating,
)
from shared.contracts.entitlements import EntitlementChanged
from shared.contracts.message import FactData
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id
from tests.databases import Database
from tests.doors.licensing.showing import rights_become
from tests.doors.licensing.studio import Ground, code_of, id_of, source_of
from tests.listening import Listener
from tests.waiting import eventually


def told(fact: FactData) -> dict[str, Any]:
    return fact.model_dump()


async def test_A12_a_free_seat_floats_and_comes_back(ground: Ground, heard: Listener) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    assert (await studio.floats(everyone=True)).accepted

    opened = await studio.opens(ben)

    assert source_of(opened) == "FLOATING"
    assert await studio.seats() == (1, 0, 1)
    fact = await heard.fact(CheckoutOpened, id_of(opened))
    assert fact.subject == studio.id
    assert code_of(await studio.opens(chloe)) is RefusalCode.NO_SEAT_AVAILABLE
    assert (await studio.closes(id_of(opened), by=ben)).accepted
    assert not told((await heard.fact(CheckoutClosed, id_of(opened))).data)["swept"]
    assert (await studio.opens(chloe)).accepted


async def test_A12_a_floating_seat_is_a_right_while_it_is_open(
    ground: Ground, heard: Listener
) -> None:
    studio = await ground.studio(seats=1, people=1)
    await studio.floats(everyone=True)
    opened = await studio.opens(studio.people[0])

    await studio.closes(id_of(opened), by=studio.people[0])

    async def sources() -> list[tuple[str, ...]]:
        facts = heard.facts_of(studio.people[0])
        return [fact.data.sources for fact in facts if isinstance(fact.data, EntitlementChanged)]

    await eventually(sources, lambda seen: seen == [("FLOATING",), ()])


async def test_A12_floating_is_off_by_default(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=1)

    assert code_of(await studio.opens(studio.people[0])) is RefusalCode.NO_ENTITLEMENT


async def test_A12_only_those_listed_may_float(ground: Ground, heard: Listener) -> None:
    studio = await ground.studio(seats=3, people=2)
    ben, chloe = studio.people

    assert (await studio.floats(ben)).accepted

    assert told((await heard.fact(FloatingSet, studio.id)).data)["account_ids"] == (ben,)
    assert source_of(await studio.opens(ben)) == "FLOATING"
    assert code_of(await studio.opens(chloe)) is RefusalCode.NO_ENTITLEMENT


async def test_A12_open_leases_run_out_once_floating_is_off(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=1)
    ben = studio.people[0]
    await studio.floats(everyone=True)
    opened = await studio.opens(ben)

    assert (await studio.floats()).accepted

    assert await studio.seats() == (1, 0, 1)
    assert code_of(await studio.renews(id_of(opened), by=ben)) is RefusalCode.NO_ENTITLEMENT
    assert await studio.seats() == (1, 0, 0)


async def test_A12_whoever_cannot_get_a_seat_learns_who_holds_them(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=3)
    ben, chloe, dan = studio.people
    await studio.floats(everyone=True)
    await studio.assigns(ben)
    await studio.opens(chloe)

    refused = (await studio.opens(dan)).refused

    assert refused is not None
    assert refused.code is RefusalCode.NO_SEAT_AVAILABLE
    assert refused.limit is not None
    assert (refused.limit.name, refused.limit.value, refused.limit.left) == ("seats", "2", "0")
    assert refused.message.endswith(f"held by {ben}, {chloe}")


async def test_A12_the_same_machine_again_is_the_same_checkout(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=1)
    ben = studio.people[0]
    await studio.floats(everyone=True)

    first, again = await studio.opens(ben), await studio.opens(ben)

    assert id_of(first) == id_of(again)
    assert await studio.seats() == (2, 0, 1)


async def test_A12_the_same_command_again_has_the_same_verdict(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=1)
    await studio.floats(everyone=True)
    asked, id = OpenCheckout(product=LUMEN, machine="desk"), an_id()

    first = await ground.portal.ask(asked, by=studio.people[0], id=id)
    again = await ground.portal.ask(asked, by=studio.people[0], id=id)

    assert first == again
    assert id_of(first) == id


async def test_A12_a_lease_that_lapsed_is_swept_and_its_seat_is_free(
    ground: Ground, heard: Listener
) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.floats(everyone=True)
    opened = id_of(await studio.opens(ben))

    await studio.lets_lapse(opened)

    assert told((await heard.fact(CheckoutClosed, opened)).data)["swept"]
    assert code_of(await studio.renews(opened, by=ben)) is RefusalCode.UNKNOWN_CHECKOUT
    assert (await studio.opens(chloe)).accepted


async def test_A12_a_checkout_is_borrowed_and_brought_back_early(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=1)
    ben = studio.people[0]
    await studio.floats(everyone=True)
    opened = id_of(await studio.opens(ben))
    until = Clock().now() + timedelta(days=20)

    borrowed = await studio.borrows(opened, by=ben, until=until)

    assert borrowed.result is not None
    assert borrowed.result["borrowed"] is True
    assert (await studio.shown(ListCheckouts()))["checkouts"][0]["lease_until"] == borrowed.result[
        "lease_until"
    ]
    too_long = await studio.borrows(opened, by=ben, until=until + timedelta(days=20))
    assert code_of(too_long) is RefusalCode.MALFORMED
    assert (await studio.closes(opened, by=ben)).accepted


async def test_A12_the_administrator_brings_a_seat_back_and_that_is_written_down(
    ground: Ground, licensing_pool: Database
) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.floats(everyone=True)
    opened = id_of(await studio.opens(ben))

    by_another = await studio.closes(opened, by=chloe)
    by_ana = await studio.closes(opened, by=studio.ana)

    assert code_of(by_another) is RefusalCode.NOT_ADMINISTRATOR
    assert by_ana.accepted
    assert code_of(await studio.closes(opened, by=ben)) is RefusalCode.UNKNOWN_CHECKOUT
    acts = await licensing_pool.fetch(
        """
        SELECT act, by_account, about
        FROM audit
        WHERE subject = $1 AND act IN ('set_floating', 'close_checkout')
        ORDER BY number
        """,
        studio.id,
    )
    assert [tuple(row) for row in acts] == [
        ("set_floating", studio.ana, None),
        ("close_checkout", studio.ana, ben),
    ]


async def test_A12_a_checkout_on_a_license_of_his_own_is_nobody_elses_business(
    ground: Ground, heard: Listener
) -> None:
    studio = await ground.studio(seats=1, people=1, role="GUEST")
    dan = studio.people[0]
    await studio.buys(1, by=dan, kind="EDU")

    async def opens() -> bool:
        return (await studio.opens(dan)).accepted

    assert await eventually(opens, bool)
    opened = await studio.opens(dan)
    assert source_of(opened) == "EDU"
    assert (await heard.fact(CheckoutOpened, id_of(opened))).subject == dan
    by_ana = await studio.closes(id_of(opened), by=studio.ana)
    assert code_of(by_ana) is RefusalCode.UNKNOWN_CHECKOUT
    assert (await studio.shown(ListCheckouts()))["checkouts"] == []


async def test_R35_a_guest_uses_his_own_and_the_organizations_seat_at_once(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=1, role="GUEST")
    dan = studio.people[0]
    await studio.buys(1, by=dan, kind="EDU")
    await rights_become(ground.portal, dan, "EDU")
    await studio.assigns(dan)

    own = await studio.opens(dan)
    seated = await studio.opens(dan, machine="laptop")

    assert (source_of(own), source_of(seated)) == ("EDU", "ORGANIZATION")
    refused = await studio.opens(dan, machine="tower")
    assert code_of(refused) is RefusalCode.NO_SEAT_AVAILABLE


async def test_A12_the_administrator_sees_who_holds_what(ground: Ground) -> None:
    studio = await ground.studio(seats=3, people=3)
    await studio.floats(everyone=True)
    opened = [id_of(await studio.opens(person)) for person in studio.people]

    first = await studio.shown(ListCheckouts(limit=2))
    rest = await studio.shown(ListCheckouts(limit=2, after=UUID(first["after"])))

    listed = [one["checkout_id"] for one in (*first["checkouts"], *rest["checkouts"])]
    assert listed == [str(checkout) for checkout in sorted(opened)]
    assert "after" not in rest
    assert (await studio.shown(ListCheckouts(product="Tide")))["checkouts"] == []
    by_ben = await ground.portal.ask(ListCheckouts(), by=studio.people[0], owner=studio.id)
    assert code_of(by_ben) is RefusalCode.NOT_ADMINISTRATOR
    nowhere = await ground.portal.ask(ListCheckouts(), by=studio.ana, owner=an_id())
    assert code_of(nowhere) is RefusalCode.UNKNOWN_ORGANIZATION


async def test_A12_only_the_administrator_lets_seats_float(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=1)

    by_ben = await studio.floats(everyone=True, by=studio.people[0])
    outside = await studio.floats(an_id())
    unknown = await ground.portal.ask(
        SetFloating(product="Tide", everyone=True), by=studio.ana, owner=studio.id
    )

    assert code_of(by_ben) is RefusalCode.NOT_ADMINISTRATOR
    assert code_of(outside) is RefusalCode.NOT_IN_ORGANIZATION
    assert code_of(unknown) is RefusalCode.UNKNOWN_PRODUCT


async def test_A12_nobody_opens_a_checkout_for_no_one(ground: Ground) -> None:
    verdict = await ground.portal.ask(OpenCheckout(product=LUMEN, machine="desk"))

    assert code_of(verdict) is RefusalCode.UNKNOWN_ACCOUNT


async def test_A12_somebody_elses_checkout_is_not_renewed(ground: Ground) -> None:
    studio = await ground.studio(seats=1, people=2)
    ben, chloe = studio.people
    await studio.floats(everyone=True)
    opened = id_of(await studio.opens(ben))

    renewed = await studio.renews(opened, by=chloe)
    borrowed = await studio.borrows(opened, by=chloe, until=Clock().now() + timedelta(days=1))

    assert {code_of(renewed), code_of(borrowed)} == {RefusalCode.UNKNOWN_CHECKOUT}
    assert (await studio.renews(opened, by=ben)).accepted
