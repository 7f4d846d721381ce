"""A stack of its own for the portal's tests: every service, the portal too, on a demo's terms.

There the story's people may come in unasked, and one account of each test's own may be the staff.
"""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.native.plan import Plan
from deploy.native.stack import Stack, owned_stack, temporary_home
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from shared.postgres.pool import open_pool
from tests.portal.site import Site
from tests.portal.studio import Studio, a_studio
from tests.rules.portal.stores import KEY, NEXT_KEY, STORE, STRIPE_KEY
from tests.speaking import Portal, Store

OURS = "tests/portal/"
OF_EVERY_BUILD = "tests/portal/test_doors_of_pages.py"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to `make test-portal` what would make every build too long."""
    for item in items:
        if item.nodeid.startswith(OURS) and not item.nodeid.startswith(OF_EVERY_BUILD):
            item.add_marker(pytest.mark.portal)


@pytest.fixture(scope="package")
def portal_stack() -> Iterator[Stack]:
    plan = Plan(ephemeral=True, owned=True, demo=True, workers=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COFFER_PORTAL_WEBHOOK_SECRETS", json.dumps({STORE: f"{KEY} {NEXT_KEY}"}))
        patch.setenv("COFFER_PORTAL_STRIPE_SECRET", STRIPE_KEY)
        patch.setenv("COFFER_PORTAL_WEBHOOKS_TO_LOOPBACK", "1")
        with owned_stack(temporary_home(), plan, lambda _line: None) as stack:
            yield stack


@pytest.fixture(scope="package")
async def portal(portal_stack: Stack) -> AsyncIterator[Site]:
    async with await open_pool(portal_stack.database_urls["portal"]) as pool:
        yield Site(portal_stack, pool, portal_stack.portal_url)


@pytest.fixture(scope="package")
async def people(portal_stack: Stack) -> AsyncIterator[Portal]:
    """Asks the services on behalf of people, beside the portal's pages."""
    async with asker(portal_stack.amqp_urls["coffer_portal"]) as asks:
        yield Portal(asks)


@pytest.fixture(scope="package")
async def shop(portal_stack: Stack) -> AsyncIterator[Store]:
    async with publisher(portal_stack.amqp_urls["store"]) as speaks:
        yield Store(speaks)


@pytest.fixture
async def studio(people: Portal, shop: Store) -> Studio:
    """A studio of this test's own: Ana runs it and has three seats; the pool is empty."""
    return await a_studio(people, shop)
