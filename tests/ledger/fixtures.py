"""Fixtures for tests of the ledger's engine; a folder's conftest imports those it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.native.stack import Stack
from tests.ledger.databases import TEMPLATE, at, copied, make_template
from tests.ledger.desk import Desk, LedgerDatabase, desk_at


@pytest.fixture(scope="session")
async def ledger_template(stack: Stack) -> str:
    await make_template(stack.database_url)
    return TEMPLATE


@pytest.fixture
async def database(stack: Stack, ledger_template: str) -> AsyncIterator[LedgerDatabase]:
    """An empty ledger of the test's own."""
    async with _a_copy(stack, ledger_template) as copy:
        yield copy


@pytest.fixture(scope="module")
async def shared_database(stack: Stack, ledger_template: str) -> AsyncIterator[LedgerDatabase]:
    """An empty ledger of the module's own, for tests that fill it once and then only read."""
    async with _a_copy(stack, ledger_template) as copy:
        yield copy


@pytest.fixture
async def desk(database: LedgerDatabase) -> AsyncIterator[Desk]:
    async with desk_at(database) as opened:
        yield opened


@asynccontextmanager
async def _a_copy(stack: Stack, template: str) -> AsyncIterator[LedgerDatabase]:
    async with copied(stack.database_url, template) as name:
        yield LedgerDatabase(
            name,
            stack.database_url,
            at(stack.database_urls["credit_ledger"], name),
            at(stack.database_url, name),
        )
