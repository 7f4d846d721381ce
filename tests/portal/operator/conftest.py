"""Oz, who works for the vendor: on the terms of a demonstration his address says so."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest

from shared.contracts.accounts import FindAccount
from tests.builders import an_account
from tests.portal.site import Site
from tests.speaking import Portal


@pytest.fixture(scope="package")
async def oz(people: Portal) -> UUID:
    return await an_operator(people)


async def an_operator(people: Portal, *, name: str = "Oz") -> UUID:
    """One of the vendor's, registered once: Oz and Pia are operators, Quin watches the machines."""
    email = f"{name.lower()}@larkspur.example"
    found = await people.ask(FindAccount(email=email))
    if found.accepted:
        return UUID(str((found.result or {})["account_id"]))
    data = an_account(name=name, email=email)
    assert (await people.ask(data, by=data.account_id)).accepted
    return data.account_id


@pytest.fixture
async def desk(portal: Site, oz: UUID) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which Oz is signed in."""
    async with portal.client_of(oz, follow_redirects=True) as client:
        yield client


@pytest.fixture
async def other(portal: Site, people: Portal) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which another operator is signed in."""
    pia = await an_operator(people, name="Pia")
    async with portal.client_of(pia, follow_redirects=True) as client:
        yield client
