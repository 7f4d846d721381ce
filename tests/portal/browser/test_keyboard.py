"""What people come for, by keys alone."""

import pytest

from tests.builders import an_id
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.hands import Keyboard, at_home
from tests.portal.browser.own_pages import OwnPages
from tests.portal.browser.staff_pages import StaffPages
from tests.portal.browser.test_journey_member import a_member
from tests.portal.operator.conftest import an_operator
from tests.portal.operator.test_work_list import a_request
from tests.portal.studio import Studio
from tests.speaking import Portal

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]


async def test_a_member_reads_what_he_may_spend_and_asks_for_more(
    tab: OpenTab, studio: Studio
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, by=Keyboard) as hers:
        await hers.may_spend("60.00", why="limited by quota")

        await hers.asks_for("150", "The big job.")

        await hers.has_asked("Quota 150.00")
        assert hers.hand.unseen == []


async def test_an_operator_confirms_a_set_up(tab: OpenTab, people: Portal) -> None:
    name = f"Ivo {an_id().hex[-6:]}"
    await a_request(people, name)
    async with at_home(tab, await an_operator(people), StaffPages, by=Keyboard) as his:
        await his.follows(name)
        await his.presses("Confirm set-up")

        await his.reads("Set-up confirmed")
        assert his.hand.unseen == []
