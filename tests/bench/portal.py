"""The most used pages of the portal for a studio of thousands, asked as a browser asks."""

import os
import statistics
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

import asyncpg
import httpx

from deploy.native.stack import Stack
from deploy.operator.demo.moving_clock import clock_of
from shared.messaging.ask import asker
from shared.messaging.publisher import publisher
from shared.postgres.pool import open_pool
from tests.bench.crowd import Crowd, Say, a_crowd
from tests.bench.pages import owner_url_of
from tests.builders import LUMEN
from tests.portal.site import Site
from tests.speaking import Portal, Store

WARMING = 5
VIEWERS = 20
AIM_MILLISECONDS = 300
Address = Callable[[Random], str]


@dataclass(frozen=True)
class PortalPages:
    """A studio of `people` with `rows` charges, each of its pages read `times` times."""

    stack: Stack
    people: int
    rows: int
    times: int
    seed: int
    milliseconds: dict[str, list[float]] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)

    async def run(self, say: Say) -> dict[str, Any]:
        """Make the studio, read its pages, and give the spread of each."""
        async with AsyncExitStack() as opened:
            enter = opened.enter_async_context
            pool = await enter(await open_pool(self.stack.database_urls["portal"]))
            asks = await enter(asker(self.stack.amqp_urls["coffer_portal"]))
            farm = await enter(asker(self.stack.amqp_urls["node"]))
            shop = await enter(publisher(self.stack.amqp_urls["store"]))
            began = time.perf_counter()
            crowd = await a_crowd(
                self.stack, Portal(asks), Store(shop), size=self.people, seed=self.seed
            )
            await crowd.fill(self.people, say)
            await crowd.hold_and_ask()
            await crowd.spend(farm, self.rows, say)
            await self._analyze()
            made = time.perf_counter() - began
            say(f"the studio stands after {made:.0f} s")
            load = os.getloadavg()
            await self._read(Site(self.stack, pool, self.stack.portal_url), crowd)
        self._tell(say)
        return {
            "bench": "portal",
            "people": self.people,
            "rows": self.rows,
            "times": self.times,
            "seed": self.seed,
            "setup_seconds": round(made, 1),
            "load_before": load,
            "load_after": os.getloadavg(),
            "milliseconds": {name: _spread(each) for name, each in self.milliseconds.items()},
            "bytes": self.bytes,
        }

    async def _analyze(self) -> None:
        """Let the planner know what autovacuum would tell it within minutes."""
        for url in self.stack.database_urls.values():
            connection = await asyncpg.connect(owner_url_of(self.stack.database_url, url))
            await connection.execute("VACUUM (ANALYZE)", timeout=600)
            await connection.close()

    async def _read(self, site: Site, crowd: Crowd) -> None:
        random = Random(self.seed)
        async with AsyncExitStack() as opened:
            enter = opened.enter_async_context
            ana = await enter(site.client_of(crowd.studio.ana))
            for name, address in addresses(crowd).items():
                await self._time(name, [ana], address, random)
            ids = random.sample(crowd.spenders, min(VIEWERS, len(crowd.spenders)))
            members = [await enter(site.client_of(person)) for person in ids]
            await self._time("/me", members, lambda _random: "/me", random)

    async def _time(
        self, name: str, clients: list[httpx.AsyncClient], address: Address, random: Random
    ) -> None:
        """Read a page again and again, from random places of it."""
        for number in range(WARMING + self.times):
            path = address(random)
            started = time.perf_counter()
            answer = await clients[number % len(clients)].get(path)
            elapsed = (time.perf_counter() - started) * 1000
            assert answer.is_success, (path, answer.status_code)
            if number >= WARMING:
                self.milliseconds.setdefault(name, []).append(elapsed)
                self.bytes[name] = max(self.bytes.get(name, 0), len(answer.content))

    def _tell(self, say: Say) -> None:
        say(f"{'page':32}{'median':>8}{'p95':>8}{'p99':>8}  ms, of {self.times} each")
        for name, each in self.milliseconds.items():
            spread = _spread(each)
            late = "  above the aim" if spread["p95"] > AIM_MILLISECONDS else ""
            say(f"{name:32}{spread['median']:8}{spread['p95']:8}{spread['p99']:8}{late}")


def addresses(crowd: Crowd) -> dict[str, Address]:
    """The Administrator's pages, each from a place that is drawn anew."""
    home = crowd.studio.home
    people = f"{home}/people"
    now = clock_of(crowd.stack.home).now()
    month = f"{now:%Y-%m}"

    def at(path: str) -> Address:
        return lambda _random: path

    def of_one(path: str, among: list[UUID]) -> Address:
        return lambda random: path.format(random.choice(among))

    def searched(random: Random) -> str:
        return f"{people}?search={quote_plus(random.choice(crowd.names)[:-2])}"

    return {
        "overview": at(home),
        "people": at(people),
        "people, deep": of_one(f"{people}?after={{}}", crowd.people),
        "people, back": of_one(f"{people}?before={{}}", crowd.people),
        "people, searched": searched,
        "people, access": at(f"{people}?access=unlimited"),
        "people, stuck": of_one(f"{people}?access=stuck&after={{}}", crowd.people),
        "people, invited": at(f"{people}?state=invited"),
        "person": of_one(f"{people}/{{}}", crowd.people),
        "licenses": at(f"{home}/licenses"),
        "holders of a product": at(f"{home}/licenses/{quote_plus(LUMEN).replace('+', '%20')}"),
        "credits": at(f"{home}/credits"),
        "requests": at(f"{home}/requests"),
        "usage by day": at(f"{home}/usage?by=day"),
        "usage by person": at(f"{home}/usage?by=person"),
        "audit": at(f"{home}/audit"),
        "audit of a person": of_one(f"{home}/audit?person={{}}", crowd.people),
        "statements": at(f"{home}/statements"),
        "statement": at(f"{home}/statements/{month}"),
    }


def _spread(milliseconds: list[float]) -> dict[str, float]:
    ordered = sorted(milliseconds)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], 1),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 1),
        "max": round(ordered[-1], 1),
    }
