"""A window at which the ledger's questions are answered, without a broker between."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from services.credit_ledger.queries.questions import FAMILIES
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credit_queries import LedgerQuestion
from shared.contracts.message import Verdict
from shared.postgres.pool import open_pool
from tests.ledger.acts import an_id
from tests.ledger.desk import Desk, LedgerDatabase


@dataclass(frozen=True)
class Window:
    """Asks as the portal does, at the time of a desk's clock."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    clock: Clock

    async def verdict(self, data: LedgerQuestion, owner: UUID) -> Verdict:
        door = _door(type(data))
        given = {"pool": self.pool, "clock": self.clock}
        question = COMMAND_BY_TYPE[data.TYPE](
            id=an_id(),
            type=data.TYPE,
            actor="coffer_portal",
            owner=owner,
            sent_at=self.clock.now(),
            data=data,
        )
        return await door(question, **{name: given[name] for name in _wanted(door) & set(given)})

    async def ask(self, data: LedgerQuestion, owner: UUID) -> dict[str, Any]:
        verdict = await self.verdict(data, owner)
        assert verdict.result is not None, verdict.refused
        return verdict.result

    async def pages(self, data: LedgerQuestion, owner: UUID, name: str) -> list[dict[str, Any]]:
        """Ask for page after page until the last."""
        rows: list[dict[str, Any]] = []
        while True:
            result = await self.ask(data, owner)
            rows += result[name]
            if "after" not in result:
                return rows
            fields = data.model_dump(mode="json") | {"after": result["after"]}
            data = type(data).model_validate_json(orjson.dumps(fields))


@asynccontextmanager
async def window_at(database: LedgerDatabase, desk: Desk) -> AsyncIterator[Window]:
    async with await open_pool(database.service_url) as pool:
        yield Window(pool, desk.clock)


def _door(data: type[LedgerQuestion]) -> Callable[..., Awaitable[Verdict]]:
    """The function that takes this question: named after it, as every door is."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in data.__name__).lstrip("_")
    [door] = [getattr(family, name) for family in FAMILIES if hasattr(family, name)]
    found: Callable[..., Awaitable[Verdict]] = door
    return found


def _wanted(door: Callable[..., Awaitable[Verdict]]) -> set[str]:
    """What a door asks for beside the question; the broker's wrapper hides it."""
    return set(inspect.signature(getattr(door, "_original_call", door)).parameters)
