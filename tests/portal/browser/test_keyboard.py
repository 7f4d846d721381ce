"""What people come for, by keys alone."""

import pytest

from tests.builders import an_id
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.keyboard import Keyboard
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
    async with tab(eva) as page:
        hers, keys = OwnPages(page), Keyboard(page)
        await hers.comes_home()
        await hers.may_spend("60.00", why="limited by quota")

        await keys.goes_to("Ask for more")
        await keys.types("limit", "150")
        await keys.types("reason", "The big job.")
        await keys.goes_to("Send the request")

        await hers.has_asked("Quota 150.00")


async def test_an_operator_confirms_a_set_up(tab: OpenTab, people: Portal) -> None:
    name = f"Ivo {an_id().hex[-6:]}"
    await a_request(people, name)
    async with tab(await an_operator(people)) as page:
        his, keys = StaffPages(page), Keyboard(page)
        await his.comes_home()
        await keys.goes_to(name)
        await keys.goes_to("Confirm set-up")

        await his.reads("Set-up confirmed")
