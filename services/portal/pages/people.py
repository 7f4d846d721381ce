"""/o/{organization}/people: find, filter and add people."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.bulk.taking import apply, table_of, take_in, wait_for
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.pages.bulk_chosen import access_cells
from services.portal.rooms import rooms_in
from services.portal.show import go
from services.portal.submitting import Act, submit
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.listing import PeoplePage, people_page
from services.portal.views.places import pager_of, read_place
from services.portal.views.rows import ACCESSES, ROLES, STATES, Row, read_filter
from services.portal.views.seats import seats_of
from shared.bulk.table import ROWS_MAX
from shared.contracts.membership import AddMember

LISTED_BY = ("search", "role", "access", "state", "after", "before")


async def people(request: Request) -> Response:
    desk = await open_desk(request)
    chosen, place = read_filter(request.query_params), read_place(request.query_params)
    page = await people_page(desk, chosen, place)
    return await show_at(
        request,
        desk,
        "people.html",
        "rows",
        chosen=chosen,
        page=page,
        roles=ROLES,
        accesses=ACCESSES,
        states=STATES,
        most=ROWS_MAX,
        access_words=lambda row: access_words(desk, row),
        ids=[row.id for row in page.rows],
        topics=[topic_of_rows(desk, page), _topic_of_list(request, desk)],
        pager=pager_of(f"{desk.home}/people", vars(chosen), page.beside, len(page.rows)),
    )


def topic_of_rows(desk: Desk, page: PeoplePage) -> str:
    """What keeps the rows of a page current, whichever page it is."""
    return ".".join([f"people:{desk.id}", *(str(row.id) for row in page.rows)])


def _topic_of_list(request: Request, desk: Desk) -> str:
    """What notices who came to this page of the list, or went."""
    given = request.query_params
    asked = {name: given[name] for name in LISTED_BY if given.get(name)}
    return f"listed:{desk.id}.{urlencode(asked)}"


def access_words(desk: Desk, row: Row) -> str:
    """Somebody's access in a few words."""
    if row.mode == "administrator":
        return "No limit"
    if row.access is None or row.mode == "disabled":
        return "Off"
    if row.mode == "unlimited":
        return "No limit of their own"
    period = f" a {row.access['period']}" if row.access["period"] else ""
    return f"Quota {desk.format.credits(row.access['limit'])}{period}"


async def new(request: Request) -> Response:
    return await _new(request, await open_desk(request))


async def add(request: Request) -> Response:
    desk = await open_desk(request)
    form = await read_form(request)
    email = form.get("email")

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _new(request, desk, **shown)

    if _wants_more(form):
        return await _add_with_more(request, desk, form)
    act = Act(
        owner=desk.id,
        title=f"{email} added",
        failed=f"{email} not added",
        done=f"{desk.home}/people?search={quote(email)}",
        told={"email": email, "typed": email, "name": email, "value": form.get("role")},
    )
    return await submit(request, act, _addition, page, form)


def _wants_more(form: Form) -> bool:
    """Whether a seat or access goes with the addition: then it is a table of up to three acts."""
    return bool(form.get("product")) or form.get("mode") in {"quota", "unlimited"}


async def _add_with_more(request: Request, desk: Desk, form: Form) -> Response:
    """Add, give a seat and open the pool in one go; each act tells for itself how it went."""
    try:
        addition = _addition(form)
        cells = access_cells(desk, form)
    except FieldErrors as error:
        return await _new(request, desk, form=form, errors=error.errors)
    email = str(addition.email)
    rows = [("add", email, addition.role, "", "", "", "")]
    if form.get("product"):
        rows.append(("assign", email, "", form.get("product"), "", "", ""))
    if cells[0] != "disabled":
        rows.append(("access", email, "", "", *cells))
    rooms = rooms_in(request)
    taken = await take_in(
        rooms,
        desk.viewer,
        desk.id,
        name=f"Add {email}",
        content=table_of(rows),
        salt=str(form.id),
    )
    if (await wait_for(rooms, taken)).state == "CHECKED":
        await apply(rooms, desk.viewer, taken)
        await wait_for(rooms, replace(taken, state="APPLYING"))
    return go(request, f"{desk.home}/bulk/{taken.id}")


def _addition(form: Form) -> AddMember:
    role = form.get("role").upper()
    return form.data(AddMember, email=form.get("email"), role=role or None)


async def _new(request: Request, desk: Desk, **shown: Any) -> Response:  # noqa: ANN401  # see `show`
    seats = await seats_of(desk)
    role = request.query_params.get("role", "").upper()
    return await show_at(
        request, desk, "person_new.html", seats=seats, role=role, access=None, **shown
    )


routes = [
    Route("/o/{organization}/people", people),
    Route("/o/{organization}/people/new", new, methods=["GET"]),
    Route("/o/{organization}/people/new", add, methods=["POST"]),
]
