"""/me: what I may use and spend now, and why not; /me/credits: my wallets and my entries."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import Asking, RefusedError
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import NotFound, require_viewer
from services.portal.show import format_for, show
from services.portal.submitting import Act, submit
from services.portal.viewer import Viewer
from services.portal.views.awaited import awaited_by
from services.portal.views.books import Books
from services.portal.views.desk import joined_of
from services.portal.views.faces import Face
from services.portal.views.wallets import Purse, holds_of, purse_of
from shared.contracts.credit_reports import ListUsageLines
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import LicenseList, ListLicenses
from shared.messaging.ask import NoAnswer

Answer = TypeVar("Answer")
ENTRIES_SHOWN = 50
ENTRIES_SINCE = timedelta(days=90)


async def me(request: Request) -> Response:
    viewer = await require_viewer(request)
    asking = rooms_in(request).asking
    purse, licenses, administrator = await asyncio.gather(
        unless_silent(_purse_and_holds(request, viewer)),
        unless_silent(licenses_of(asking, viewer)),
        my_administrator(asking, viewer),
    )
    if purse is None and licenses is None:
        raise NoAnswer
    zone = purse[0].zone if purse else None
    return await show(
        request,
        "me.html",
        zone=zone,
        purse=purse and purse[0],
        holds=purse and purse[1],
        licenses=licenses,
        administrator=administrator,
        waiting=await awaited_by(rooms_in(request), viewer.account_id, format_for(request, zone)),
        told=told_of(purse[0]) if purse else None,
    )


async def unless_silent(asked: Awaitable[Answer]) -> Answer | None:
    """What a service answers; nothing while it does not, so that the other cards are shown."""
    try:
        return await asked
    except NoAnswer:
        return None


async def _purse_and_holds(request: Request, viewer: Viewer) -> tuple[Purse, list[dict[str, Any]]]:
    purse = await purse_of(request, viewer)
    return purse, await holds_of(rooms_in(request).asking, viewer, purse)


async def licenses_of(asking: Asking, viewer: Viewer) -> LicenseList:
    """The viewer's own licenses and seats; none until licensing has heard of him."""
    try:
        return await asking.show(
            ListLicenses(), LicenseList, viewer=viewer, owner=viewer.account_id
        )
    except RefusedError:
        return LicenseList(owner=viewer.account_id, products=())


async def my_administrator(asking: Asking, viewer: Viewer) -> Face | None:
    """Who gives out what in the organization that somebody is in."""
    joined = viewer.joined_organization_id
    return None if joined is None else (await joined_of(asking, viewer, joined)).administrator


async def credits(request: Request) -> Response:
    viewer = await require_viewer(request)
    purse = await purse_of(request, viewer)
    holds, entries = await asyncio.gather(
        holds_of(rooms_in(request).asking, viewer, purse),
        entries_of(rooms_in(request), viewer, purse),
    )
    return await show(
        request,
        "my_credits.html",
        "spendable",
        zone=purse.zone,
        purse=purse,
        holds=holds,
        entries=entries,
        told=told_of(purse),
    )


async def ask_give_up(request: Request) -> Response:
    viewer = await require_viewer(request)
    return await _give_up(request, viewer)


async def give_up(request: Request) -> Response:
    """A person may end his own access to a pool (T5)."""
    viewer = await require_viewer(request)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _give_up(request, viewer, **shown)

    act = Act(
        owner=viewer.joined_organization_id,
        title="You gave up access to the pool",
        failed="Access not given up",
        done="/me/credits",
    )
    data = SetCreditAccess(account_id=viewer.account_id, mode="disabled")
    return await submit(request, act, lambda _form: data, page)


def told_of(purse: Purse) -> dict[str, str]:
    """What the words of a refusal can be filled with on a person's own pages."""
    return purse.joined.told if purse.joined else {}


async def _give_up(
    request: Request,
    viewer: Viewer,
    told: Mapping[str, str] | None = None,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    if viewer.joined_organization_id is None:
        raise NotFound
    purse = await purse_of(request, viewer)
    holds = await holds_of(rooms_in(request).asking, viewer, purse)
    return await show(
        request,
        "my_access.html",
        zone=purse.zone,
        purse=purse,
        holds=holds,
        told={**told_of(purse), **(told or {})},
        **shown,
    )


async def entries_of(rooms: Rooms, viewer: Viewer, purse: Purse) -> list[dict[str, Any]]:
    """What was charged to somebody lately, the newest first, in whichever wallet."""
    now = rooms.clock.now()
    question = ListUsageLines(
        since=now - ENTRIES_SINCE,
        until=now + timedelta(hours=1),
        account_id=viewer.account_id,
        limit=500,
    )
    found = await asyncio.gather(
        *(
            Books(rooms.asking, viewer, wallet.owner).all(question, "lines")
            for wallet in purse.wallets
        )
    )
    named = [
        {**line, "wallet": wallet.name, "at": datetime.fromisoformat(line["booked_at"])}
        for wallet, lines in zip(purse.wallets, found, strict=True)
        for line in lines
    ]
    return sorted(named, key=lambda line: line["at"], reverse=True)[:ENTRIES_SHOWN]


routes = [
    Route("/me", me, methods=["GET"]),
    Route("/me/credits", credits, methods=["GET"]),
    Route("/me/credits/give-up", ask_give_up, methods=["GET"]),
    Route("/me/credits/give-up", give_up, methods=["POST"]),
]
