"""Programs that call the API of a running portal."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx

from tests.portal.site import PATIENCE_SECONDS, Site

ADDRESS = "/api/v1"
ALL = ("read", "people", "licenses", "credits", "node", "webhooks", "tokens")
FROM_OUR_PAGES = {"Sec-Fetch-Site": "same-origin"}


async def makes_token(
    portal: Site,
    account: UUID,
    *,
    organization: UUID | None = None,
    scopes: Sequence[str] = ALL,
    **more: object,
) -> Any:  # noqa: ANN401  # what the API answers
    """Make a token as somebody who is signed in does."""
    place = {} if organization is None else {"organization_id": str(organization)}
    async with portal.client_of(account, headers=FROM_OUR_PAGES) as client:
        answer = await client.post(
            f"{ADDRESS}/tokens", json={"name": "Farm", "scopes": list(scopes), **place, **more}
        )
    assert answer.status_code == 201, answer.text
    return answer.json()


@asynccontextmanager
async def program(portal: Site, secret: str) -> AsyncIterator[httpx.AsyncClient]:
    """A program that has a token."""
    async with httpx.AsyncClient(
        base_url=portal.url + ADDRESS,
        headers={"Authorization": f"Bearer {secret}"},
        timeout=PATIENCE_SECONDS,
    ) as client:
        yield client


@asynccontextmanager
async def program_of(
    portal: Site,
    account: UUID,
    *,
    organization: UUID | None = None,
    scopes: Sequence[str] = ALL,
) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a token of somebody's."""
    made = await makes_token(portal, account, organization=organization, scopes=scopes)
    async with program(portal, made["secret"]) as client:
        yield client


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]
