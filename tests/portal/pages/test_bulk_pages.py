"""A table of many acts: checked first, applied once, told row by row (T34)."""

import asyncio

import httpx
import pytest

from tests.builders import LUMEN, an_id
from tests.portal.pages.reading import main_of
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio, a_studio
from tests.waiting import eventually

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
    assert "“not an address” is no e-mail address like" in main_of(checked)
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


@pytest.mark.verify
async def test_the_check_page_says_how_the_file_was_read(portal: Site, studio: Studio) -> None:
    table = f"{HEADER}add,zoë.{an_id().hex}@larkspur.example,MEMBER,,,,\n".replace(",", ";")

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        checked = await uploads(client, studio, table.encode("cp1252"))

    assert "The file was read as semicolon, Windows-1252." in main_of(checked)


@pytest.mark.verify
async def test_whoever_owns_something_is_added_as_a_guest_by_one_button(
    portal: Site, studio: Studio
) -> None:
    founder = await a_studio(studio.people, studio.shop, name="Dan")
    owner, other = f"{founder.ana.hex}@larkspur.example", f"{an_id().hex}@larkspur.example"
    table = f"{HEADER}add,{owner},MEMBER,,,,\nadd,{other},MEMBER,,,,\n"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        checked = await uploads(client, studio, table)
        before = checked.url.path
        mended = await sends(client, before, {"line": "2"}, to=f"{before}/guests")
        here = mended.url.path
        await sends(client, here, {}, to=f"{here}/apply")
        people = await client.get(f"{studio.home}/people?search={owner}")

    assert "1 will be applied, 1 cannot" in main_of(checked)
    assert "As Guest instead" in main_of(checked)
    assert here != before
    assert "2 will be applied, 0 cannot" in main_of(mended)
    assert "Guest" in main_of(people)


@pytest.mark.verify
async def test_an_import_stops_when_told_goes_on_when_told_and_writes_a_letter(
    portal: Site, studio: Studio
) -> None:
    people = [f"{an_id().hex}@larkspur.example" for _ in range(400)]
    table = HEADER + "".join(f"add,{email},MEMBER,,,,\n" for email in people)

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        here = (await uploads(client, studio, table)).url.path
        checked = await is_through(client, here)
        form = form_in(checked)
        begun, _ = await asyncio.gather(
            client.post(f"{here}/apply", data={"form": form}),
            client.post(f"{here}/stop", data={"form": form}),
        )
        if "Stop after the current row" in begun.text:
            await sends(client, here, {}, to=f"{here}/stop")
        stopped = await is_through(client, here)
        await sends(client, here, {}, to=f"{here}/apply")
        done = await is_through(client, here)
    kinds = await portal.pool.fetch(
        "SELECT kind FROM letter WHERE facts ->> 'upload_id' = $1 ORDER BY id",
        here.rpartition("/")[2],
    )

    assert "400 will be applied" in main_of(checked)
    assert "not begun" in main_of(stopped)
    assert "Go on with" in main_of(stopped)
    assert "400 applied, 0 refused, 0 unchanged" in main_of(done)
    assert [row["kind"] for row in kinds] == ["import_stopped", "import_ended"]


async def is_through(client: httpx.AsyncClient, here: str) -> httpx.Response:
    """The page of a table once nothing is done with it any more."""

    async def page() -> httpx.Response:
        return await client.get(here)

    return await eventually(page, lambda seen: ">Refresh<" not in seen.text, wait_seconds=120)


async def uploads(client: httpx.AsyncClient, studio: Studio, table: str | bytes) -> httpx.Response:
    page = f"{studio.home}/bulk"
    form = form_in(await client.get(page))
    content = table.encode() if isinstance(table, str) else table
    files = {"file": ("people.csv", content, "text/csv")}
    return await client.post(page, data={"form": form}, files=files)
