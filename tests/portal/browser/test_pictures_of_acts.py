"""What pages of an organization show after something was done, wrong or refused, in every look."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import FilePayload, expect

from deploy.native.stack import Stack
from shared.contracts.credit_access import EditQuota
from shared.contracts.money import parse_credits
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.larkspur import Larkspur, furnish
from tests.portal.browser.looking import scrolls_sideways, violations
from tests.portal.browser.organization import Organization, is_late_for_a_seat
from tests.portal.browser.pictures import take
from tests.portal.studio import Studio

pytestmark = [pytest.mark.verify, pytest.mark.timeout(900)]
TABLE: FilePayload = {
    "name": "people.csv",
    "mimeType": "text/csv",
    "buffer": b"action,email,role\nadd,gina@fern.example,MEMBER\nadd,hugo@fern.example,BOSS\n",
}


async def test_what_acts_show_breaks_no_rule_and_is_left_in_every_look(
    tab: OpenTab, axe: str, studio: Studio, portal_stack: Stack
) -> None:
    larkspur = await furnish(studio, portal_stack)
    wrong: dict[str, object] = {}
    async with tab(studio.ana) as page:
        at = Organization(page, studio.home)
        for name, act in ACTS.items():
            await act(at, larkspur)
            if found := await violations(page, axe):
                wrong[name] = found
            assert not await scrolls_sideways(page), name
            await take(page, name)

    assert wrong == {}


async def chooses_people(at: Organization, _larkspur: Larkspur) -> None:
    await at.opens("/people")
    await expect(at.page.get_by_role("button", name="Change access")).to_be_hidden()
    await at.ticks("Choose Dan")
    await at.ticks("Choose Eva")
    await expect(at.page.get_by_role("button", name="Change access")).to_be_visible()


async def changes_several(at: Organization, larkspur: Larkspur) -> None:
    await chooses_people(at, larkspur)
    await at.presses("Change access")
    await at.is_at("Change access: 2 people")


async def checks_a_table(at: Organization, _larkspur: Larkspur) -> None:
    await at.opens("/bulk")
    await at.picks("CSV file", TABLE)
    await at.presses("Upload and check")
    await at.reads_when_done("1 will be applied, 1 cannot")


async def applies_a_table(at: Organization, _larkspur: Larkspur) -> None:
    await at.presses("Apply 1 row")
    await at.reads_when_done("1 applied, 1 refused")


async def is_stale(at: Organization, larkspur: Larkspur) -> None:
    await at.opens(f"/people/{larkspur.chloe}/access")
    await at.types("Quota in credits", "200")
    changed = EditQuota(account_id=larkspur.chloe, limit=parse_credits("75"))
    assert (await larkspur.studio.does(changed)).accepted
    await at.presses("Save access")
    await expect(at.part("refusal")).to_contain_text("You want")


async def types_no_number(at: Organization, larkspur: Larkspur) -> None:
    await at.opens(f"/people/{larkspur.chloe}/access")
    await at.types("Quota in credits", "1e3")
    await at.presses("Save access")
    await expect(at.part("problems")).to_contain_text("A quota is a number above 0")
    await expect(at.field("Quota in credits")).to_have_value("1e3")


async def is_refused_a_seat(at: Organization, larkspur: Larkspur) -> None:
    await is_late_for_a_seat(at, larkspur)
    await at.is_refused("no_seat_available")


async def saves_and_may_undo(at: Organization, larkspur: Larkspur) -> None:
    await at.opens(f"/people/{larkspur.dan}/access")
    await at.types("Quota in credits", "140")
    await at.presses("Save access")
    await at.was_told("Access of Dan changed")
    await expect(at.page.get_by_role("button", name="Undo")).to_be_visible()


async def makes_a_token(at: Organization, _larkspur: Larkspur) -> None:
    await at.opens("/settings/tokens/new")
    await at.types("What for", "Render farm")
    await at.ticks("Read: see what you see")
    await at.presses("Make the token")
    await expect(at.part("secret")).to_contain_text("Copy it now")


async def revokes_a_token(at: Organization, _larkspur: Larkspur) -> None:
    await at.opens("/settings")
    await at.follows("Revoke")
    await at.is_at("Revoke the token Render farm")


async def adds_a_webhook(at: Organization, _larkspur: Larkspur) -> None:
    await at.opens("/settings/webhooks/new")
    await at.types("Address", "https://localhost/coffer")
    await at.presses("Add the webhook")
    await expect(at.part("secret")).to_contain_text("Copy it now")
    await at.opens("/settings")
    await at.follows("https://localhost/coffer")
    await expect(at.part("deliveries")).to_be_visible()


async def waits_for_an_answer(at: Organization, _larkspur: Larkspur) -> None:
    await at.offers_to("Ben")


async def removes_somebody(at: Organization, larkspur: Larkspur) -> None:
    await at.opens(f"/people/{larkspur.chloe}/remove")
    await at.presses("Remove Chloe")
    await at.is_at("Removal of Chloe")
    await at.was_told("Chloe removed")


ACTS: dict[str, Callable[[Organization, Larkspur], Awaitable[None]]] = {
    "people-chosen": chooses_people,
    "people-access": changes_several,
    "import-check": checks_a_table,
    "import-result": applies_a_table,
    "access-stale": is_stale,
    "access-error": types_no_number,
    "person-refused": is_refused_a_seat,
    "person-undo": saves_and_may_undo,
    "token-made": makes_a_token,
    "token-revoke": revokes_a_token,
    "webhook": adds_a_webhook,
    "transfer-waiting": waits_for_an_answer,
    "person-removed": removes_somebody,
}
