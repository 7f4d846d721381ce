"""/o/{organization}/transfer: offer the organization to somebody in it, or take the offer back."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import FieldErrors, Form, read_form
from services.portal.pages.person import row_of
from services.portal.sessions import NotFound
from services.portal.submitting import Act, chosen_id, submit
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import face_of
from services.portal.views.listing import people_page
from services.portal.views.people import find_person
from services.portal.views.rows import Filter, Row, searched_for
from shared.contracts.transfers import CancelTransfer, RequestTransfer


async def transfer(request: Request) -> Response:
    return await _page(request, await open_desk(request))


async def confirm(request: Request) -> Response:
    """What moves, what does not, and what the Administrator becomes."""
    desk = await open_desk(request)
    return await _confirm(request, desk, await row_of(request, desk))


async def offer(request: Request) -> Response:
    desk = await open_desk(request)
    row = await row_of(request, desk)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _confirm(request, desk, row, **shown)

    act = Act(
        owner=desk.id,
        title=f"Offered to {row.name}; it waits for their answer",
        failed="Not offered",
        done=f"{desk.home}/transfer",
        told={"name": row.name, "p": str(row.id)},
    )

    def wanted(form: Form) -> RequestTransfer:
        invoices_to = form.get("invoices_to") or "new"
        return form.data(RequestTransfer, to_account_id=row.id, invoices_to=invoices_to)

    return await submit(request, act, wanted, page)


async def cancel(request: Request) -> Response:
    desk = await open_desk(request)
    form = await read_form(request)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _page(request, desk, **shown)

    act = Act(
        owner=desk.id,
        title="The offer is taken back",
        failed="Offer not taken back",
        done=f"{desk.home}/transfer",
    )

    def wanted(form: Form) -> CancelTransfer:
        return form.data(CancelTransfer, transfer_id=chosen_id(form, "transfer"))

    return await submit(request, act, wanted, page, form)


async def choose(request: Request) -> Response:
    """From the list to the page of consequences; nobody chosen is told so."""
    desk = await open_desk(request)
    given = request.query_params.get("person", "")
    try:
        account = UUID(given)
    except ValueError:
        errors = FieldErrors({"person": "Choose one from the list."}).errors
        return await _page(request, desk, errors=errors)
    row = await find_person(desk, account)
    if row is None:
        raise NotFound
    return await _confirm(request, desk, row)


async def _page(
    request: Request,
    desk: Desk,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    search = searched_for(request)
    page = await people_page(desk, Filter(search=search, state="active"))
    open_offer = desk.profile.transfer
    face = None if open_offer is None else await face_of(desk.asking, open_offer.to_account_id)
    candidates = [row for row in page.rows if row.person.role != "ADMINISTRATOR"]
    return await show_at(
        request,
        desk,
        "transfer.html",
        "offer",
        candidates=candidates,
        choices=[(str(row.id), f"{row.name}, {row.person.email}") for row in candidates],
        more_people=page.beside.after is not None,
        search=search,
        offered_to=face,
        **shown,
    )


async def _confirm(
    request: Request,
    desk: Desk,
    row: Row,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    return await show_at(request, desk, "transfer_confirm.html", row=row, **shown)


routes = [
    Route("/o/{organization}/transfer", transfer, methods=["GET"]),
    Route("/o/{organization}/transfer/to", choose, methods=["GET"]),
    Route("/o/{organization}/transfer/cancel", cancel, methods=["POST"]),
    Route("/o/{organization}/transfer/to/{person}", confirm, methods=["GET"]),
    Route("/o/{organization}/transfer/to/{person}", offer, methods=["POST"]),
]
