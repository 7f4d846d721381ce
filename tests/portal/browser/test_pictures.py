"""Every page of an organization as people see it, on a studio with the numbers of the story."""

import pytest

from tests.portal.browser.conftest import PICTURES, OpenTab
from tests.portal.browser.pictures import LOOKS, take
from tests.portal.studio import Studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]


async def test_a_page_is_seen_in_every_look_and_the_tab_is_as_before(
    tab: OpenTab, studio: Studio
) -> None:
    async with tab(studio.ana) as page:
        await page.goto(studio.home)
        before = page.viewport_size

        await take(page, "overview-new")

        assert page.viewport_size == before
    left = {path.name for path in PICTURES.glob("overview-new-*.png")}
    assert left == {f"overview-new-{look.name}.png" for look in LOOKS}
