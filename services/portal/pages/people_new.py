"""/o/{organization}/people/new: add a person, with a seat and access to the pool if wanted."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.bulk.adding import add_with_more, added_by
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.pages.bulk_chosen import access_cells
from services.portal.rooms import rooms_in
from services.portal.show import go
from services.portal.store.uploads import Upload
from services.portal.submitting import Act, refusal, submit
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.people import find_by_email
from services.portal.views.seats import seats_of
from shared.bulk.office import NotShownError
from shared.contracts.membership import AddMember
from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode

TYPED = ("email", "role", "product", "mode", "limit", "period")


async def new(request: Request) -> Response:
    return await _new(request, await open_desk(request), typed_before=request.query_params)


async def add(request: Request) -> Response:
    """Add somebody; with a seat or access it ends on his page, which says what became of each."""
    desk = await open_desk(request)
    form = await read_form(request)
    act = _act(desk, form)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _new(request, desk, **shown)

    if not _wants_more(form):
        return await submit(request, act, _addition, page, form)
    try:
        rows = _rows(desk, form)
    except FieldErrors as error:
        return await page(form=form, errors=error.errors)
    outcome = await _added(request, desk, rows, form)
    if isinstance(outcome, Refused):
        return await page(form=form, **refusal(outcome, act))
    return outcome


def _act(desk: Desk, form: Form) -> Act:
    email = form.get("email")
    typed = {name: form.get(name) for name in TYPED if form.get(name)}
    as_guest = urlencode({**typed, "role": "GUEST"})
    return Act(
        owner=desk.id,
        title=f"{email} added",
        failed=f"{email} not added",
        done=f"{desk.home}/people?search={quote(email)}",
        told={
            "email": email,
            "typed": email,
            "name": email,
            "value": form.get("role"),
            "as_guest": f"{desk.home}/people/new?{as_guest}",
        },
    )


def _wants_more(form: Form) -> bool:
    """Whether a seat or access goes with the addition: then it is a table of up to three acts."""
    return bool(form.get("product")) or form.get("mode") in {"quota", "unlimited"}


def _rows(desk: Desk, form: Form) -> list[Sequence[str]]:
    addition = _addition(form)
    cells = access_cells(desk, form)
    email = str(addition.email)
    rows: list[Sequence[str]] = [("add", email, addition.role, "", "", "", "")]
    if form.get("product"):
        rows.append(("assign", email, "", form.get("product"), "", "", ""))
    if cells[0] != "disabled":
        rows.append(("access", email, "", "", *cells))
    return rows


async def _added(
    request: Request, desk: Desk, rows: Sequence[Sequence[str]], form: Form
) -> Response | Refused:
    """Where it ends: on the page of who was added, or with why nobody was.

    What is not known yet stays with the table, which goes on and says how far it is.
    """
    try:
        upload = await add_with_more(rooms_in(request), desk, rows, salt=str(form.id))
    except NotShownError as error:
        return refuse(error.wrong.code, message=error.wrong.message)
    added = added_by(upload)
    if added is None:
        return _unknown(request, desk, upload)
    if added.addition.refused is not None:
        return added.addition.refused
    person = await find_by_email(desk, added.email)
    place = f"people/{person.id}?added={upload.id}" if person else "people"
    return go(request, f"{desk.home}/{place}")


def _unknown(request: Request, desk: Desk, upload: Upload) -> Response | Refused:
    if upload.state == "FAILED" and upload.begun_at is None:
        return refuse(RefusalCode(upload.trouble or RefusalCode.OVERLOADED))
    return go(request, f"{desk.home}/bulk/{upload.id}")


def _addition(form: Form) -> AddMember:
    role = form.get("role").upper()
    return form.data(AddMember, email=form.get("email"), role=role or None)


async def _new(
    request: Request,
    desk: Desk,
    *,
    form: Form | None = None,
    typed_before: Mapping[str, str] | None = None,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    """Show the form with what was typed; an address may carry it from a form before."""
    given = form.fields if form else typed_before or {}
    filled = {name: given.get(name, "").strip() for name in TYPED}
    return await show_at(
        request,
        desk,
        "person_new.html",
        seats=await seats_of(desk),
        filled=filled,
        role=filled["role"].upper(),
        access=filled,
        form=form,
        **shown,
    )


routes = [
    Route("/o/{organization}/people/new", new, methods=["GET"]),
    Route("/o/{organization}/people/new", add, methods=["POST"]),
]
