"""Usage, statements and the trail: shown, downloaded, the same numbers everywhere."""

import csv
import io
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from services.portal.pages import audit
from services.portal.site import make_site
from services.portal.views import usage
from shared.contracts.credits import AuthorizeHold, CaptureHold, SetCreditAccess
from shared.contracts.message import CommandData
from shared.contracts.money import parse_credits
from shared.contracts.purchases import OrderPaid
from tests.builders import CLOCK, a_credit_line, a_purchase, a_refund, an_id
from tests.portal.ground import Ground
from tests.portal.pages.reading import main_of
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal
from tests.waiting import eventually


async def test_usage_is_told_by_day_and_person_and_downloaded_alike(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    await rendered(studio, ben, "84")

    async with portal.client_of(studio.ana) as client:
        by_day = await told(client, f"{studio.home}/usage", "84.00 credits charged")
        by_person = await client.get(f"{studio.home}/usage?by=person")
        table = await client.get(f"{studio.home}/usage.csv?by=person")
        single = await client.get(f"{studio.home}/usage/charges.csv")
    async with portal.client_of(ben) as client:
        mine = await client.get("/me/usage")

    assert "<svg" in by_day.text
    assert "Ben" in main_of(by_person)
    (row,) = rows_of(table)
    assert row[:2] == ["Ben", str(ben)]
    assert row[-2:] == ["84", "1"]
    assert table.headers["content-disposition"].startswith('attachment; filename="usage-by-person')
    assert str(ben) in single.text
    assert "84.00 credits charged" in main_of(mine)


@pytest.mark.verify
async def test_a_range_that_is_none_is_told_and_another_is_shown(
    portal: Site, studio: Studio
) -> None:
    tomorrow = (CLOCK.now() + timedelta(days=1)).date()

    async with portal.client_of(studio.ana) as client:
        backward = await client.get(f"{studio.home}/usage?from={tomorrow}&to=2026-01-01")
        empty = await client.get(f"{studio.home}/usage")

    assert "<title>Error: Usage" in backward.text
    assert "From comes before To" in main_of(backward)
    assert "No usage between" in main_of(empty)


async def test_a_statement_adds_up_on_the_page_and_in_the_table(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    await rendered(studio, ben, "84")

    async with portal.client_of(studio.ana) as client:
        months = await client.get(f"{studio.home}/statements")
        period = f"{CLOCK.now():%Y-%m}"
        month = await client.get(f"{studio.home}/statements/{period}")
        table = await client.get(f"{studio.home}/statements/{period}.csv")
        before = await client.get(f"{studio.home}/statements/1999-01")
        nonsense = await client.get(f"{studio.home}/statements/soon")

    assert "Open until" in main_of(months)
    assert "Granted 500.00" in main_of(month)
    assert "Spent \N{MINUS SIGN}84.00" in main_of(month)
    assert "Now 416.00" in main_of(month)
    assert "closing,416" in table.text
    assert (before.status_code, nonsense.status_code) == (404, 404)


async def test_T23_a_repaid_debt_is_told_in_the_same_words_by_statement_and_credits(
    portal: Site, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    await indebted(studio, ben)

    await studio.shop.says(bought(studio, "34"))
    async with portal.client_of(studio.ana) as client:
        credits = await told(client, f"{studio.home}/credits", "(34.00 repaid a debt)")
        overview = await client.get(studio.home)
        months = await client.get(f"{studio.home}/statements")
        month = await client.get(f"{studio.home}/statements/{CLOCK.now():%Y-%m}")

    minus = "\N{MINUS SIGN}"
    first, second = "(34.00 more taken back than it had)", "(34.00 repaid a debt)"
    assert first in main_of(credits)
    assert "2 lots are used up or ended" in main_of(credits)
    assert "Not in the bar any more: 50.00 taken back by the store." in main_of(overview)
    assert f"0.00 134.00 {minus}84.00 0.00 {minus}50.00 0.00" in main_of(months)
    assert first in main_of(month)
    assert f"0.00 100.00 {minus}84.00 0.00 {minus}50.00 34.00 0.00" in main_of(month)
    assert second in main_of(month)
    assert f"0.00 34.00 0.00 0.00 0.00 {minus}34.00 0.00" in main_of(month)


async def test_the_trail_names_people_and_what_changed(portal: Site, studio: Studio) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    given = SetCreditAccess(account_id=ben, mode="quota", limit=parse_credits("120"))
    assert (await studio.does(given)).accepted

    async with portal.client_of(studio.ana) as client:
        trail = await told(client, f"{studio.home}/audit", "access: off → quota quota: 120")
        his = await client.get(f"{studio.home}/audit?person={ben}&act=add_member")
        table = await client.get(f"{studio.home}/audit.csv")
        nobody = await client.get(f"{studio.home}/audit?person=nobody")

    assert "Credit access changed" in main_of(trail)
    assert "Added to the organization" in main_of(his)
    assert "Credit access changed" not in main_of(his).partition("Clear filters")[2]
    assert "Ben" in table.text
    assert "Nothing recorded for this filter." in main_of(nobody)


async def test_tables_have_every_row_however_many_pages_they_take(
    portal: Site, people: Portal, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same pages in the test's own process, where a page of a report is one row."""
    monkeypatch.setattr(usage, "PAGE", 1)
    monkeypatch.setattr(audit, "WRITTEN_AT_ONCE", 1)
    both = [await studio.joined_by("MEMBER", name=name) for name in ("Ben", "Chloe")]
    for one in both:
        await rendered(studio, one, "84")
    site = make_site(Ground(portal.pool, people.asker).rooms())

    async with portal.client_of(studio.ana) as client:
        await told(client, f"{studio.home}/usage", "168.00 credits charged")
    async with portal.client_of(studio.ana, transport=httpx.ASGITransport(site)) as client:
        table = await client.get(f"{studio.home}/usage.csv?by=person")
        trail = await client.get(f"{studio.home}/audit.csv")

    assert {row[1] for row in rows_of(table)} == {str(one) for one in both}
    assert sum(row[1] == "Credit access changed" for row in rows_of(trail)) == len(both)


def rows_of(table: httpx.Response) -> list[list[str]]:
    text = table.text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}")
    return list(csv.reader(io.StringIO(text)))[1:]


def bought(studio: Studio, credits: str) -> OrderPaid:
    line = a_credit_line(credits=parse_credits(credits))
    return a_purchase(account_id=studio.ana, lines=(line,))


async def indebted(studio: Studio, ben: UUID) -> None:
    """Of 100 that were bought 84 are spent, and then 50 of them are taken back: 34 are owed."""
    order = bought(studio, "100")
    await studio.shop.says(order)
    await eventually(studio.available, lambda seen: seen == "100")
    await renders(studio, ben, "84")
    refund = a_refund(parse_credits("50"), order_id=order.order_id, account_id=studio.ana)
    await studio.shop.says(refund)
    await eventually(studio.available, lambda seen: seen == "0")


async def rendered(studio: Studio, who: UUID, amount: str) -> None:
    """Somebody renders for so much, out of 500 that were bought."""
    await studio.buys("500")
    await renders(studio, who, amount)


async def renders(studio: Studio, who: UUID, amount: str) -> None:
    assert (await studio.does(SetCreditAccess(account_id=who, mode="unlimited"))).accepted
    hold = an_id()
    acts: list[tuple[CommandData, UUID]] = [
        (AuthorizeHold(amount=parse_credits(amount), job="J1"), hold),
        (CaptureHold(hold_id=hold, amount=parse_credits(amount)), an_id()),
    ]
    for data, identifier in acts:
        verdict = await studio.people.ask(data, by=who, owner=studio.id, id=identifier)
        assert verdict.accepted, verdict


async def told(client: httpx.AsyncClient, page: str, words: str) -> httpx.Response:
    """Look until a page tells something that a service may still be adding up."""
    return await eventually(lambda: client.get(page), lambda seen: words in main_of(seen))
