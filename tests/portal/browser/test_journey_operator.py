"""An operator, with scripts and without: a queue with the evidence beside each decision."""

from uuid import UUID

import pytest
from playwright.async_api import expect

from shared.contracts.accounts import ShowAccount
from shared.contracts.catalogue import fact_type
from shared.contracts.message import Fact
from shared.contracts.purchases import OrderPaid
from tests.builders import a_credit_line, a_purchase, an_id
from tests.portal.browser.conftest import OpenTab
from tests.portal.browser.staff_pages import StaffPages
from tests.portal.operator.conftest import an_operator
from tests.portal.operator.test_messages import bury
from tests.portal.operator.test_work_list import a_request
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal
from tests.waiting import eventually

pytestmark = [pytest.mark.verify, pytest.mark.timeout(300)]
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@pytest.fixture
async def oz(people: Portal) -> UUID:
    return await an_operator(people)


@BOTH
async def test_a_set_up_is_confirmed_in_two_clicks_and_once(
    tab: OpenTab, people: Portal, oz: UUID, *, scripts: bool
) -> None:
    name = f"Fay {an_id().hex[-6:]}"
    await a_request(people, name)
    async with tab(oz, scripts=scripts) as page:
        his = StaffPages(page)
        await his.comes_home()
        await his.follows(name)
        await his.reads("Matches", name)
        await his.presses("Confirm set-up", times=2)

        await his.reads("Set-up confirmed")
        await page.reload()
        await his.reads("Set-up confirmed")
        await expect(page.get_by_role("link", name=name)).to_have_count(0)
        await page.go_back()
        await his.reads("This request waits no more")
        assert his.clicks == 2


@BOTH
async def test_a_rejection_without_a_reason_stays_on_its_page(
    tab: OpenTab, people: Portal, oz: UUID, *, scripts: bool
) -> None:
    name = f"Gus {an_id().hex[-6:]}"
    await a_request(people, name)
    async with tab(oz, scripts=scripts) as page:
        his = StaffPages(page)
        await his.comes_home()
        await his.follows(name)
        await his.presses("Reject set-up")

        await his.reads("Say why")
        assert (await page.title()).startswith("Error: ")
        await his.types("Why, in a sentence they will read", "No such college.")
        await his.presses("Reject set-up")
        await his.reads("Set-up rejected")


@BOTH
async def test_a_refund_takes_three_clicks_and_is_booked_once(
    tab: OpenTab, studio: Studio, people: Portal, oz: UUID, *, scripts: bool
) -> None:
    await studio.buys("100")
    async with tab(oz, scripts=scripts) as page:
        his = StaffPages(page)
        await his.comes_home()
        await his.finds(await email_of(people, studio.ana))
        await his.follows("Refund")
        await his.types("Credits to take back", "30")
        await his.types("Reason", "Bought by mistake.")
        await his.presses("Record the refund", times=2)

        await his.reads("The refund is")
        assert his.clicks == 3
        await eventually(studio.available, lambda seen: seen == "70")
        await page.reload()
        await his.reads("30.00 of lot 1", "Bought by mistake.")


@BOTH
async def test_a_message_that_died_is_sent_again_in_two_clicks(
    tab: OpenTab, studio: Studio, portal: Site, oz: UUID, *, scripts: bool
) -> None:
    reason = f"the ledger was ill {an_id().hex[-6:]}"
    await a_lost_order(portal, studio, "70", reason)
    async with tab(oz, scripts=scripts) as page:
        his = StaffPages(page)
        await his.comes_home()
        row = page.get_by_role("row").filter(has_text=reason)
        await his.hand.presses(row.get_by_role("link").first)
        await his.reads(reason, str(studio.ana))
        await his.presses("Redrive this message", times=2)

        await his.reads("They are being sent again")
        assert his.clicks == 2
        await eventually(studio.available, lambda seen: seen == "70")


@BOTH
async def test_what_one_operator_took_another_sees(
    tab: OpenTab, people: Portal, oz: UUID, *, scripts: bool
) -> None:
    name = f"Hal {an_id().hex[-6:]}"
    await a_request(people, name)
    pia = await an_operator(people, name="Pia")
    async with tab(oz, scripts=scripts) as one, tab(pia, scripts=scripts) as other:
        his, hers = StaffPages(one), StaffPages(other)
        await his.comes_home()
        await hers.comes_home()
        await hers.has_on_it(name, "nobody yet")

        await his.presses(f"Take {name}")
        await his.has_on_it(name, "Oz")
        await hers.finds_it_anew("Oz since", scripts=scripts)
        await hers.has_on_it(name, "Oz")
        await hers.follows(name)
        await hers.presses("Take over this")
        await hers.reads("Pia since")
        await hers.presses("Release this")
        await hers.reads("nobody yet")


@BOTH
async def test_a_large_correction_needs_a_second_operator(
    tab: OpenTab, studio: Studio, people: Portal, oz: UUID, *, scripts: bool
) -> None:
    await studio.buys("10")
    pia = await an_operator(people, name="Pia")
    reason = f"Settled by contract {an_id().hex[-6:]}."
    async with tab(oz, scripts=scripts) as one, tab(pia, scripts=scripts) as other:
        his, hers = StaffPages(one), StaffPages(other)
        await his.comes_home()
        await his.finds(await email_of(people, studio.ana))
        await his.follows("See the wallet")
        await his.follows("Correct the balance")
        await his.corrects("90 000", reason)
        await his.reads("with your name and the reason", "another operator has to confirm it")
        await his.presses("Add 90,000.00 credits")
        await his.reads("You asked for it: another operator has to confirm it.", reason)

        await hers.opens(one.url)
        await hers.reads(reason, "Oz")
        await hers.presses("Confirm the correction", times=2)
        await eventually(studio.available, lambda seen: seen == "90010")
        await one.reload()
        await his.reads("by Pia")


@BOTH
async def test_books_are_compared_while_the_page_is_left_alone(
    tab: OpenTab, oz: UUID, *, scripts: bool
) -> None:
    async with tab(oz, scripts=scripts) as page:
        his = StaffPages(page)
        await his.comes_home()
        await his.turns_to("Reconciliation")
        await his.presses("Run now", times=2)

        await his.finds_it_anew("wallets, ", scripts=scripts)
        await his.reads("Last run")


@BOTH
async def test_pages_of_a_customer_are_marked_as_seen_by_the_staff(
    tab: OpenTab, studio: Studio, people: Portal, oz: UUID, *, scripts: bool
) -> None:
    async with tab(oz, scripts=scripts) as page:
        his = StaffPages(page)
        await his.comes_home()
        await his.finds(await email_of(people, studio.ana))
        await his.follows("its organization")
        await his.reads("Vendor staff view: every act is recorded.")
        await his.follows("Back to the work list")
        await his.is_at("Work list")
        await his.finds("nobody of this name")
        await his.reads("Nothing matches; ids and customer numbers work too.")


async def email_of(people: Portal, account: UUID) -> str:
    shown = await people.ask(ShowAccount(account_id=account), by=account)
    return str((shown.result or {})["email"])


async def a_lost_order(portal: Site, studio: Studio, credits: str, reason: str) -> None:
    """An order that was paid died before the ledger took it."""
    line = a_credit_line(credits=int(credits) * 1_000_000)
    paid = a_purchase(account_id=studio.ana, lines=(line,))
    fact = Fact(
        id=an_id(),
        source="/store/shop",
        type=fact_type(OrderPaid),
        subject=studio.ana,
        time=paid.paid_at,
        data=paid,
    )
    body = fact.model_dump_json(exclude_none=True).encode()
    await bury(portal.stack, body, fact_type(OrderPaid), reason)
