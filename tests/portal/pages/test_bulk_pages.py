"""A table of many acts: checked first, applied once, told row by row (T34)."""

import httpx
import pytest

from tests.builders import LUMEN, an_id
from tests.portal.pages.reading import main_of
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio

HEADER = "action,email,role,product,mode,limit,period\n"


async def test_T34_a_table_is_checked_then_applied_and_once(portal: Site, studio: Studio) -> None:
    good, bad = f"{an_id().hex}@larkspur.example", "not an address"
    table = f"{HEADER}add,{good},MEMBER,,,,\nassign,{good},,{LUMEN},,,\nadd,{bad},GUEST,,,,\n"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        checked = await uploads(client, studio, table)
        here = checked.url.path
        applied = await sends(client, here, {}, to=f"{here}/apply")
        twice = await sends(client, here, {}, to=f"{here}/apply")
        again = await uploads(client, studio, table)
        failed = await client.get(f"{here}/failed.csv")

    assert "2 will be applied, 1 cannot, 0 change nothing" in main_of(checked)
    assert "Email: is no address like" in main_of(checked)
    assert "2 applied, 1 refused, 0 unchanged" in main_of(applied)
    assert main_of(twice) == main_of(applied)
    assert again.url.path == here
    assert failed.text.splitlines()[1].startswith("add,not an address,GUEST")


@pytest.mark.verify
async def test_a_file_that_is_no_table_changes_nothing_and_says_why(
    portal: Site, studio: Studio
) -> None:
    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        cut = await uploads(client, studio, f"{HEADER}add,ben@larkspur.example,MEMBER")
        other = await uploads(client, studio, "name,phone\nBen,12\n")
        nothing = await sends(client, f"{studio.home}/bulk", {})
        template = await client.get(f"{studio.home}/bulk/template.csv")

    assert cut.status_code == 422
    assert "The last line does not end" in main_of(cut)
    assert "No column is called" in main_of(other)
    assert "Choose a file." in main_of(nothing)
    assert "action,email,role" in template.text


@pytest.mark.verify
async def test_whoever_is_chosen_on_the_list_gets_the_same_access(
    portal: Site, studio: Studio
) -> None:
    accounts = [await studio.joined_by("MEMBER", name=name) for name in ("Ben", "Eva")]
    emails = [f"{account.hex}@larkspur.example" for account in accounts]
    people = f"{studio.home}/people"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        form = form_in(await client.get(people))
        chosen = await client.post(
            f"{studio.home}/bulk/selected", data={"form": form, "people": emails, "act": "access"}
        )
        wish = {"people": emails, "act": "access", "mode": "quota", "limit": "50"}
        checked = await client.post(
            f"{studio.home}/bulk/chosen", data={"form": form_in(chosen), **wish}
        )
        here = checked.url.path
        await sends(client, here, {}, to=f"{here}/apply")
        after = await client.get(people)

    assert "Change access: 2 people" in main_of(chosen)
    assert "2 will be applied" in main_of(checked)
    assert main_of(after).count("Quota 50.00") == 4  # once in its column, once for phones


@pytest.mark.verify
async def test_a_table_of_another_organization_is_not_found(portal: Site, studio: Studio) -> None:
    async with portal.client_of(studio.ana) as client:
        page = await client.get(f"{studio.home}/bulk/{an_id()}")

    assert page.status_code == 404


async def uploads(client: httpx.AsyncClient, studio: Studio, table: str) -> httpx.Response:
    page = f"{studio.home}/bulk"
    form = form_in(await client.get(page))
    files = {"file": ("people.csv", table.encode(), "text/csv")}
    return await client.post(page, data={"form": form}, files=files)
