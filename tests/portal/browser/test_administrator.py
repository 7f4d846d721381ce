"""What an Administrator does, in a real browser: with scripts and without, by mouse and by keys."""

from uuid import UUID

import pytest
from playwright.async_api import FilePayload, expect

from deploy.native.stack import Stack
from tests.builders import LUMEN
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.hands import Keyboard, Mouse
from tests.portal.browser.larkspur import Larkspur, furnish
from tests.portal.browser.organization import Organization
from tests.portal.studio import Studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(900)]
HANDS = (
    pytest.param(Mouse, True, id="mouse"),
    pytest.param(Mouse, False, id="mouse-without-scripts"),
    pytest.param(Keyboard, True, id="keyboard"),
)


@pytest.fixture
async def larkspur(studio: Studio, portal_stack: Stack) -> Larkspur:
    return await furnish(studio, portal_stack)


@pytest.mark.parametrize(("kind", "scripts"), HANDS)
async def test_daily_work_takes_as_few_clicks_as_promised(
    tab: OpenTab, larkspur: Larkspur, kind: type[Mouse] | type[Keyboard], *, scripts: bool
) -> None:
    async with tab(larkspur.studio.ana, scripts=scripts) as page:
        at = Organization(page, larkspur.studio.home, kind)
        await sees_what_is_left(at)
        await answers_a_request(at)
        await changes_a_quota(at)
        await moves_takes_back_and_assigns_a_seat(at)
        await adds_one_person(at)
        await imports_people(at)
        await lets_somebody_go(at)
        await takes_usage_away(at)

        assert at.hand.unseen == []


async def sees_what_is_left(at: Organization) -> None:
    async with at.task(1, clicks=0):
        pool = at.part("pool")
        for words in ("6.00 available of 416.00 in the pool", "84.00", "410.00 (2 jobs)"):
            await expect(pool).to_contain_text(words)
        await expect(pool).to_contain_text("Next to expire: 6.00 free of lot")


async def answers_a_request(at: Organization) -> None:
    async with at.task(3, clicks=2):
        needs = at.part("needs")
        await expect(needs).to_contain_text("Eva asks for a quota of 400.00")
        await at.follows("Decide", within=needs)
        await at.is_at("Requests")
        await expect(at.part("waiting")).to_contain_text("A higher quota alone would not help")
        await at.types("Quota in credits", "350")
        await at.presses("Approve")
        await at.was_told("Request of Eva approved")
    await expect(at.part("waiting")).to_contain_text("Nothing waits for you.")


async def changes_a_quota(at: Organization) -> None:
    async with at.task(4, clicks=3):
        await at.goes_to("Credits")
        await at.follows("Change", within=at.row("Chloe"))
        await at.is_at("Access of Chloe")
        await at.types("Quota in credits", "90")
        await at.presses("Save access")
        await at.was_told("Access of Chloe changed")
    await expect(at.row("Chloe")).to_contain_text("Quota 90.00")
    await expect(at.row("Chloe")).to_contain_text("6.00")


async def moves_takes_back_and_assigns_a_seat(at: Organization) -> None:
    async with at.task(5, clicks=3):
        await at.goes_to("Licenses")
        await at.follows("Move one")
        await at.is_at(LUMEN)
        await at.chooses("From whom", "Dan")
        await at.chooses("To whom", "Eva")
        await at.presses("Move the seat")
        await at.was_told(f"The seat of {LUMEN} moved from Dan to Eva")
    async with at.task(5, clicks=3):
        await at.goes_to("Licenses")
        await at.follows("See who holds them")
        await at.presses("Take back from Ben", within=at.part("product"))
        await at.was_told(f"Seat of {LUMEN} taken back from Ben")
    async with at.task(5, clicks=3):
        await at.goes_to("Licenses")
        await at.follows("Assign a seat")
        await at.chooses("To whom", "Dan")
        await at.presses("Assign the seat")
        await at.was_told(f"Dan has a seat of {LUMEN}")


async def adds_one_person(at: Organization) -> None:
    async with at.task(7, clicks=3):
        await at.goes_to("People")
        await at.follows("Add person")
        await at.is_at("Add a person")
        await at.types("E-mail", f"gina-{UUID(at.home[3:]).hex}@larkspur.example")
        await at.ticks("Member")
        await at.ticks("Quota")
        await at.types("Quota in credits", "25")
        await at.presses("Add this person")
        await at.was_told("added as Member, access to the pool given")


async def imports_people(at: Organization) -> None:
    host = f"{UUID(at.home[3:]).hex}.example"
    async with at.task(8, clicks=4):
        await at.goes_to("People")
        await at.follows("Import a list")
        await at.is_at("Import people")
        await at.picks("CSV file", a_table(host))
        await at.presses("Upload and check")
        await at.reads_when_done("2 will be applied, 1 cannot")
        await at.presses("Apply 2 rows")
        await at.reads_when_done("2 applied, 1 refused")
    failed = await at.downloads("Download failed rows")
    assert "unknown_role" in failed
    assert f"ian@{host}" in failed
    assert f"hugo@{host}" not in failed


async def lets_somebody_go(at: Organization) -> None:
    async with at.task(9, clicks=4):
        await at.goes_to("People")
        await at.follows("Chloe")
        await at.is_at("Chloe")
        await at.follows("Remove")
        await at.is_at("Remove Chloe")
        await at.reads("1 seat come")
        await at.presses("Remove Chloe")
        await at.was_told(f"Chloe removed; seats back: {LUMEN}")


async def takes_usage_away(at: Organization) -> None:
    async with at.task(10, clicks=2):
        await at.goes_to("Usage")
        await expect(at.part("report")).to_contain_text("84.00 credits charged")
        table = await at.downloads("Download CSV")
    assert "84" in table


def a_table(host: str) -> FilePayload:
    """Two people who can join, and one in a role that there is not."""
    rows = ("action,email,role", f"add,hugo@{host},MEMBER", f"add,ian@{host},BOSS")
    text = "\n".join((*rows, f"add,jane@{host},GUEST", ""))
    return {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
