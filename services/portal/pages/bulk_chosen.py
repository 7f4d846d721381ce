"""/o/{organization}/bulk/selected: one act for everybody who was chosen on the list of people."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.bulk.taking import table_of, take_in, wait_for
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.rooms import rooms_in
from services.portal.show import go
from services.portal.views.desk import Desk, open_own_desk, show_at
from services.portal.views.people import people_page
from services.portal.views.rows import Filter, read_filter
from services.portal.views.seats import seats_of

ACTS = {"access": "Change access", "assign": "Assign a seat", "remove": "Remove"}
CHOSEN_MAX = 500


async def chosen(request: Request) -> Response:
    """Ask for what the act needs, with everybody listed whom it is about."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    people = form.every("people")[:CHOSEN_MAX]
    if form.get("all") == "yes":
        people = await _all_that_match(desk, read_filter(form.fields))
    if not people:
        return go(request, f"{desk.home}/people")
    return await _page(request, desk, form, people)


async def _all_that_match(desk: Desk, chosen: Filter) -> tuple[str, ...]:
    """Everybody whom the filter finds now, up to as many as one form takes."""
    found: list[str] = []
    after: UUID | None = None
    while len(found) < CHOSEN_MAX:
        page = await people_page(desk, chosen, after)
        found += [row.person.email for row in page.rows if row.mode != "administrator"]
        after = page.after
        if after is None:
            break
    return tuple(found[:CHOSEN_MAX])


async def check(request: Request) -> Response:
    """Make a table of it and have that checked like any other."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    people = form.every("people")[:CHOSEN_MAX]
    try:
        rows = [_row(desk, form, email) for email in people]
    except FieldErrors as error:
        return await _page(request, desk, form, people, typed_again=form, errors=error.errors)
    if not rows:
        return go(request, f"{desk.home}/people")
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
        message = "A quota is a number above 0 with at most six decimals, like 120."
        raise FieldErrors({"limit": message}) from None


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
        seats=await seats_of(desk) if act == "assign" else (),
        access=None,
        form=typed_again,
        **shown,
    )


routes = [
    Route("/o/{organization}/bulk/selected", chosen, methods=["POST"]),
    Route("/o/{organization}/bulk/chosen", check, methods=["POST"]),
]
