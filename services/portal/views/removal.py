"""How far a removal is: what each service has taken back of somebody by now."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.portal.views.audit import trail_about
from services.portal.views.desk import Desk
from services.portal.views.faces import Face, face_of
from services.portal.views.people import access_of, find_member
from services.portal.views.pool import open_holds
from services.portal.views.seats import seats_of
from shared.contracts.money import parse_credits
from shared.messaging.ask import NoAnswer


@dataclass(frozen=True)
class Step:
    """One of the steps; whether it is done is not known while its service does not answer."""

    words: str
    is_done: bool | None


@dataclass(frozen=True)
class Removal:
    """Somebody on his way out."""

    face: Face
    steps: tuple[Step, ...]
    holds: tuple[dict[str, Any], ...]

    @property
    def is_done(self) -> bool:
        return all(step.is_done for step in self.steps)

    @property
    def held(self) -> int:
        return sum(parse_credits(hold["held"]) for hold in self.holds)


async def look_at_removal(desk: Desk, account: UUID) -> Removal:
    """Ask each service what it still has of somebody."""
    face, seats, credits, out, holds = await asyncio.gather(
        face_of(desk.asking, account),
        _known(_has_no_seat(desk, account)),
        _known(_has_no_access(desk, account)),
        _known(_is_out(desk, account)),
        open_holds(desk.all, account),
    )
    steps = (
        Step("Seats are back", seats),
        Step("Access to the pool is closed", credits),
        Step("The removal is done", out and seats and credits),
    )
    return Removal(face, steps, tuple(holds))


async def was_in(desk: Desk, account: UUID) -> bool:
    """Whether somebody ever was in this organization; who was not has no name here."""
    return bool(await trail_about(desk, account, 1))


async def _has_no_seat(desk: Desk, account: UUID) -> bool:
    return not any(account in product.holders for product in await seats_of(desk, account))


async def _has_no_access(desk: Desk, account: UUID) -> bool:
    access = await access_of(desk.ask, account)
    return access is None or access["mode"] == "disabled"


async def _is_out(desk: Desk, account: UUID) -> bool:
    return await find_member(desk, account) is None


async def _known(asked: Awaitable[bool]) -> bool | None:
    try:
        return await asked
    except NoAnswer:
        return None
