"""What goes wrong on a page is answered by a page, and guarded like every other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.guarding import POLICY
from services.portal.settings import PortalSettings
from services.portal.site import guarded
from services.portal.static_files import gather_assets
from services.portal.templating import open_templates
from shared.clock import Clock
from shared.messaging.ask import NoAnswer

PASSWORD = "hunter2"


@dataclass(frozen=True)
class OfNoUse:
    """Rooms without a database or a broker: nothing but what such a page may need."""

    settings: PortalSettings
    templates: Any
    clock: Clock
    wall: Clock


async def breaks(_request: Request) -> Response:
    message = f"the password is {PASSWORD}"
    raise KeyError(message)


async def waits(_request: Request) -> Response:
    raise NoAnswer


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    told = {"public_url": "https://portal.larkspur.example"}
    templates = open_templates(gather_assets())
    rooms = OfNoUse(PortalSettings.model_validate(told), templates, Clock(), Clock())
    routes = [Route("/breaks", breaks), Route("/waits", waits)]
    site = guarded(rooms, routes)  # type: ignore[arg-type]  # fewer rooms than a portal has
    transport = httpx.ASGITransport(site, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=told["public_url"]) as client:
        yield client


async def test_a_fault_of_ours_is_owned_and_tells_nothing_of_itself(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/breaks")

    assert answer.status_code == 500
    assert "The fault is ours" in answer.text
    assert PASSWORD not in answer.text
    assert "KeyError" not in answer.text


async def test_a_service_that_does_not_answer_is_told_as_such(client: httpx.AsyncClient) -> None:
    answer = await client.get("/waits")

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Nothing was changed by this" in answer.text


@pytest.mark.parametrize("path", ["/breaks", "/waits"])
async def test_such_pages_are_guarded_like_all_others(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert answer.headers["cache-control"] == "no-store"
