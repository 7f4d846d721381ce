"""/o/{organization}/licenses: seats by product, who holds them; assign, take back, move."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import FieldErrors, Form, read_form
from services.portal.pages.person import person_page, row_of
from services.portal.sessions import NotFound
from services.portal.submitting import Act, chosen_id, submit
from services.portal.undoing import undo_in, undone_by
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import Face, faces_of
from services.portal.views.listing import people_page
from services.portal.views.people import find_person
from services.portal.views.places import Beside, pager_of, read_place
from services.portal.views.rows import Filter, searched_for
from services.portal.views.seats import Seats, holders_page, open_checkouts, seats_of
from shared.contracts.checkouts import SetFloating
from shared.contracts.licensing import AssignLicense, ReassignLicense, RevokeLicense


async def licenses(request: Request) -> Response:
    desk = await open_desk(request)
    return await show_at(
        request,
        desk,
        "licenses.html",
        "products",
        seats=await seats_of(desk),
        undo=undo_in(request, desk.home),
    )


async def product(request: Request) -> Response:
    desk = await open_desk(request)
    return await _product(request, desk, await _seats(request, desk))


async def assign(request: Request) -> Response:
    """Give a free seat to whom was chosen."""
    desk = await open_desk(request)
    seats = await _seats(request, desk)
    form = await read_form(request)
    person = await _named(desk, form, "person")

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _product(request, desk, seats, **shown)

    undo = undone_by("revoke", person.id, product=seats.product)
    act = _act(
        desk,
        seats.product,
        title=f"{person.name} has a seat of {seats.product}",
        failed="Seat not assigned",
        done=f"{_address(desk, seats)}?{undo}",
        told={"name": person.name, "p": str(person.id), "n": str(seats.total)},
    )

    def wanted(form: Form) -> AssignLicense:
        return form.data(AssignLicense, product=seats.product, account_id=chosen_id(form, "person"))

    return await submit(request, act, wanted, page, form)


async def move(request: Request) -> Response:
    """Move a seat from who holds it to whom was chosen, in one act."""
    desk = await open_desk(request)
    seats = await _seats(request, desk)
    form = await read_form(request)
    giver, person = await _named(desk, form, "from"), await _named(desk, form, "person")

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _product(request, desk, seats, moving=form.get("from"), **shown)

    act = _act(
        desk,
        seats.product,
        title=f"The seat of {seats.product} moved from {giver.name} to {person.name}",
        failed="Seat not moved",
        done=_address(desk, seats),
        told={"name": giver.name, "other": person.name, "p": str(person.id)},
    )

    def wanted(form: Form) -> ReassignLicense:
        return form.data(
            ReassignLicense,
            product=seats.product,
            from_account_id=chosen_id(form, "from"),
            to_account_id=chosen_id(form, "person"),
            force=form.get("force") == "yes",
        )

    return await submit(request, act, wanted, page, form)


async def float_seats(request: Request) -> Response:
    """Let free seats of a product be checked out by whoever needs one, or no more."""
    desk = await open_desk(request)
    seats = await _seats(request, desk)
    form = await read_form(request)
    everyone = form.get("everyone") == "yes"

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _product(request, desk, seats, **shown)

    act = _act(
        desk,
        seats.product,
        title=f"Seats of {seats.product} {'float for everyone' if everyone else 'float no more'}",
        failed="Floating not changed",
        done=_address(desk, seats),
        told={},
    )
    data = SetFloating(product=seats.product, everyone=everyone)
    return await submit(request, act, lambda _form: data, page, form)


async def seat_of_person(request: Request) -> Response:
    """From a person's page: give a seat or take it back."""
    desk = await open_desk(request)
    row = await row_of(request, desk)
    form = await read_form(request)
    is_revoked = form.get("act") == "revoke"
    wanted = form.get("product")

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await person_page(request, desk, row, **shown)

    undo = undone_by("assign" if is_revoked else "revoke", row.id, product=wanted)
    back = f"{desk.home}/licenses/{quote(wanted, safe='')}" if form.get("back") == "product" else ""
    act = _act(
        desk,
        wanted,
        title=f"Seat of {wanted} {'taken back from' if is_revoked else 'given to'} {row.name}",
        failed="Seat not taken back" if is_revoked else "Seat not assigned",
        done=f"{back or f'{desk.home}/people/{row.id}'}?{undo}",
        told={"name": row.name, "p": str(row.id)},
    )
    contract = RevokeLicense if is_revoked else AssignLicense
    return await submit(
        request,
        act,
        lambda form: form.data(contract, product=wanted, account_id=row.id),
        page,
        form,
    )


@dataclass(frozen=True)
class Named:
    """Somebody of this organization; of anybody else a form learns nothing."""

    id: UUID
    name: str


async def _named(desk: Desk, form: Form, field: str) -> Named:
    try:
        account = chosen_id(form, field)
    except FieldErrors:
        return NOBODY
    row = await find_person(desk, account)
    return Named(account, "This person" if row is None else row.name)


def _act(
    desk: Desk, product: str, *, title: str, failed: str, done: str, told: dict[str, str]
) -> Act:
    return Act(
        owner=desk.id, title=title, failed=failed, done=done, told={"product": product, **told}
    )


async def _seats(request: Request, desk: Desk) -> Seats:
    named = request.path_params["product"]
    for seats in await seats_of(desk):
        if seats.product == named:
            return seats
    raise NotFound


async def _product(
    request: Request,
    desk: Desk,
    seats: Seats,
    *,
    moving: str = "",
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    given = request.query_params
    search = searched_for(request)
    page, checkouts, holders, mover = await asyncio.gather(
        people_page(desk, Filter(search=search)),
        open_checkouts(desk, seats.product),
        holders_page(desk, seats.product, read_place(given)),
        _moving(desk, seats, moving or given.get("move", "")),
    )
    users = (checkout.account_id for checkout in checkouts)
    movers = () if mover is None else (mover,)
    candidates = [
        row for row in page.rows if seats.product not in row.seats and not row.person.removing
    ]
    beside = Beside(holders.after, holders.before, holders.first, holders.total)
    faces = await faces_of(desk.asking, [*holders.account_ids, *users, *movers])
    return await show_at(
        request,
        desk,
        "product.html",
        "product",
        seats=seats,
        holders=holders.account_ids,
        pager=pager_of(
            _address(desk, seats),
            {"search": search, "move": mover},
            beside,
            len(holders.account_ids),
        ),
        faces=faces,
        checkouts=checkouts,
        candidates=candidates,
        choices=[(str(row.id), f"{row.name}, {row.person.email}") for row in candidates],
        givers=[(str(holder), _called(faces[holder])) for holder in holders.account_ids],
        more_people=page.beside.after is not None,
        search=search,
        moving=mover,
        undo=undo_in(request, desk.home),
        **shown,
    )


def _called(face: Face) -> str:
    return f"{face.name}, {face.email}" if face.email else face.name


async def _moving(desk: Desk, seats: Seats, named: str) -> UUID | None:
    """Whose seat is about to be moved, if he holds one."""
    try:
        giver = UUID(named)
    except ValueError:
        return None
    held = {product.product: product.holders for product in await seats_of(desk, giver)}
    return giver if giver in held.get(seats.product, ()) else None


def _address(desk: Desk, seats: Seats) -> str:
    return f"{desk.home}/licenses/{quote(seats.product, safe='')}"


NOBODY = Named(UUID(int=0), "Nobody")
PRODUCT = "/o/{organization}/licenses/{product:path}"
routes = [
    Route("/o/{organization}/licenses", licenses, methods=["GET"]),
    Route(f"{PRODUCT}/assign", assign, methods=["POST"]),
    Route(f"{PRODUCT}/move", move, methods=["POST"]),
    Route(f"{PRODUCT}/floating", float_seats, methods=["POST"]),
    Route(PRODUCT, product, methods=["GET"]),
    Route("/o/{organization}/people/{person}/seats", seat_of_person, methods=["POST"]),
]
