"""/o/{organization}/bulk/selected: one act for everybody who was chosen on the list of people."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.bulk.taking import table_of, take_in, wait_for
from services.portal.format import plural
from services.portal.forms import NOT_A_QUOTA, FieldErrors, Form, read_form
from services.portal.rooms import rooms_in
from services.portal.show import go
from services.portal.views.desk import Desk, open_own_desk, show_at
from services.portal.views.listing import everybody
from services.portal.views.rows import read_filter
from services.portal.views.seats import seats_of
from shared.bulk.table import ROWS_MAX

ACTS = {"access": "Change access", "assign": "Assign a seat", "remove": "Remove"}
CHOSEN_MAX = 500


async def chosen(request: Request) -> Response:
    """Ask for what the act needs, with those whom it is about."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    people = await _people(desk, form)
    if not people:
        return go(request, f"{desk.home}/people")
    return await _page(request, desk, form, people)


async def check(request: Request) -> Response:
    """Make a table of it and have that checked like any other.

    Whom a filter finds is looked up again: where these are more or fewer than the page said, it is
    shown anew. The table then says of each what becomes of him, and changes no more.
    """
    desk = await open_own_desk(request)
    form = await read_form(request)
    people = await _people(desk, form)
    if not people:
        return go(request, f"{desk.home}/people")
    if form.get("all") == "yes" and form.get("counted") != str(len(people)):
        errors = {"counted": f"{plural(len(people), 'person matches', 'people match')} now."}
        return await _page(request, desk, form, people, typed_again=form, errors=errors)
    try:
        rows = [_row(desk, form, email) for email in people]
    except FieldErrors as error:
        return await _page(request, desk, form, people, typed_again=form, errors=error.errors)
    name = f"{ACTS[form.get('act')]}, {len(rows)} people"
    taken = await take_in(
        rooms_in(request),
        desk.viewer,
        desk.id,
        name=name,
        content=table_of(rows),
        salt=str(form.id),
    )
    await wait_for(rooms_in(request), taken)
    return go(request, f"{desk.home}/bulk/{taken.id}")


async def _people(desk: Desk, form: Form) -> Sequence[str]:
    """Those who were chosen one by one, or everybody whom the filter finds now."""
    if form.get("all") != "yes":
        return form.every("people")[:CHOSEN_MAX]
    found = await everybody(desk, read_filter(form.fields), most=ROWS_MAX)
    return [person.email for person in found]


def _row(desk: Desk, form: Form, email: str) -> Sequence[str]:
    match form.get("act"):
        case "remove":
            return ("remove", email, "", "", "", "", "")
        case "assign" if form.get("product"):
            return ("assign", email, "", form.get("product"), "", "", "")
        case "assign":
            raise FieldErrors({"product": "Choose a product."})
        case "access":
            return ("access", email, "", "", *access_cells(desk, form))
        case _:
            raise FieldErrors({"act": "Choose what to do."})


def access_cells(desk: Desk, form: Form) -> tuple[str, str, str]:
    """The cells of a row that sets access: mode, limit, period; raises FieldErrors."""
    mode = form.get("mode")
    if mode != "quota":
        if mode not in {"disabled", "unlimited"}:
            raise FieldErrors({"mode": "Choose one of the three."})
        return (mode, "", "")
    try:
        return (mode, desk.format.understood(form.get("limit")), form.get("period"))
    except ValueError:
        raise FieldErrors({"limit": NOT_A_QUOTA}) from None


async def _page(
    request: Request,
    desk: Desk,
    form: Form,
    people: Sequence[str],
    *,
    typed_again: Form | None = None,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    act = form.get("act") if form.get("act") in ACTS else "access"
    return await show_at(
        request,
        desk,
        "bulk_chosen.html",
        act=act,
        words=ACTS[act],
        people=people,
        everybody=form.get("all") == "yes",
        chosen=read_filter(form.fields),
        most=ROWS_MAX,
        seats=await seats_of(desk) if act == "assign" else (),
        access=None,
        form=typed_again,
        **shown,
    )


routes = [
    Route("/o/{organization}/bulk/selected", chosen, methods=["POST"]),
    Route("/o/{organization}/bulk/chosen", check, methods=["POST"]),
]
