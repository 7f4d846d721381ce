"""A portal that runs, and browsers without a screen that are signed in to it."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import httpx

from deploy.native.stack import Stack
from services.portal.sessions import TOKEN_BYTES, new_session
from services.portal.settings import PortalSettings
from services.portal.store import sessions
from shared.clock import Clock
from tests.builders import an_id
from tests.databases import Database

COOKIE = "coffer"
PATIENCE_SECONDS = 20.0
FORM = re.compile(r'name="form" value="([^"]+)"')


@dataclass(frozen=True)
class Site:
    """The portal of a stack."""

    stack: Stack
    pool: Database
    url: str

    @asynccontextmanager
    async def nobody(self, **options: Any) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ANN401  # of httpx
        """A browser in which nobody is signed in; it says where its posts come from, as all do."""
        headers = {"Origin": self.url, **options.pop("headers", {})}
        async with httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=PATIENCE_SECONDS, **options
        ) as client:
            yield client

    @asynccontextmanager
    async def client_of(self, account: UUID, **options: Any) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ANN401  # of httpx
        """A browser in which somebody is signed in."""
        token = await self.session_of(account)
        async with self.nobody(cookies={COOKIE: token}, **options) as client:
            yield client

    async def session_of(self, account: UUID) -> str:
        """Begin a session for an account, past the door; the token is for its cookie."""
        token = f"{an_id().hex}{'0' * TOKEN_BYTES}"
        session = new_session(
            token,
            account,
            "demo",
            now=Clock().now(),
            browser="test",
            settings=PortalSettings(port=1),
        )
        async with self.pool.acquire() as connection:
            await sessions.begin(connection, session)
        return token


async def sends(
    client: httpx.AsyncClient,
    page: str,
    fields: Mapping[str, object],
    *,
    to: str | None = None,
    with_form: str | None = None,
) -> httpx.Response:
    """Open a page, fill in its form and send it, as a person does."""
    form = with_form or form_in(await client.get(page))
    return await client.post(to or page, data={"form": form, **fields})


def form_in(response: httpx.Response) -> str:
    """The id of the last form of a page; the first one is that of signing out."""
    found = FORM.findall(response.text)
    assert found, f"no form on {response.url} ({response.status_code})"
    return str(unescape(found[-1]))
