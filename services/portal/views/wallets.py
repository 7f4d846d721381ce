"""The wallets a person has before him, and the one he draws on now (R36-R42): never added up."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.requests import Request

from services.portal.asking import Asking
from services.portal.bars import QuotaMeter, meter_of
from services.portal.rooms import Rooms, rooms_in
from services.portal.spendable import Spendable, spendable_of
from services.portal.viewer import Viewer
from services.portal.views.books import Books
from services.portal.views.desk import Joined, joined_of, terms_of
from services.portal.views.faces import Face
from services.portal.views.people import access_of
from services.portal.views.pool import PoolSeen, look_at_pool, open_holds


@dataclass(frozen=True)
class Wallet:
    """One wallet: an organization's pool, or the person's own."""

    owner: UUID
    name: str
    is_pool: bool
    seen: PoolSeen
    spendable: Spendable
    meter: QuotaMeter | None
    access: dict[str, Any] | None
    is_chosen: bool
    closed_because: str
    opens_after: PoolSeen | None = None


@dataclass(frozen=True)
class Purse:
    """All that somebody can spend from: the wallets side by side, one of them in use."""

    wallets: tuple[Wallet, ...]
    joined: Joined | None
    terms: dict[str, Any]

    @property
    def chosen(self) -> Wallet | None:
        return next((wallet for wallet in self.wallets if wallet.is_chosen), None)

    @property
    def administrator(self) -> Face | None:
        return self.joined.administrator if self.joined else None

    @property
    def zone(self) -> str:
        return str(self.terms["zone"])

    @property
    def pool(self) -> Wallet | None:
        return next((wallet for wallet in self.wallets if wallet.is_pool), None)


async def purse_of(request: Request, viewer: Viewer) -> Purse:
    """Look into every wallet of whoever is signed in."""
    return await look_into_purse(rooms_in(request), viewer)


async def look_into_purse(rooms: Rooms, viewer: Viewer) -> Purse:
    """Look into every wallet of somebody, as he may."""
    own_id = viewer.organization_id or viewer.account_id
    joined_id = viewer.joined_organization_id
    now = rooms.clock.now()
    terms, own, pool, joined = await asyncio.gather(
        terms_of(rooms.asking, viewer, joined_id or own_id, default_zone=rooms.settings.zone),
        _seen(Books(rooms.asking, viewer, own_id), now),
        _maybe(joined_id, lambda owner: _seen(Books(rooms.asking, viewer, owner), now)),
        _maybe(joined_id, lambda owner: joined_of(rooms.asking, viewer, owner)),
    )
    access = await _maybe(joined_id, lambda owner: _access_to(Books(rooms.asking, viewer, owner)))
    wallets: list[Wallet] = []
    is_open = access is not None and access["mode"] != "disabled"
    if joined_id is not None and pool is not None:
        observe = bool(terms.get("observe"))
        wallets.append(_pool(joined_id, pool, access, joined, observe=observe))
    if viewer.role != "MEMBER" or not own.is_empty:
        wallets.append(_own(viewer, own_id, own, joined, pool_is_open=is_open))
    return Purse(_explained(viewer, wallets, joined), joined, terms)


async def holds_of(asking: Asking, viewer: Viewer, purse: Purse) -> list[dict[str, Any]]:
    """What jobs of somebody hold now, in whichever of his wallets."""
    found = await asyncio.gather(
        *(
            open_holds(Books(asking, viewer, wallet.owner).all, viewer.account_id)
            for wallet in purse.wallets
        )
    )
    return [hold for holds in found for hold in holds]


def _pool(
    owner: UUID,
    seen: PoolSeen,
    access: dict[str, Any] | None,
    joined: Joined | None,
    *,
    observe: bool,
) -> Wallet:
    bar = seen.bar
    spendable = spendable_of(access, available=bar.available, debt=bar.debt, observe=observe)
    who = joined.name if joined else "The organization"
    return Wallet(
        owner=owner,
        name=f"{who}\N{RIGHT SINGLE QUOTATION MARK}s pool",
        is_pool=True,
        seen=seen,
        spendable=spendable,
        meter=meter_of(access, bar.available),
        access=access,
        is_chosen=spendable.why != "off",
        closed_because="",
    )


def _own(
    viewer: Viewer,
    owner: UUID,
    seen: PoolSeen,
    joined: Joined | None,
    *,
    pool_is_open: bool,
) -> Wallet:
    why = ""
    if viewer.role == "MEMBER":
        why = "Members use only what they are given; this waits until you leave the organization."
    elif pool_is_open:
        who = joined.name if joined else "the organization"
        why = f"Closed while {who}\N{RIGHT SINGLE QUOTATION MARK}s pool is open to you."
    is_run = viewer.organization_id is not None
    debt = seen.bar.debt
    amount = 0 if why or debt else seen.bar.available
    return Wallet(
        owner=owner,
        name="Your organization\N{RIGHT SINGLE QUOTATION MARK}s pool"
        if is_run
        else "Your own credits",
        is_pool=is_run,
        seen=seen,
        spendable=Spendable(amount, "off" if why else "owes" if debt else "pool"),
        meter=None,
        access=None,
        is_chosen=not why,
        closed_because=why,
    )


def _explained(viewer: Viewer, wallets: list[Wallet], joined: Joined | None) -> tuple[Wallet, ...]:
    """Say of a pool that is closed what would open it."""
    own = next((w for w in wallets if w.owner in (viewer.account_id, viewer.organization_id)), None)
    who = joined.administrator.first_name if joined else "the Administrator"
    told = []
    for wallet in wallets:
        if wallet is own or wallet.is_chosen:
            told.append(wallet)
            continue
        waits = viewer.role == "GUEST" and own is not None and own.seen.posted > 0
        why = f"Closed: {who} has not turned it on for you."
        after = own.seen if own is not None and waits else None
        told.append(replace(wallet, closed_because=why, opens_after=after))
    return tuple(told)


async def _access_to(books: Books) -> dict[str, Any] | None:
    return await access_of(books.ask, books.viewer.account_id)


async def _seen(books: Books, now: datetime) -> PoolSeen:
    return await look_at_pool(books.ask, books.all, now)


async def _maybe(owner: UUID | None, look: Callable[[UUID], Awaitable[Any]]) -> Any:  # noqa: ANN401  # whatever it finds
    return None if owner is None else await look(owner)
