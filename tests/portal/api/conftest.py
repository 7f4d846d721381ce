"""The API inside the test's own process, on the services that run: limits and staff as it likes."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from services.portal.api.app import make_api
from services.portal.api.limits import Limiter, Rate
from services.portal.asking import Asking
from services.portal.rooms import Rooms
from shared.contracts.credits import SetCreditAccess
from shared.messaging.ask import Asker, asker
from tests.portal.api.calling import ADDRESS, makes_token
from tests.portal.api.promises import Target
from tests.portal.ground import Ground
from tests.portal.site import Site
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store

TOKENS = 5
UNLIMITED = Rate("token", per_second=1e6, burst=10**6)
MakeHere = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@dataclass(frozen=True)
class House:
    """A studio that many tests share: they make tokens and small holds there, and end nothing."""

    studio: Studio
    chloe: UUID

    @property
    def ana(self) -> UUID:
        return self.studio.ana

    @property
    def id(self) -> UUID:
        return self.studio.id


@pytest.fixture(scope="package")
async def house(people: Portal, shop: Store) -> House:
    """Ana's, with 10,000 credits; Chloe has a quota of 6,000."""
    studio = await a_studio(people, shop)
    chloe = await studio.joined_by("MEMBER")
    await studio.buys("10000")
    given = SetCreditAccess(account_id=chloe, mode="quota", limit=6_000_000_000)
    assert (await studio.does(given)).accepted
    return House(studio, chloe)


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


@pytest.fixture(scope="module")
async def target(portal: Site, people: Portal, shop: Store) -> Target:
    studio: Studio = await a_studio(people, shop)
    await studio.joined_by("GUEST")
    await studio.buys("1000")

    async def secrets(organization: UUID | None) -> Iterator[str]:
        made = [
            await makes_token(portal, studio.ana, organization=organization) for _ in range(TOKENS)
        ]
        return itertools.cycle([one["secret"] for one in made])

    return Target(
        url=portal.url + ADDRESS,
        organization_id=studio.id,
        account_id=studio.ana,
        of_organization=await secrets(studio.id),
        of_account=await secrets(None),
    )


def _site(rooms: Rooms, rate: Rate) -> Starlette:
    api = make_api(rooms)
    limits = {"of_token": Limiter(rate), "of_organization": Limiter(UNLIMITED)}
    api.state.parts = replace(api.state.parts, **limits)
    return Starlette(routes=[Mount(ADDRESS, app=api)])
