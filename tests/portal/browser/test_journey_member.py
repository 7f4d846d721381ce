"""A Member, with scripts and without: what may I spend, why not more, and who can change that."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from shared.contracts.credit_access import DecideRequest, RequestCredits
from shared.contracts.credit_answers import RequestList
from shared.contracts.credit_queries import ListRequests
from shared.contracts.credits import SetCreditAccess
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.hands import at_home
from tests.portal.browser.own_pages import OwnPages
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.portal.test_unknown_outcomes import silent

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
SPEAKING = "[aria-live], [role=status], [role=alert], [role=log], [role=timer]"
OF_A_MEMBER = {
    "My credits": "Nothing spent in the last 90 days",
    "Requests": "You have not asked for anything.",
    "My usage": "No usage between",
    "Trials": "Trials and betas",
    "Account": "You are a Member of",
}


@BOTH
async def test_what_may_be_spent_takes_no_click_and_asking_for_more_takes_two(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        await hers.may_spend("60.00", why="limited by quota")
        clicks_of_task_2 = hers.clicks

        await hers.asks_for("150", "The big job on Friday.")
        await hers.reads("Request sent", "Quota 150.00", "Waits for an answer")

        assert (clicks_of_task_2, hers.clicks) == (0, 2)


@BOTH
async def test_each_own_page_says_what_is_not_there_yet(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        for name, words in OF_A_MEMBER.items():
            await hers.turns_to(name)
            await hers.reads(words)
            await expect(hers.page.get_by_role("heading", level=1)).to_have_count(1)
            assert await hers.page.locator("main .button.primary:visible").count() <= 1


@BOTH
async def test_twice_pressed_reloaded_and_gone_back_asks_once(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        await hers.asks_for("150", "The big job.", times=2)
        await hers.is_at("Your requests")
        await hers.has_asked("Quota 150.00")

        await hers.page.reload()
        await hers.reads("Request sent")
        await hers.has_asked("Quota 150.00")
        await hers.page.go_back()
        await hers.is_at("Ask for more")
        await expect(hers.page.locator("#refusal, #problems")).to_have_count(0)
        await hers.page.go_forward()
        await hers.has_asked("Quota 150.00")


@BOTH
async def test_a_wrong_amount_stays_where_it_was_typed_and_costs_no_command(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        await hers.asks_for("1e3", "The big job.")

        await hers.reads("A quota is a number above 0")
        assert (await hers.page.title()).startswith("Error: ")
        await expect(hers.page.get_by_label("What for")).to_have_value("The big job.")
        await hers.types("Quota in credits, all in all", "150")
        await hers.presses("Send the request")
        await hers.has_asked("Quota 150.00")


@BOTH
async def test_a_refusal_stands_where_it_happened_with_what_was_typed(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    for number in range(5):
        wish = RequestCredits(mode="unlimited", reason=f"Job {number}.")
        assert (await studio.does(wish, by=eva)).accepted
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        await hers.asks_for("150", "One too many.")

        await hers.is_refused("rate_limited")
        await expect(hers.page.get_by_label("What for")).to_have_value("One too many.")


@BOTH
async def test_a_session_that_is_over_keeps_what_was_typed(
    tab: OpenTab, studio: Studio, portal: Site, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        await hers.begins_to_ask("150", "Typed with care.")
        await portal.pool.execute("DELETE FROM session WHERE account_id = $1", eva)

        await hers.presses("Send the request")
        await hers.comes_back_in(portal, eva)
        await hers.reads("Typed with care.", "150")
        await hers.presses("Send it now")

        await hers.has_asked("Quota 150.00")


@BOTH
async def test_an_answer_that_is_late_is_told_as_such_and_resolves_itself(
    tab: OpenTab, studio: Studio, portal: Site, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        await hers.begins_to_ask("150", "The big job.")
        with silent(portal.stack, "credit_ledger-0"):
            await hers.presses("Send the request")
            await hers.is_at("What became of it")
            await hers.reads("no answer yet. Nothing is lost")

        if scripts:
            await hers.reads("Done at")
            await hers.heard("Done: Request sent.")
            await hers.follows("See it")
        else:
            await hers.checks_until_known()
        await hers.has_asked("Quota 150.00")


@BOTH
async def test_an_answer_shows_on_the_open_page_with_its_reason(
    tab: OpenTab, studio: Studio, *, scripts: bool
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages, scripts=scripts) as hers:
        await hers.asks_for("150", "The big job.")
        await hers.reads("Waits for an answer")

        await answer(studio, approve=True)

        await hers.finds_it_anew("Approved", scripts=scripts)
        if scripts:
            await hers.heard("Your request was approved.")
        await hers.turns_to("Overview")
        await hers.may_spend("150.00", why="limited by quota")


async def test_a_change_of_access_is_heard_and_what_ticks_is_not(
    tab: OpenTab, studio: Studio
) -> None:
    eva = await a_member(studio)
    async with at_home(tab, eva, OwnPages) as hers:
        await expect(hers.page.locator("#as-of-words")).to_contain_text("Live")
        regions = hers.page.locator(
            "[aria-live], [role=status], [role=alert], [role=log], [role=timer]"
        )

        await studio.does(SetCreditAccess(account_id=eva, mode="disabled"))
        await hers.may_spend("0.00", why="Ana has not turned it on for you.")

        await hers.heard("Your access to the pool is off.")
        await expect(regions).to_have_count(1)
        await expect(regions.locator(".figure, time, table")).to_have_count(0)


async def a_member(studio: Studio) -> UUID:
    """Eva, a Member with a quota of 60 of a pool of 500."""
    eva = await studio.joined_by("MEMBER", name="Eva")
    await studio.buys("500")
    access = SetCreditAccess(account_id=eva, mode="quota", limit=60_000_000)
    assert (await studio.does(access)).accepted
    return eva


async def answer(studio: Studio, *, approve: bool) -> None:
    """Ana decides about the one request that waits."""
    listed = await studio.does(ListRequests(state="open"))
    (waiting,) = RequestList.model_validate(listed.result, strict=False).requests
    decided = DecideRequest(request_id=waiting.request_id, approve=approve)
    assert (await studio.does(decided)).accepted
