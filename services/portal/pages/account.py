"""/me/account: who I am here, where I am signed in, and what waits for my answer."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import Form, read_form
from services.portal.naming import organization_name
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import (
    NotFound,
    current_session,
    end_other_sessions,
    list_sessions,
    require_viewer,
)
from services.portal.show import go, show
from services.portal.submitting import Act, Page, refusal, submit
from services.portal.trying import wait_before_trying
from services.portal.viewer import Viewer
from services.portal.views.desk import Joined, joined_by
from shared.contracts.membership import LeaveOrganization
from shared.contracts.message import refuse
from shared.contracts.organizations import RequestSetup
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AcceptTransfer, DeclineTransfer

HERE = "/me/account"


async def account(request: Request) -> Response:
    return await _account(request, await require_viewer(request))


async def end_others(request: Request) -> Response:
    """Sign out everywhere but here."""
    viewer = await require_viewer(request)
    await read_form(request)
    await end_other_sessions(request, viewer.account_id)
    return go(request, f"{HERE}#sessions")


async def request_setup(request: Request) -> Response:
    viewer = await require_viewer(request)
    act = Act(
        owner=viewer.account_id,
        title="Set-up requested",
        failed="Set-up not requested",
        done=HERE,
        told={"missing": "the customer number"},
    )

    def build(form: Form) -> RequestSetup:
        return RequestSetup(
            account_id=viewer.account_id,
            customer_number=form.get("customer_number"),
            name=organization_name(form),
        )

    form, page = await read_form(request), _page(request, viewer)
    if wait_before_trying(rooms_in(request), viewer.account_id):
        return await page(form=form, **refusal(refuse(RefusalCode.RATE_LIMITED), act))
    return await submit(request, act, build, page, form)


async def leaving(request: Request) -> Response:
    """What leaving ends, before it is done."""
    viewer = await require_viewer(request)
    return await _leaving(request, viewer)


async def leave(request: Request) -> Response:
    viewer = await require_viewer(request)
    joined = await _required(rooms_in(request), viewer)
    act = Act(
        owner=joined.profile.organization_id,
        title=f"You left {joined.name}",
        failed=f"You did not leave {joined.name}",
        done=HERE,
        told={"org": joined.name, "name": viewer.name},
    )

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _leaving(request, viewer, **shown)

    return await submit(request, act, lambda _form: LeaveOrganization(), page)


async def accept(request: Request) -> Response:
    """Become the Administrator."""
    viewer = await require_viewer(request)
    transfer = viewer.transfer_id
    if transfer is None:
        return await _account(request, viewer)
    joined = await _required(rooms_in(request), viewer)
    act = Act(
        owner=joined.profile.organization_id,
        title="You are the Administrator now",
        failed="You did not take over",
        done=f"/o/{joined.profile.organization_id}",
        told={"org": joined.name, "name": viewer.name, "admin": joined.administrator.name},
    )
    return await submit(
        request, act, lambda _form: AcceptTransfer(transfer_id=transfer), _page(request, viewer)
    )


async def decline(request: Request) -> Response:
    viewer = await require_viewer(request)
    transfer = viewer.transfer_id
    if transfer is None:
        return await _account(request, viewer)
    joined = await _required(rooms_in(request), viewer)
    act = Act(
        owner=joined.profile.organization_id,
        title="You declined; nothing changes",
        failed="Not declined",
        done=HERE,
        told={"org": joined.name, "name": viewer.name, "admin": joined.administrator.name},
    )
    return await submit(
        request, act, lambda _form: DeclineTransfer(transfer_id=transfer), _page(request, viewer)
    )


async def _required(rooms: Rooms, viewer: Viewer) -> Joined:
    joined = await joined_by(rooms.asking, viewer)
    if joined is None:
        raise NotFound
    return joined


def _page(request: Request, viewer: Viewer) -> Page:
    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _account(request, viewer, **shown)

    return page


async def _account(request: Request, viewer: Viewer, **shown: Any) -> Response:  # noqa: ANN401  # as above
    rooms = rooms_in(request)
    joined = await joined_by(rooms.asking, viewer)
    transfer = joined.profile.transfer if joined else None
    return await show(
        request,
        "account.html",
        joined=joined,
        transfer=transfer if viewer.transfer_id else None,
        sessions=await list_sessions(request, viewer.account_id),
        this_session=await current_session(request),
        **shown,
    )


async def _leaving(request: Request, viewer: Viewer, **shown: Any) -> Response:  # noqa: ANN401  # as above
    joined = await _required(rooms_in(request), viewer)
    return await show(request, "leaving.html", joined=joined, **shown)


routes = [
    Route(HERE, account),
    Route(f"{HERE}/sessions", end_others, methods=["POST"]),
    Route(f"{HERE}/set-up", request_setup, methods=["POST"]),
    Route(f"{HERE}/leave", leaving, methods=["GET"]),
    Route(f"{HERE}/leave", leave, methods=["POST"]),
    Route(f"{HERE}/transfer/accept", accept, methods=["POST"]),
    Route(f"{HERE}/transfer/decline", decline, methods=["POST"]),
]
