"""The API inside the test's own process, on the services that run: limits and staff as it likes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from services.portal.api.app import make_api
from services.portal.api.limits import Limiter, Rate
from services.portal.asking import Asking
from services.portal.rooms import Rooms
from shared.messaging.ask import Asker, asker
from tests.portal.api.calling import ADDRESS
from tests.portal.ground import Ground
from tests.portal.site import Site
from tests.speaking import Portal

UNLIMITED = Rate("token", per_second=1e6, burst=10**6)
MakeHere = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="package")
async def staff_asker(portal: Site) -> AsyncIterator[Asker]:
    async with asker(portal.stack.amqp_urls["operator"]) as asks:
        yield asks


@pytest.fixture(scope="package")
def here(portal: Site, people: Portal, staff_asker: Asker) -> MakeHere:
    """Make the API with these rates and settings, and a program that calls it."""

    @asynccontextmanager
    async def made(
        secret: str, *, rate: Rate = UNLIMITED, **settings: object
    ) -> AsyncIterator[httpx.AsyncClient]:
        rooms = Ground(portal.pool, people.asker).rooms(**settings)
        asking = Asking(people.asker, staff_asker, rooms.clock)
        transport = httpx.ASGITransport(_site(replace(rooms, asking=asking), rate))
        async with httpx.AsyncClient(
            base_url=f"http://portal.test{ADDRESS}",
            headers={"Authorization": f"Bearer {secret}"},
            transport=transport,
        ) as client:
            yield client

    return made


def _site(rooms: Rooms, rate: Rate) -> Starlette:
    api = make_api(rooms)
    limits = {"of_token": Limiter(rate), "of_organization": Limiter(UNLIMITED)}
    api.state.parts = replace(api.state.parts, **limits)
    return Starlette(routes=[Mount(ADDRESS, app=api)])
