"""A wallet as pages show it: the bar, its lots, who holds what of it, what is promised."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.portal.bars import PoolBar, bar_of, left_of, pool_bar
from services.portal.format import plural
from services.portal.views.books import All, Ask, if_any
from shared.contracts.credit_queries import ListHolds, ListLots, ShowPool
from shared.contracts.money import parse_credits

PAGE = 500


@dataclass(frozen=True)
class PoolSeen:
    """A wallet at one moment; one in which nothing was ever booked has zeros."""

    bar: PoolBar
    pool: Mapping[str, Any]
    lots: tuple[dict[str, Any], ...]

    @property
    def posted(self) -> int:
        return self.bar.available + self.bar.held

    @property
    def is_empty(self) -> bool:
        """Whether no credits ever came in."""
        return not self.lots

    @property
    def promised(self) -> int:
        return parse_credits(self.pool.get("quotas", "0"))

    @property
    def open_lots(self) -> list[dict[str, Any]]:
        """Lots that something is left of, in the order in which they are used."""
        order = [lot["lot"] for lot in self.pool.get("lots", ())]
        known = {lot["lot"]: lot for lot in self.lots}
        return [known[number] for number in order if number in known]

    @property
    def ended_lots(self) -> list[dict[str, Any]]:
        still_open = {lot["lot"] for lot in self.pool.get("lots", ())}
        return [lot for lot in self.lots if lot["lot"] not in still_open]

    @property
    def dormant_lots(self) -> list[dict[str, Any]]:
        """Lots that sleep while somebody draws on another wallet (T5)."""
        return [lot for lot in self.lots if parse_credits(lot["dormant"])]

    @property
    def expires_next(self) -> dict[str, Any] | None:
        """The lot that ends first among those with something left."""
        ending = [lot for lot in self.open_lots if lot["expires_at"] and left_of(lot)]
        return min(ending, key=lambda lot: str(lot["expires_at"]), default=None)

    @property
    def expires_last(self) -> str | None:
        """When nothing is left of it at the latest; nothing while some of it never ends."""
        ends = [lot["expires_at"] for lot in self.open_lots if left_of(lot)]
        return max(ends) if ends and all(ends) else None


async def look_at_pool(ask: Ask, every: All, now: datetime) -> PoolSeen:
    """Look at a wallet: what it has, and every lot it ever had."""
    pool, lots = await asyncio.gather(if_any(ask(ShowPool())), every(ListLots(limit=PAGE), "lots"))
    if pool is None:
        return PoolSeen(bar_of(spent=0, held=0, available=0), {}, ())
    return PoolSeen(pool_bar(pool, lots, now), pool, tuple(lots))


@dataclass(frozen=True)
class OpenHolds:
    """The first of a wallet's open holds; there may be more than a page shows or anybody counts."""

    rows: tuple[dict[str, Any], ...]
    more: bool = False

    @property
    def told(self) -> str:
        """How many jobs hold credits, in words; nothing where none does."""
        if self.more:
            return f"more than {len(self.rows)} jobs"
        return plural(len(self.rows), "job") if self.rows else ""


async def first_holds(ask: Ask) -> OpenHolds:
    """One page of the holds of a wallet that are open: as many as are worth looking at."""
    answer = await if_any(ask(ListHolds(state="open", limit=PAGE)))
    if answer is None:
        return OpenHolds(())
    return OpenHolds(tuple(answer["holds"]), answer.get("after") is not None)


async def open_holds(every: All, account: UUID) -> list[dict[str, Any]]:
    """The holds of one person that are open in a wallet."""
    return await every(ListHolds(state="open", account_id=account, limit=PAGE), "holds")
