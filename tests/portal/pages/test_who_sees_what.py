"""Every route of an organization: 403 to its Members, 404 to whoever is not in it."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import httpx
import pytest
from starlette.routing import Route

from services.portal import pages
from tests.builders import LUMEN, an_id
from tests.portal.site import Site, form_in
from tests.portal.studio import Studio

PREFIX = "/o/{organization}"
# What nobody would type, for every field of an address.
ODD = "search=%00&after=zz&from=0001-01-01&to=9999-99-99&by=x&person=%00&act=%00&m=-1&c=9e9&move=1"


def routes() -> Iterator[Route]:
    for module in iter_modules(pages.__path__):
        found = getattr(import_module(f"{pages.__name__}.{module.name}"), "routes", ())
        yield from (route for route in found if route.path.startswith(PREFIX))


def address(route: Route, studio: Studio, person: object) -> str:
    named = {"organization": studio.id, "person": person, "product:path": LUMEN, "product": LUMEN}
    path = route.path
    for name, value in named.items():
        path = path.replace(f"{{{name}}}", str(value))
    for name in route.param_convertors:
        path = path.replace(f"{{{name}}}", "2026-01" if name == "period" else str(an_id()))
    return path


async def answer(client: httpx.AsyncClient, route: Route, path: str, form: str) -> int:
    if "GET" in (route.methods or ()):
        return (await client.get(path)).status_code
    return (await client.post(path, data={"form": form})).status_code


async def test_R2_no_route_of_an_organization_is_open_to_others(
    portal: Site, studio: Studio
) -> None:
    chloe = await studio.joined_by("MEMBER")
    outsider = await studio.joined_by("GUEST", name="Lou")
    async with portal.client_of(outsider) as client:
        form = form_in(await client.get("/me/account/leave"))
        await client.post("/me/account/leave", data={"form": form})
    told: dict[str, set[tuple[str, int]]] = {"member": set(), "outsider": set()}

    for who, account in (("member", chloe), ("outsider", outsider)):
        async with portal.client_of(account) as client:
            form = form_in(await client.get("/me/account"))
            for route in routes():
                path = address(route, studio, chloe)
                told[who].add((route.path, await answer(client, route, path, form)))

    assert {one for one in told["member"] if one[1] != 403} == set()
    assert {one for one in told["outsider"] if one[1] != 404} == set()
    assert len(told["member"]) > 40


@pytest.mark.verify
async def test_no_page_breaks_at_what_nobody_would_type(portal: Site, studio: Studio) -> None:
    chloe = await studio.joined_by("MEMBER")
    pages_of_hers = ("/me", "/me/credits", "/me/usage", "/me/requests/new", "/me/trials")

    async with portal.client_of(studio.ana) as client:
        seen = {
            route.path: (await client.get(f"{address(route, studio, chloe)}?{ODD}")).status_code
            for route in routes()
            if "GET" in (route.methods or ())
        }
    async with portal.client_of(chloe) as client:
        for path in pages_of_hers:
            seen[path] = (await client.get(f"{path}?{ODD}&short=1e9&receipt=x")).status_code

    assert {path: status for path, status in seen.items() if status not in {200, 404}} == {}
