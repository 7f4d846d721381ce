"""/o/{organization}/people/{person}/remove and /role: what ends, what goes on, what stays."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import Form, read_form
from services.portal.pages.person import row_of
from services.portal.submitting import Act, submit
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.pool import open_holds
from services.portal.views.rows import Row
from shared.contracts.membership import ChangeRole, RemoveMember
from shared.contracts.money import parse_credits


async def ask_removal(request: Request) -> Response:
    desk = await open_desk(request)
    return await _removal(request, desk, await row_of(request, desk))


async def remove(request: Request) -> Response:
    desk = await open_desk(request)
    row = await row_of(request, desk)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _removal(request, desk, row, **shown)

    seats = f"; seats back: {', '.join(row.seats)}" if row.seats else ""
    act = Act(
        owner=desk.id,
        title=f"{row.name} removed{seats}",
        failed=f"{row.name} not removed",
        done=f"{desk.home}/people",
        told={"name": row.name, "p": str(row.id)},
    )
    return await submit(request, act, lambda form: form.data(RemoveMember, account_id=row.id), page)


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
    Route("/o/{organization}/people/{person}/role", ask_role, methods=["GET"]),
    Route("/o/{organization}/people/{person}/role", change_role, methods=["POST"]),
]
