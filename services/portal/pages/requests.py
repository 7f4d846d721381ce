"""/o/{organization}/requests: who asks for more, and the sum already done for whoever decides."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import NOT_A_QUOTA, FieldErrors, Form, read_form
from services.portal.sessions import NotFound
from services.portal.submitting import Act, submit
from services.portal.views.asked import Asked
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import face_of, faces_of
from services.portal.views.people import find_people, pool_of
from shared.contracts.credit_access import DecideRequest
from shared.contracts.credit_queries import ListRequests
from shared.contracts.money import parse_credits

PAGE = 500
SHOWN = 50
ANSWERED_SHOWN = 5


async def requests(request: Request) -> Response:
    return await _page(request, await open_desk(request))


async def decide(request: Request) -> Response:
    """Approve, with the amount as it was edited, or decline with a reason."""
    desk = await open_desk(request)
    form = await read_form(request)
    named = _id(request)
    asked = await _open(desk)
    mine = next((one for one in asked if one["request_id"] == str(named)), None)
    person = None if mine is None else await face_of(desk.asking, UUID(mine["account_id"]))
    name = "This person" if person is None else person.name
    is_approved = form.get("decision") == "approve"

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _page(request, desk, decided=str(named), **shown)

    act = Act(
        owner=desk.id,
        title=f"Request of {name} {'approved' if is_approved else 'declined'}",
        failed="Request not decided",
        done=f"{desk.home}/requests",
        told={"name": name, "p": str(person.account_id) if person else ""},
    )
    return await submit(request, act, lambda form: _decision(desk, named, mine, form), page, form)


def _decision(desk: Desk, named: UUID, asked: dict[str, Any] | None, form: Form) -> DecideRequest:
    reason = form.get("reason") or None
    if form.get("decision") != "approve":
        if reason is None:
            raise FieldErrors({f"reason-{named}": "Say why, so that they know what to do next."})
        return form.data(DecideRequest, request_id=named, approve=False, reason=reason)
    limit = None
    if asked is not None and asked["mode"] == "quota" and form.get("limit"):
        limit = form.amount(desk.format, "limit", words=NOT_A_QUOTA, at=f"limit-{named}")
    return form.data(DecideRequest, request_id=named, approve=True, limit=limit, reason=reason)


async def _page(
    request: Request,
    desk: Desk,
    *,
    decided: str = "",
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    waiting, answered = await asyncio.gather(_open(desk), _answered(desk))
    first = waiting[:SHOWN]
    askers = tuple({UUID(one["account_id"]) for one in first})
    faces, rows, pool = await asyncio.gather(
        faces_of(desk.asking, (UUID(one["account_id"]) for one in (*first, *answered))),
        find_people(desk, askers),
        pool_of(desk),
    )
    by_id = {row.id: row for row in rows}
    available = parse_credits(pool["available"])
    asked = [
        Asked(one, faces[asker], by_id.get(asker), available)
        for one in first
        for asker in (UUID(one["account_id"]),)
    ]
    return await show_at(
        request,
        desk,
        "requests.html",
        "waiting",
        asked=asked,
        more=len(waiting) - len(first),
        ids=[one["request_id"] for one in waiting],
        answered=answered,
        faces=faces,
        decided=decided,
        **shown,
    )


async def _open(desk: Desk) -> list[dict[str, Any]]:
    return await desk.all(ListRequests(state="open", limit=PAGE), "requests", most=PAGE)


async def _answered(desk: Desk) -> list[dict[str, Any]]:
    """The last that were decided."""
    approved, declined = await asyncio.gather(
        desk.all(ListRequests(state="approved", limit=PAGE), "requests"),
        desk.all(ListRequests(state="declined", limit=PAGE), "requests"),
    )
    decided = sorted((*approved, *declined), key=lambda one: str(one["decided_at"]), reverse=True)
    return decided[:ANSWERED_SHOWN]


def _id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["request"])
    except ValueError:
        raise NotFound from None


routes = [
    Route("/o/{organization}/requests", requests, methods=["GET"]),
    Route("/o/{organization}/requests/{request}", decide, methods=["POST"]),
]
