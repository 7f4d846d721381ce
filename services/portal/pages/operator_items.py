"""/operator/items/{id}: withheld orders, usage that came too late, corrections to confirm."""

from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.commanding import carry_out
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.live.ops.names import names_of
from services.portal.operating.noticing import ADJUSTMENT, LATE_USAGE, WITHHELD_CREDITS
from services.portal.operating.taking import owner_of
from services.portal.operating.texts import reason_in
from services.portal.operating.work import KINDS, told_of
from services.portal.pages.operator_decisions import id_in
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import go, show
from services.portal.store import work_items as store
from services.portal.store.work_items import WorkItem
from services.portal.submitting import Act, refusal
from services.portal.viewer import Viewer
from services.portal.views.faces import faces_of
from shared.contracts.credit_orders import AdjustCredits, ReleaseLot
from shared.contracts.message import CommandData, Refused
from shared.contracts.money import parse_credits

log = structlog.get_logger()


async def item(request: Request) -> Response:
    viewer = await require_staff(request)
    return await _page(request, viewer, await _item(request))


async def decide(request: Request) -> Response:
    """Do what was chosen, or write down that it was dealt with elsewhere."""
    viewer = await require_staff(request)
    form, found = await read_form(request), await _item(request)
    try:
        if form.get("decision") == "leave":
            return await _decided(request, viewer, found, f"left: {reason_in(form, 'why')}")
        data = _command(found, form)
    except FieldErrors as error:
        return await _page(request, viewer, found, form=form, errors=error.errors)
    return await _carried_out(request, viewer, found, form, data)


async def _carried_out(
    request: Request, viewer: Viewer, found: WorkItem, form: Form, data: CommandData
) -> Response:
    outcome = await carry_out(
        request, form, data, owner=found.owner, title="Decided", done="/operator"
    )
    if isinstance(outcome, Refused):
        act = Act(found.owner, "", "Not decided", "")
        return await _page(request, viewer, found, form=form, **refusal(outcome, act))
    # An outcome that is not known yet is settled under the form's id; the item is decided by it.
    await _note(request, viewer, found, type(data).__name__)
    return outcome


def _command(found: WorkItem, form: Form) -> CommandData:
    """What the ledger is asked to do about an item."""
    details = found.details
    if found.kind == WITHHELD_CREDITS:
        return ReleaseLot(lot=int(details["lot"]), reason=reason_in(form))
    if found.kind == LATE_USAGE:
        amount = parse_credits(str(details["amount"]))
        return AdjustCredits(amount=amount, direction="remove", reason=reason_in(form))
    if found.kind == ADJUSTMENT:
        return AdjustCredits.model_validate({**details, "confirms": found.id}, strict=False)
    raise NotFound


async def _decided(request: Request, viewer: Viewer, found: WorkItem, outcome: str) -> Response:
    await _note(request, viewer, found, outcome)
    return go(request, "/operator")


async def _note(request: Request, viewer: Viewer, found: WorkItem, outcome: str) -> None:
    rooms = rooms_in(request)
    async with rooms.pool.acquire() as database:
        is_first = await store.decide(
            database, found.id, by=viewer.account_id, now=rooms.wall.now(), outcome=outcome
        )
    log.info("item_decided", item=str(found.id), by=str(viewer.account_id), first=is_first)


async def _page(
    request: Request,
    viewer: Viewer,
    found: WorkItem,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    rooms = rooms_in(request)
    names = names_of(rooms)
    await names.learn(rooms.asking, [str(found.owner)])
    people = [one for one in (found.account_id, found.decided_by) if one is not None]
    return await show(
        request,
        "operator_item.html",
        item=found,
        owner=await owner_of(rooms, found.id),
        word=KINDS[found.kind],
        told_of=told_of(found),
        whose=names.of(str(found.owner)),
        faces=await faces_of(rooms.asking, people),
        is_own=found.kind == ADJUSTMENT and found.account_id == viewer.account_id,
        **shown,
    )


async def _item(request: Request) -> WorkItem:
    async with rooms_in(request).pool.acquire() as database:
        found = await store.find(database, id_in(request))
    if found is None:
        raise NotFound
    return found


routes = [
    Route("/operator/items/{id}", item, methods=["GET"]),
    Route("/operator/items/{id}", decide, methods=["POST"]),
]
