"""/operator/items/{id}: withheld orders, usage that came too late, corrections to confirm."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.commanding import carry_out, settle
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.live.ops.names import names_of
from services.portal.operating.noticing import LATE_USAGE, WITHHELD_CREDITS
from services.portal.operating.taking import owner_of
from services.portal.operating.texts import reason_in
from services.portal.operating.winning import WON_DISPUTE
from services.portal.operating.work import KINDS, told_of
from services.portal.pages.operator_decisions import id_in
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import go, show
from services.portal.store import forms, work_items
from services.portal.store.forms import Sent
from services.portal.store.work_items import ADJUSTMENT, WorkItem
from services.portal.submitting import Act, refusal
from services.portal.viewer import Viewer
from services.portal.views.faces import faces_of
from shared.contracts.credit_orders import AdjustCredits, ReleaseLot
from shared.contracts.message import CommandData, Refused
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode

DONE = {
    WITHHELD_CREDITS: "Credits released",
    LATE_USAGE: "Late usage charged",
    WON_DISPUTE: "Credits given again",
    ADJUSTMENT: "Correction confirmed",
}

log = structlog.get_logger()


async def item(request: Request) -> Response:
    viewer = await require_staff(request)
    return await _page(request, viewer)


async def decide(request: Request) -> Response:
    """Do what was chosen, or write down that it was dealt with elsewhere."""
    viewer = await require_staff(request)
    form, found = await read_form(request), await _item(request)
    asked = await _asked(request, found)
    if _is_late(form, found, asked):
        return go(request, f"/operator/items/{found.id}")
    try:
        if form.get("decision") == "leave":
            return await _left(request, viewer, found, f"left: {reason_in(form, 'why')}")
        if asked is not None:
            return await _again(request, viewer, asked)
        data = _command(found, form, rooms_in(request).clock.now())
        return await _carried_out(request, viewer, found, form, data)
    except FieldErrors as error:
        return await _page(request, viewer, form=form, errors=error.errors)


def _is_late(form: Form, found: WorkItem, asked: Sent | None) -> bool:
    """Whether somebody decided or asked since the page was shown; his outcome is told there."""
    if found.decided_at is not None:
        return True
    decision = form.get("decision")
    if decision == "leave":
        return asked is not None and asked.outcome is None
    return (decision == "again") != (asked is not None)


async def _carried_out(
    request: Request, viewer: Viewer, found: WorkItem, form: Form, data: CommandData
) -> Response:
    """Ask for the item under the one id that it is ever asked for, until that was refused."""
    async with rooms_in(request).pool.acquire() as database:
        asked_as = await work_items.ask(database, found.id, form.id)
    if asked_as is None:
        return go(request, f"/operator/items/{found.id}")
    outcome = await carry_out(
        request,
        replace(form, id=asked_as),
        data,
        owner=found.owner,
        title=DONE[found.kind],
        done="/operator",
    )
    if isinstance(outcome, Refused):
        return await _refused(request, viewer, outcome, asked_as, form)
    return outcome


async def _again(request: Request, viewer: Viewer, asked: Sent) -> Response:
    """Ask once more what was asked already, in the name of whoever asked it."""
    verdict = await settle(rooms_in(request), asked)
    if verdict is not None and verdict.refused is not None:
        return await _refused(request, viewer, verdict.refused, asked.id)
    return go(request, "/operator" if verdict else request.url.path)


async def _refused(
    request: Request, viewer: Viewer, refused: Refused, asked_as: UUID, form: Form | None = None
) -> Response:
    if refused.code == RefusalCode.SECOND_OPERATOR_REQUIRED and await _waits(request, asked_as):
        return go(request, f"/operator/items/{asked_as}")
    found = await _item(request)
    act = Act(found.owner, "", "Not decided", "")
    return await _page(request, viewer, form=form, **refusal(refused, act))


def _command(found: WorkItem, form: Form, now: datetime) -> CommandData:
    """What the ledger is asked to do about an item."""
    details = found.details
    if found.kind == WITHHELD_CREDITS:
        return ReleaseLot(lot=int(details["lot"]), reason=reason_in(form))
    if found.kind == LATE_USAGE:
        amount = parse_credits(str(details["amount"]))
        return AdjustCredits(amount=amount, direction="remove", reason=reason_in(form))
    if found.kind == WON_DISPUTE and "amount" in details:
        return _given_again(found, reason_in(form), now)
    if found.kind == ADJUSTMENT:
        return AdjustCredits.model_validate({**details, "confirms": found.id}, strict=False)
    raise NotFound


def _given_again(found: WorkItem, reason: str, now: datetime) -> AdjustCredits:
    """Give what was taken as long as its lot still lasts; without an end if it lasts no more."""
    amount = parse_credits(str(found.details["amount"]))
    ends = found.details["expires_at"] and datetime.fromisoformat(found.details["expires_at"])
    return AdjustCredits(
        amount=amount,
        direction="add",
        reason=reason,
        expires_at=ends if ends and ends > now else None,
    )


async def _left(request: Request, viewer: Viewer, found: WorkItem, outcome: str) -> Response:
    rooms = rooms_in(request)
    async with rooms.pool.acquire() as database:
        is_left = await work_items.leave(
            database, found, by=viewer.account_id, now=rooms.wall.now(), outcome=outcome
        )
    log.info("item_left", item=str(found.id), by=str(viewer.account_id), first=is_left)
    return go(request, "/operator" if is_left else request.url.path)


async def _page(
    request: Request,
    viewer: Viewer,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    rooms, found = rooms_in(request), await _item(request)
    names, asked = names_of(rooms), await _asked(request, found)
    await names.learn(rooms.asking, [str(found.owner)])
    known = (found.account_id, found.decided_by, asked.account_id if asked else None)
    return await show(
        request,
        "operator_item.html",
        item=found,
        asked=asked,
        owner=await owner_of(rooms, found.id),
        word=KINDS[found.kind],
        told_of=told_of(found),
        whose=names.of(str(found.owner)),
        faces=await faces_of(rooms.asking, [one for one in known if one is not None]),
        is_own=found.kind == ADJUSTMENT and found.account_id == viewer.account_id,
        **shown,
    )


async def _waits(request: Request, asked_as: UUID) -> bool:
    """Whether what was asked waits on the list itself, for another operator."""
    async with rooms_in(request).pool.acquire() as database:
        return await work_items.find(database, asked_as) is not None


async def _asked(request: Request, found: WorkItem) -> Sent | None:
    """What was asked for an item and may have been done; nothing once it is decided."""
    if found.asked_as is None or found.decided_at is not None:
        return None
    async with rooms_in(request).pool.acquire() as database:
        return await forms.with_id(database, found.asked_as)


async def _item(request: Request) -> WorkItem:
    async with rooms_in(request).pool.acquire() as database:
        found = await work_items.find(database, id_in(request))
    if found is None:
        raise NotFound
    return found


routes = [
    Route("/operator/items/{id}", item, methods=["GET"]),
    Route("/operator/items/{id}", decide, methods=["POST"]),
]
