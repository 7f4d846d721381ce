"""/me: what I may use and spend now, and why not; /me/credits: my wallets and my entries."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import RefusedError
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_viewer
from services.portal.show import format_for, show
from services.portal.submitting import Act, submit
from services.portal.viewer import Viewer
from services.portal.views.awaited import awaited_by
from services.portal.views.wallets import Books, Purse, holds_of, purse_of
from shared.contracts.credit_reports import ListUsageLines
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import LicenseList, ListLicenses

ENTRIES_SHOWN = 50
ENTRIES_SINCE = timedelta(days=90)


async def me(request: Request) -> Response:
    viewer = await require_viewer(request)
    purse, licenses = await asyncio.gather(purse_of(request, viewer), licenses_of(request, viewer))
    holds = await holds_of(rooms_in(request).asking, viewer, purse)
    return await show(
        request,
        "me.html",
        "spendable",
        zone=purse.zone,
        purse=purse,
        licenses=licenses,
        holds=holds,
        waiting=await awaited_by(
            rooms_in(request), viewer.account_id, format_for(request, purse.zone)
        ),
        told=told_of(purse),
    )


async def licenses_of(request: Request, viewer: Viewer) -> LicenseList | None:
    """The viewer's own licenses and seats; nothing until licensing has heard of him."""
    try:
        return await rooms_in(request).asking.show(
            ListLicenses(), LicenseList, viewer=viewer, owner=viewer.account_id
        )
    except RefusedError:
        return None


async def credits(request: Request) -> Response:
    viewer = await require_viewer(request)
    purse = await purse_of(request, viewer)
    holds, entries = await asyncio.gather(
        holds_of(rooms_in(request).asking, viewer, purse), _my_entries(request, viewer, purse)
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
    if purse.administrator is None:
        return {}
    who = purse.administrator
    return {
        "admin": who.name,
        "admin_email": who.email or "",
        "org": f"{who.name}\N{RIGHT SINGLE QUOTATION MARK}s organization",
    }


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


async def _my_entries(request: Request, viewer: Viewer, purse: Purse) -> list[dict[str, Any]]:
    """What was charged to me lately, the newest first, in whichever wallet."""
    rooms = rooms_in(request)
    now = rooms.clock.now()
    question = ListUsageLines(
        since=now - ENTRIES_SINCE,
        until=now + timedelta(hours=1),
        account_id=viewer.account_id,
        limit=500,
    )
    found = await asyncio.gather(
        *(
            Books(rooms.asking, viewer, wallet.owner).every(question, "lines")
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
