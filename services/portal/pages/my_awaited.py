"""/me/tell: to be told once when something comes true; taking it back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.awaiting.looking import is_meant
from services.portal.awaiting.telling import WAITED_FOR, ears_of
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_viewer
from services.portal.show import format_for, go, show
from services.portal.store import awaited
from services.portal.store.awaited import Awaited, Kind
from services.portal.viewer import Viewer
from services.portal.views.awaited import AWAITED_MAX
from services.portal.views.faces import face_of

KINDS: dict[str, Kind] = {"pool": "pool_has", "seat": "seat_free", "access": "access_opens"}
PRODUCT_MAX = 120
TOO_MANY = f"You wait for {AWAITED_MAX} things already. Take one back under Your requests first."
NOT_AN_AMOUNT = "Type how many credits you need, like 150."


async def ask(request: Request) -> Response:
    viewer, _ = await _insider(request)
    return await _page(request, viewer, request.query_params)


async def begin(request: Request) -> Response:
    """Write it down; it is looked at once, and when facts may have made it true."""
    viewer, organization = await _insider(request)
    form = await read_form(request)
    rooms = rooms_in(request)
    try:
        one = _wanted(request, form, viewer, organization)
    except FieldErrors as error:
        return await _page(request, viewer, form.fields, form=form, errors=error.errors)
    if not await is_meant(rooms, one):
        raise NotFound
    async with rooms.pool.acquire() as database:
        is_full = await awaited.count_open(database, viewer.account_id) >= AWAITED_MAX
        if not is_full:
            await awaited.add(database, one)
    if is_full:
        errors = {"when": TOO_MANY}
        return await _page(request, viewer, form.fields, form=form, errors=errors)
    ears_of(rooms).wake.set()
    return go(request, "/me/requests#awaited")


async def cancel(request: Request) -> Response:
    viewer, _ = await _insider(request)
    await read_form(request)
    rooms = rooms_in(request)
    async with rooms.pool.acquire() as database:
        await awaited.cancel(
            database, _id(request.path_params["awaited"]), viewer.account_id, rooms.clock.now()
        )
    return go(request, "/me/requests#awaited")


async def _insider(request: Request) -> tuple[Viewer, UUID]:
    """Only who is in an organization, or runs one, has something to wait for."""
    viewer = await require_viewer(request)
    organization = viewer.organization_id or viewer.joined_organization_id
    if organization is None:
        raise NotFound
    return viewer, organization


def _wanted(request: Request, form: Form, viewer: Viewer, organization: UUID) -> Awaited:
    kind = KINDS.get(form.get("when"))
    if kind is None:
        raise NotFound
    now, reading = rooms_in(request).clock.now(), format_for(request)
    return Awaited(
        id=rooms_in(request).clock.new_id(),
        account_id=viewer.account_id,
        organization_id=organization,
        kind=kind,
        amount=form.amount(reading, words=NOT_AN_AMOUNT) if kind == "pool_has" else None,
        product=_product(form) if kind == "seat_free" else None,
        person_id=_id(form.get("person")) if kind == "access_opens" else None,
        asked_at=now,
        expires_at=now + WAITED_FOR,
    )


def _product(form: Form) -> str:
    product = form.get("product")
    if not 0 < len(product) <= PRODUCT_MAX or not product.isprintable():
        raise NotFound
    return product


async def _page(
    request: Request,
    viewer: Viewer,
    given: Mapping[str, str],
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    when = given.get("when", "")
    if when not in KINDS or (when == "access" and viewer.organization_id is None):
        raise NotFound
    person = None
    if when == "access":
        person = await _person(request, viewer, _id(given.get("person", "")))
    return await show(
        request, "my_awaited.html", when=when, given=given, person=person, days=30, **shown
    )


async def _person(request: Request, viewer: Viewer, account: UUID) -> str:
    """The name of somebody in the viewer's organization; raises NotFound for anybody else."""
    rooms = rooms_in(request)
    now = rooms.clock.now()
    assert viewer.organization_id is not None
    probe = Awaited(
        id=account,
        account_id=viewer.account_id,
        organization_id=viewer.organization_id,
        kind="access_opens",
        amount=None,
        product=None,
        person_id=account,
        asked_at=now,
        expires_at=now,
    )
    if not await is_meant(rooms, probe):
        raise NotFound
    return (await face_of(rooms.asking, account)).name


def _id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise NotFound from None


routes = [
    Route("/me/tell", ask, methods=["GET"]),
    Route("/me/tell", begin, methods=["POST"]),
    Route("/me/tell/{awaited}/cancel", cancel, methods=["POST"]),
]
