"""/o/{organization}/people/{person}/remove and /role: what ends, what goes on, what stays."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.commanding import is_done
from services.portal.ending import Ended, end_work
from services.portal.forms import Form, read_form
from services.portal.pages.person import row_of
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound
from services.portal.show import go, receipt_in
from services.portal.store import work_to_end
from services.portal.store.work_to_end import WorkToEnd
from services.portal.submitting import Act, submit
from services.portal.views.desk import Desk, open_desk, open_own_desk, show_at
from services.portal.views.pool import open_holds
from services.portal.views.removal import look_at_removal, was_in
from services.portal.views.rows import Row
from shared.contracts.membership import ChangeRole, RemoveMember
from shared.contracts.money import parse_credits

LEFT = "left"
NOT_KNOWN = "unknown"


async def ask_removal(request: Request) -> Response:
    desk = await open_desk(request)
    return await _removal(request, desk, await row_of(request, desk))


async def remove(request: Request) -> Response:
    desk = await open_desk(request)
    row = await row_of(request, desk)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _removal(request, desk, row, **shown)

    form = await read_form(request)
    seats = f"; seats back: {', '.join(row.seats)}" if row.seats else ""
    act = Act(
        owner=desk.id,
        title=f"{row.name} removed{seats}",
        failed=f"{row.name} not removed",
        done=f"{desk.home}/people/{row.id}/removed",
        told={"name": row.name, "p": str(row.id)},
    )
    data = RemoveMember(account_id=row.id)
    wanted = await _note(request, desk, row.id, form, after=form.id)
    answer = await submit(request, act, lambda _form: data, page, form)
    # Of an act whose outcome is not known yet, the work ends by itself once it is done.
    if wanted is None or not await is_done(rooms_in(request), form, desk.viewer.account_id):
        return answer
    ended = await end_work(rooms_in(request), wanted)
    return go(request, _telling(act.done, ended), receipt=form.id)


async def removed(request: Request) -> Response:
    """How far it is, what came back, and who may have it."""
    desk = await open_desk(request)
    account = await _once_in(request, desk)
    receipt = await receipt_in(request)
    verdict = None if receipt is None else receipt.outcome
    products = (verdict.result or {}).get("products", ()) if verdict else ()
    removal = await look_at_removal(desk, account)
    return await show_at(
        request,
        desk,
        "person_removed.html",
        "steps",
        removal=removal,
        products=products,
        left=_left(request),
        goes_on=request.query_params.get(LEFT) == NOT_KNOWN,
    )


async def cancel(request: Request) -> Response:
    """End what still runs of somebody who is on his way out."""
    desk = await open_own_desk(request)
    account = await _once_in(request, desk)
    form = await read_form(request)
    wanted = await _note(request, desk, account, form, after=None)
    ended = Ended() if wanted is None else await end_work(rooms_in(request), wanted)
    return go(request, _telling(f"{desk.home}/people/{account}/removed", ended))


async def _note(
    request: Request, desk: Desk, person: UUID, form: Form, *, after: UUID | None
) -> WorkToEnd | None:
    """Write down whose work is to be ended before anything is asked, if that is wanted."""
    rooms = rooms_in(request)
    wanted = WorkToEnd(form.id, desk.id, person, desk.viewer.account_id, after, rooms.wall.now())
    async with rooms.pool.acquire() as database:
        if after is not None and form.get("work") != "cancel":
            await work_to_end.drop(database, form.id)
            return None
        return await work_to_end.add(database, wanted)


def _telling(page: str, ended: Ended) -> str:
    """Where the page says it if not all of the work is known to have ended."""
    left = NOT_KNOWN if ended.goes_on else ended.refused
    return f"{page}?{LEFT}={left}" if left else page


def _left(request: Request) -> int:
    """How many jobs could not be ended, as the address says."""
    given = request.query_params.get(LEFT, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0  # noqa: PLR2004  # jobs of a person


async def _once_in(request: Request, desk: Desk) -> UUID:
    """Whose removal it is; raises NotFound for who was never in this organization."""
    try:
        account = UUID(request.path_params["person"])
    except ValueError:
        raise NotFound from None
    if not await was_in(desk, account):
        raise NotFound
    return account


async def ask_role(request: Request) -> Response:
    desk = await open_desk(request)
    return await _role(request, desk, await row_of(request, desk))


async def change_role(request: Request) -> Response:
    desk = await open_desk(request)
    row = await row_of(request, desk)
    form = await read_form(request)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _role(request, desk, row, **shown)

    act = Act(
        owner=desk.id,
        title=f"{row.name} is a {form.get('role').capitalize()} now",
        failed="Role not changed",
        done=f"{desk.home}/people/{row.id}",
        told={
            "name": row.name,
            "email": row.person.email,
            "p": str(row.id),
            "value": form.get("role"),
            "role": row.person.role.capitalize(),
        },
    )

    def wanted(form: Form) -> ChangeRole:
        return form.data(ChangeRole, account_id=row.id, role=form.get("role") or None)

    return await submit(request, act, wanted, page, form)


async def _removal(
    request: Request,
    desk: Desk,
    row: Row,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    holds = await open_holds(desk.all, row.id)
    held = sum(parse_credits(hold["held"]) for hold in holds)
    return await show_at(
        request, desk, "person_remove.html", row=row, holds=holds, held=held, **shown
    )


async def _role(
    request: Request,
    desk: Desk,
    row: Row,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    other = "GUEST" if row.person.role == "MEMBER" else "MEMBER"
    return await show_at(request, desk, "person_role.html", row=row, role=other, **shown)


routes = [
    Route("/o/{organization}/people/{person}/remove", ask_removal, methods=["GET"]),
    Route("/o/{organization}/people/{person}/remove", remove, methods=["POST"]),
    Route("/o/{organization}/people/{person}/removed", removed, methods=["GET"]),
    Route("/o/{organization}/people/{person}/removed", cancel, methods=["POST"]),
    Route("/o/{organization}/people/{person}/role", ask_role, methods=["GET"]),
    Route("/o/{organization}/people/{person}/role", change_role, methods=["POST"]),
]
