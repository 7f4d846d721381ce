"""Every route there is, found and not listed: what it carries, and what it tells of others."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from uuid import UUID

import httpx
import pytest
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import renew
from services.portal.guarding import A_YEAR, POLICY, SecurityHeaders
from services.portal.sessions import cookie_name, hash_of, set_cookie
from services.portal.settings import PortalSettings
from services.portal.store import sessions
from services.portal.store.sessions import Session
from shared.clock import Clock
from shared.contracts.credit_access import RequestCredits
from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from shared.contracts.licensing import AssignLicense
from shared.contracts.transfers import RequestTransfer
from tests.builders import LUMEN, an_id
from tests.portal.api.calling import makes_token
from tests.portal.routes import address_of, every_route, method_of
from tests.portal.site import COOKIE, Site
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store

pytestmark = pytest.mark.timeout(600)
SECRET_NAME = "Wilhelmina Zwart"
CARRIED = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
CHOSEN_BY_PEOPLE = {"theme", "density"}
OPEN_TO_ALL = {"/", "/healthz", "/metrics", "/static/{name}", "/appearance"}
# Of a form: an id of theirs wherever one may be named, and what nobody types.
NAMES = ("person", "account_id", "to", "from", "request", "transfer", "delivery", "product", "lot")
FIELDS = ("name", "email", "url", "kinds", "scopes", "days", "reason", "amount", "limit", "mode",
          "role", "zone", "act", "customer_number", "back", "theme", "topics")  # fmt: skip
A_DAY = timedelta(days=1)
NOBODY_TYPES = "\0\N{RIGHT-TO-LEFT OVERRIDE}\N{PILE OF POO}=1+1"


@dataclass(frozen=True)
class Browser:
    """Who is signed in, and what forms are made with."""

    client: httpx.AsyncClient
    session: Session

    def form(self) -> str:
        return renew(an_id(), self.session)


async def asks(client: httpx.AsyncClient, route: Route, path: str, **form: str) -> httpx.Response:
    """Ask a route once; of one that streams, the head alone."""
    method = method_of(route)
    sent = form if method == "POST" else None
    try:
        async with client.stream(method, path, data=sent) as answer:
            if not answer.headers.get("content-type", "").startswith("text/event-stream"):
                await answer.aread()
    except httpx.TransportError as error:
        raise AssertionError(f"{method} {path}: {error!r}") from error
    return answer


def flaws(route: Route, answer: httpx.Response) -> list[str]:
    """What an answer does not carry, and cookies that are not as they have to be."""
    missing = [name for name, value in CARRIED.items() if answer.headers.get(name) != value]
    for header in answer.headers.get_list("set-cookie"):
        for cookie in SimpleCookie(header).values():
            is_open = not cookie["httponly"] and cookie.key not in CHOSEN_BY_PEOPLE
            if is_open or cookie["samesite"] != "lax" or cookie["path"] != "/" or cookie["domain"]:
                missing.append(f"cookie {cookie.key}")
    return [f"{route.path} {answer.status_code}: {name}" for name in missing]


async def test_every_route_answers_everybody_under_the_same_policy(
    portal: Site, studio: Studio
) -> None:
    found: list[str] = []
    ids: dict[str, object] = {"organization": studio.id, "person": studio.ana, "product": LUMEN}
    for who in (portal.nobody(), portal.client_of(studio.ana)):
        async with who as client:
            for route in every_route():
                answer = await asks(client, route, address_of(route, ids))
                found += flaws(route, answer)
                assert answer.status_code < 500, (route.path, answer.text)

    assert found == []


async def test_nobody_who_is_not_signed_in_gets_past_the_door(portal: Site, studio: Studio) -> None:
    ids: dict[str, object] = {"organization": studio.id, "person": studio.ana, "product": LUMEN}
    told: dict[str, int] = {}

    async with portal.nobody() as client:
        for route in every_route():
            if not route.path.startswith(("/help", "/sign-in", "/webhooks", *OPEN_TO_ALL - {"/"})):
                told[route.path] = (await asks(client, route, address_of(route, ids))).status_code

    passed = {path: status for path, status in told.items() if status not in {204, 303, 401, 403}}
    assert passed == {}
    assert len(told) > 60


def test_a_cookie_of_a_portal_behind_tls_stays_with_this_host() -> None:
    settings = PortalSettings.model_validate({"public_url": "https://portal.larkspur.example"})
    response = Response()
    set_cookie(response, settings, cookie_name(settings), "token")

    [(name, cookie)] = SimpleCookie(response.headers["set-cookie"]).items()

    assert name.startswith("__Host-")
    assert cookie["secure"]
    assert cookie["httponly"]
    assert (cookie["path"], cookie["samesite"], cookie["domain"]) == ("/", "lax", "")


@pytest.mark.parametrize(("is_https", "told"), [(True, A_YEAR), (False, None)])
async def test_behind_tls_browsers_are_told_to_stay_there(is_https: bool, told: str | None) -> None:  # noqa: FBT001
    guarded = SecurityHeaders(Response("ready"), is_https=is_https)
    transport = httpx.ASGITransport(guarded)

    async with httpx.AsyncClient(transport=transport, base_url="https://portal.test") as client:
        answer = await client.get("/")

    assert answer.headers.get("strict-transport-security") == told


@pytest.fixture(scope="module")
async def theirs(people: Portal, shop: Store, portal: Site) -> dict[str, object]:
    """A studio of others with one of everything that has an id, by the names of addresses."""
    studio = await a_studio(people, shop, name=SECRET_NAME)
    await studio.buys("100")
    member = await studio.joined_by("MEMBER", name=SECRET_NAME)
    await studio.does(SetCreditAccess(account_id=member, mode="quota", limit=50_000_000))
    await studio.does(AssignLicense(product=LUMEN, account_id=member))
    wish = RequestCredits(mode="unlimited", reason=SECRET_NAME)
    request = await studio.does(wish, by=member)
    transfer = await studio.does(RequestTransfer(to_account_id=member))
    hold = await studio.does(AuthorizeHold(amount=1_000_000))
    token = await makes_token(portal, studio.ana, organization=studio.id)
    return {
        "organization": studio.id,
        "person": member,
        "account_id": member,
        "request": request.id,
        "transfer": (transfer.result or {})["transfer_id"],
        "token": token["id"],
        "form": hold.id,
        "id": hold.id,
        "product": LUMEN,
        "period": "2026-11",
        "lot": 1,
        "code": "quota_exceeded",
    }


def leaks(answer: httpx.Response, theirs: dict[str, object]) -> list[str]:
    """What of theirs an answer tells beyond what stood in its address or was sent."""
    sent = f"{answer.url} {answer.request.content.decode()}"
    ids = {str(one) for one in theirs.values() if isinstance(one, UUID) or len(str(one)) == 36}
    told = [one for one in ids if one in answer.text and one not in sent]
    return [*told, SECRET_NAME] if SECRET_NAME in answer.text else told


@asynccontextmanager
async def a_browser(portal: Site, account: UUID) -> AsyncIterator[Browser]:
    """A browser of somebody's, which can make forms without opening their pages first."""
    token = await portal.session_of(account)
    now = Clock().now()
    async with portal.pool.acquire() as connection:
        found = await sessions.find(connection, hash_of(token), now=now, seen_after=now - A_DAY)
    assert found is not None
    async with portal.nobody(cookies={COOKIE: token}) as client:
        yield Browser(client, found)


async def test_no_route_tells_anybody_of_others(
    portal: Site, people: Portal, shop: Store, theirs: dict[str, object]
) -> None:
    """An Administrator of another studio and its Member, in their place and in the others'."""
    studio = await a_studio(people, shop)
    chloe = await studio.joined_by("MEMBER")
    named = {name: str(theirs.get(name, theirs["person"])) for name in NAMES}
    found: list[str] = []

    for account in (chloe, studio.ana):
        async with a_browser(portal, account) as browser:
            for route, place in in_places(studio.id, theirs["organization"]):
                path = address_of(route, {**theirs, "organization": place})
                answer = await asks(browser.client, route, path, form=browser.form(), **named)
                told = leaks(answer, theirs)
                if told or answer.status_code >= 500:
                    found.append(f"{route.path} {answer.status_code}: {told}")

    assert found == []


async def test_what_nobody_types_breaks_no_form(portal: Site, studio: Studio) -> None:
    typed = dict.fromkeys((*NAMES, *FIELDS), NOBODY_TYPES)
    ids: dict[str, object] = {"organization": studio.id, "person": studio.ana, "product": LUMEN}
    seen: dict[str, int] = {}

    async with a_browser(portal, studio.ana) as browser, portal.nobody() as nobody:
        for route, _ in in_places(studio.id):
            if method_of(route) == "POST":
                path = address_of(route, ids)
                for client in (browser.client, nobody):
                    answer = await asks(client, route, path, form=browser.form(), **typed)
                    seen[f"{route.path} {answer.status_code}"] = answer.status_code

    assert {route: status for route, status in seen.items() if status >= 500} == {}


def in_places(*organizations: object) -> Iterator[tuple[Route, object]]:
    """Every route that leaves one signed in, in each of the organizations; leaving comes last."""
    routes = [route for route in every_route() if route.path != "/sign-out"]
    for route in sorted(routes, key=lambda route: "leave" in route.path):
        is_of_one = "organization" in route.param_convertors
        yield from ((route, place) for place in (organizations if is_of_one else (None,)))
