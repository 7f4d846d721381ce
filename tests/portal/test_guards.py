"""What every answer carries, and what no browser, site or stranger can get past."""

import re
from http.cookies import Morsel, SimpleCookie
from uuid import UUID

import httpx
import pytest

from services.portal.drafting import KEPT_OF_A_BROWSER_MAX
from services.portal.guarding import POLICY
from tests.builders import an_account, an_id
from tests.portal.site import COOKIE, Site, form_in, sends
from tests.portal.studio import Studio
from tests.speaking import Portal

PAGES = ("/sign-in", "/help", "/help/roles", "/nowhere", "/", "/me", "/healthz", "/metrics")
INLINE = re.compile(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)
WIRE_MAX = 45_000
RAW_MAX = 100_000


@pytest.mark.parametrize("page", PAGES)
async def test_every_answer_says_what_it_may_load_and_who_may_frame_it(
    portal: Site, page: str
) -> None:
    async with portal.nobody() as client:
        headers = (await client.get(page)).headers

    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


async def test_files_are_kept_for_ever_under_the_name_of_their_content(portal: Site) -> None:
    async with portal.nobody() as client:
        page = await client.get("/sign-in")
        sheet = re.search(r'href="(/static/app\.\w+\.css)"', page.text)
        assert sheet
        answer = await client.get(sheet[1])
        changed = await client.get("/static/app.000000000000.css")

    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert changed.status_code == 404


async def test_no_page_has_a_script_or_a_style_in_it(portal: Site, studio: Studio) -> None:
    pages = ("/me", "/me/account", studio.home, f"{studio.home}/people", f"{studio.home}/credits")

    async with portal.client_of(studio.ana) as client:
        texts = {page: (await client.get(page)).text for page in pages}

    assert {page: INLINE.findall(text) for page, text in texts.items() if INLINE.search(text)} == {}


async def test_the_first_page_is_small_on_the_wire(portal: Site, studio: Studio) -> None:
    """All that a browser fetches for it, packed and unpacked (brief, section 8)."""
    async with portal.client_of(studio.ana) as client:
        page = await client.get(studio.home)
        names = re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text)
        answers = [page, *[await client.get(name) for name in sorted(set(names))]]

    assert sum(answer.num_bytes_downloaded for answer in answers) < WIRE_MAX
    assert sum(len(answer.content) for answer in answers) < RAW_MAX


async def test_the_cookie_of_a_session_is_for_this_site_and_no_script(
    portal: Site, people: Portal
) -> None:
    cookie = await a_persona_comes_in(portal, people)

    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == cookie["expires"] == ""


async def test_a_session_that_was_planted_before_signing_in_is_worth_nothing(
    portal: Site, people: Portal
) -> None:
    cookie = await a_persona_comes_in(portal, people, planted="planted")

    assert cookie.value != "planted"
    async with portal.nobody(cookies={COOKIE: "planted"}) as client:
        assert (await client.get("/me/account")).status_code == 303


async def test_a_form_of_another_session_changes_nothing(portal: Site, people: Portal) -> None:
    mona, eva = [await registered(people) for _ in range(2)]

    async with portal.client_of(mona) as hers, portal.client_of(eva) as theirs:
        form = form_in(await theirs.get("/me/account"))
        sent = await sends(hers, "/me/account", {}, to="/me/account/set-up", with_form=form)

    assert sent.status_code == 403
    assert "not made by a page of this session" in sent.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_what_another_site_sends_changes_nothing(
    portal: Site, people: Portal, headers: dict[str, str]
) -> None:
    async with portal.client_of(await registered(people)) as client:
        form = form_in(await client.get("/me/account"))
        sent = await client.post("/me/account/sessions", data={"form": form}, headers=headers)
        door = await client.post("/sign-in/persona", data={"persona": "Oz"}, headers=headers)

    assert sent.status_code == 403
    assert door.status_code == 403


async def test_a_form_that_says_nothing_of_its_origin_changes_nothing(
    portal: Site, people: Portal
) -> None:
    async with portal.client_of(await registered(people)) as client:
        form = form_in(await client.get("/me/account"))
        del client.headers["Origin"]
        sent = await client.post("/me/account/sessions", data={"form": form})

    assert sent.status_code == 403


async def test_another_hosts_name_is_not_answered(portal: Site) -> None:
    """A name that was made to resolve to this machine reads nothing here."""
    async with portal.nobody() as client:
        answer = await client.get("/sign-in", headers={"Host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("asked", ["//evil.example/", "/\\evil.example", "https://evil.example/"])
async def test_signing_in_leads_to_no_other_site(portal: Site, people: Portal, asked: str) -> None:
    await a_persona_of(people)

    async with portal.nobody() as client:
        came = await client.post("/sign-in/persona", data={"persona": "Fay", "next": asked})

    assert came.headers["location"] == "/"


async def test_what_is_somebody_elses_looks_as_if_it_were_not_there(
    portal: Site, studio: Studio, people: Portal
) -> None:
    foreign = (studio.home, f"{studio.home}/people", f"{studio.home}/people/{studio.ana}")

    async with portal.client_of(await registered(people)) as client:
        nowhere = await client.get(f"/o/{an_id()}")
        answers = [await client.get(page) for page in foreign]

    assert [answer.status_code for answer in answers] == [404] * len(foreign)
    assert {without_address(answer) for answer in answers} == {without_address(nowhere)}


async def test_a_session_that_lay_idle_or_is_old_is_over(portal: Site, people: Portal) -> None:
    mona = await registered(people)

    async with portal.client_of(mona) as idle, portal.client_of(mona) as old:
        before = [(await client.get("/me/account")).status_code for client in (idle, old)]
        await portal.pool.execute(
            "UPDATE session SET seen_at = seen_at - interval '31 minutes' WHERE account_id = $1",
            mona,
        )
        lying = await idle.get("/me/account")
        await portal.pool.execute(
            "UPDATE session SET seen_at = now(), ends_at = now() WHERE account_id = $1", mona
        )
        ended = await old.get("/me/account")

    assert before == [200, 200]
    assert (lying.status_code, ended.status_code) == (303, 303)


async def test_what_was_typed_outlives_the_session(portal: Site, people: Portal) -> None:
    mona = await registered(people)
    fields = {"customer_number": "CN-<5>"}

    async with portal.client_of(mona) as client:
        form = form_in(await client.get("/me/account"))
        await portal.pool.execute("DELETE FROM session WHERE account_id = $1", mona)
        late = await sends(client, "", fields, to="/me/account/set-up", with_form=form)
        kept = re.search(r"next=(/drafts/[\w-]+)", late.text)
        assert kept
        client.cookies.set(COOKIE, await portal.session_of(mona))
        back = await client.get(kept[1])
        sent = await sends(client, kept[1], fields, to="/me/account/set-up")

    assert late.status_code == 401
    assert "CN-&lt;5&gt;" in back.text
    assert "/me/account/set-up</code>" in back.text
    assert sent.status_code == 409


async def test_a_draft_is_shown_in_no_other_browser_than_where_it_was_typed(
    portal: Site, people: Portal
) -> None:
    """A stranger has one made, and sends somebody its address."""
    mona = await registered(people)

    async with portal.nobody() as stranger, portal.nobody() as hers:
        made, _her_own = await a_draft(stranger), await a_draft(hers)
        hers.cookies.set(COOKIE, await portal.session_of(mona))
        in_hers = await hers.get(made)
        stranger.cookies.set(COOKIE, await portal.session_of(mona))
        in_his = await stranger.get(made)

    assert in_his.status_code == 200
    assert in_hers.status_code == 404


async def test_a_browser_keeps_its_newest_drafts_whatever_others_send(
    portal: Site, people: Portal
) -> None:
    mona = await registered(people)

    async with portal.nobody() as hers, portal.nobody() as others:
        kept = await a_draft(hers)
        many = [await a_draft(others) for _ in range(KEPT_OF_A_BROWSER_MAX + 1)]
        for client in (hers, others):
            client.cookies.set(COOKIE, await portal.session_of(mona))
        mine = await hers.get(kept)
        oldest, newest = [await others.get(draft) for draft in (many[0], many[-1])]

    assert (mine.status_code, oldest.status_code, newest.status_code) == (200, 404, 200)


async def test_a_draft_is_shown_to_nobody_who_is_not_signed_in(portal: Site) -> None:
    async with portal.nobody() as client:
        assert (await client.get("/drafts/anything")).status_code == 303


async def test_more_than_the_largest_upload_is_not_taken(portal: Site, people: Portal) -> None:
    async with portal.client_of(await registered(people)) as client:
        field = await client.post("/me/account/sessions", data={"form": "x" * 7_000_000})
        files = {"upload": ("people.csv", b"x" * 7_000_000)}
        upload = await client.post("/me/account/sessions", files=files)

    assert (field.status_code, upload.status_code) == (400, 413)


async def test_the_look_is_remembered_and_rendered(portal: Site) -> None:
    async with portal.nobody() as client:
        chosen = {"theme": "dark", "density": "compact", "back": "/help"}
        changed = await client.post("/appearance", data=chosen)
        page = await client.get("/help")

    assert changed.headers["location"] == "/help"
    assert 'data-theme="dark" data-density="compact"' in page.text


async def a_draft(client: httpx.AsyncClient) -> str:
    """Send a form without being signed in; where it is kept."""
    sent = await client.post("/me/account/set-up", data={"customer_number": "CN-5"})
    kept = re.search(r"next=(/drafts/[\w-]+)", sent.text)
    assert kept
    return kept[1]


async def a_persona_of(people: Portal) -> None:
    """Have somebody of the story registered; once for all tests of this stack."""
    data = an_account(email="fay@larkspur.example", name="Fay")
    await people.ask(data, by=data.account_id)


async def a_persona_comes_in(portal: Site, people: Portal, *, planted: str = "") -> "Morsel[str]":
    """The cookie that somebody of the story is given at the door."""
    await a_persona_of(people)
    async with portal.nobody(cookies={COOKIE: planted} if planted else {}) as client:
        came = await client.post("/sign-in/persona", data={"persona": "Fay"})
    cookie: SimpleCookie = SimpleCookie(came.headers["set-cookie"])
    return cookie[COOKIE]


async def registered(people: Portal) -> UUID:
    data = an_account(name="Mona")
    assert (await people.ask(data, by=data.account_id)).accepted
    return data.account_id


def without_address(answer: httpx.Response) -> str:
    """A page without what is minted anew, and without the address it was asked under."""
    text = re.sub(r'name="form" value="[^"]+"|printed [^<]+', "", answer.text)
    return text.replace(answer.url.path, "")
