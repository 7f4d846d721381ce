"""/me/requests: what I asked for and what was answered; asking for more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import RefusedError
from services.portal.format import Format
from services.portal.forms import NOT_A_QUOTA, FieldErrors, Form
from services.portal.live.topics import Scene, id_of
from services.portal.pages.me import told_of
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import NotFound, last_known, require_viewer
from services.portal.show import format_for, show
from services.portal.submitting import Act, submit
from services.portal.viewer import Viewer
from services.portal.views.awaited import awaited_by
from services.portal.views.books import Books
from services.portal.views.wallets import Purse, purse_of
from shared.contracts.credit_access import RequestCredits
from shared.contracts.credit_answers import RequestShown
from shared.contracts.credit_queries import ListRequests
from shared.contracts.message import refuse
from shared.contracts.money import format_credits, parse_credits
from shared.contracts.refusals import RefusalCode


@dataclass(frozen=True)
class Answer:
    """The cell of one request that changes under the reader."""

    id: UUID
    asked: RequestShown


async def my_requests(request: Request) -> Response:
    """What was asked for and is awaited; whoever runs an organization asks nobody, and may wait."""
    viewer = await require_viewer(request)
    if viewer.joined_organization_id is None and viewer.organization_id is None:
        raise NotFound
    rooms = rooms_in(request)
    purse = await purse_of(request, viewer)
    reading = format_for(request, purse.zone)
    return await show(
        request,
        "my_requests.html",
        "mine",
        zone=purse.zone,
        purse=purse,
        mine=await requests_of(rooms, viewer),
        waiting=await awaited_by(rooms, viewer.account_id, reading),
    )


async def watch(rooms: Rooms, key: str, reading: Format) -> Scene:
    """Look for who keeps the list open; of his requests only the answers change."""
    account = id_of(key)
    viewer = account and await last_known(rooms, account)
    if not viewer or viewer.joined_organization_id is None:
        raise RefusedError(refuse(RefusalCode.NOT_IN_ORGANIZATION))
    mine = await requests_of(rooms, viewer)
    rows = [Answer(one.request_id, one) for one in mine]
    return Scene({"rows": rows}, reading, frozenset({viewer.joined_organization_id}))


async def requests_of(rooms: Rooms, viewer: Viewer) -> list[RequestShown]:
    """What somebody asked the organization for that he is in, the newest first."""
    if viewer.joined_organization_id is None:
        return []
    books = Books(rooms.asking, viewer, viewer.joined_organization_id)
    every = await books.all(ListRequests(limit=500), "requests")
    asked = [RequestShown.model_validate(one, strict=False) for one in every]
    mine = [one for one in asked if one.account_id == viewer.account_id]
    return sorted(mine, key=lambda one: one.asked_at, reverse=True)


async def new(request: Request) -> Response:
    viewer = await _asker(request)
    return await _new(request, viewer)


async def ask(request: Request) -> Response:
    viewer = await _asker(request)
    reading = format_for(request)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _new(request, viewer, **shown)

    def wanted(form: Form) -> RequestCredits:
        mode = form.get("mode")
        if mode not in {"quota", "unlimited"}:
            raise FieldErrors({"mode": "Choose one of the two."})
        if not form.get("reason"):
            raise FieldErrors({"reason": "Say what for, in a sentence."})
        if mode == "unlimited":
            return form.data(RequestCredits, mode=mode, reason=form.get("reason"))
        limit = form.amount(reading, "limit", words=NOT_A_QUOTA)
        return form.data(RequestCredits, mode=mode, limit=limit, reason=form.get("reason"))

    act = Act(
        owner=viewer.joined_organization_id,
        title="Request sent",
        failed="Request not sent",
        done="/me/requests",
    )
    return await submit(request, act, wanted, page)


async def _asker(request: Request) -> Viewer:
    """Only who is in somebody's organization has whom to ask."""
    viewer = await require_viewer(request)
    if viewer.joined_organization_id is None:
        raise NotFound
    return viewer


async def _new(
    request: Request,
    viewer: Viewer,
    told: Mapping[str, str] | None = None,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    purse = await purse_of(request, viewer)
    return await show(
        request,
        "my_request_new.html",
        zone=purse.zone,
        purse=purse,
        suggested=_suggested(request, purse),
        told={**told_of(purse), **(told or {})},
        **shown,
    )


def _suggested(request: Request, purse: Purse) -> str:
    """The quota that would cover what was refused: what there is, and what was short."""
    pool = purse.pool
    try:
        short = parse_credits(request.query_params.get("short", ""))
    except ValueError:
        return ""
    if pool is None or pool.meter is None:
        return format_credits(short)
    taken = pool.meter.used + pool.meter.held
    return format_credits(max(pool.meter.limit, taken) + short)


routes = [
    Route("/me/requests", my_requests, methods=["GET"]),
    Route("/me/requests/new", new, methods=["GET"]),
    Route("/me/requests/new", ask, methods=["POST"]),
]
