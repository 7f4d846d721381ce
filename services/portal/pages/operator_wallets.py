"""/operator/wallets/{owner}: one wallet with its orders; corrections and refunds by hand."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import RefusedError
from services.portal.commanding import carry_out
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.operating.texts import reason_in
from services.portal.operating.wallets import Wallet, open_wallet
from services.portal.pages.operator_decisions import id_in
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import format_for, go, show
from services.portal.store import work_items
from services.portal.store.work_items import ADJUSTMENT, WorkItem
from services.portal.submitting import Act, refusal
from shared.contracts.credit_orders import AdjustCredits
from shared.contracts.message import Refused
from shared.contracts.record_answers import Adjustment
from shared.contracts.refusals import RefusalCode

DIRECTIONS = {"add": "added", "remove": "removed"}


async def wallet(request: Request) -> Response:
    await require_staff(request)
    opened = await wallet_in(request)
    for one in opened.adjustments:
        if one.command is None:
            await _put_on_list(request, opened, one)
    return await show(request, "operator_wallet.html", wallet=opened)


async def ask_adjustment(request: Request) -> Response:
    """The first page: what is to be corrected; nothing is done by it."""
    await require_staff(request)
    opened = await wallet_in(request)
    return await show(request, "operator_adjust.html", wallet=opened, sure=None)


async def adjust(request: Request) -> Response:
    """The second page says what it means, and its button does it."""
    await require_staff(request)
    opened, form = await wallet_in(request), await read_form(request)
    try:
        data = _adjustment(request, form)
    except FieldErrors as error:
        return await show(
            request,
            "operator_adjust.html",
            wallet=opened,
            sure=None,
            form=form,
            errors=error.errors,
        )
    if form.get("sure") != "yes":
        return await show(request, "operator_adjust.html", wallet=opened, sure=data, form=form)
    return await _carried_out(request, opened, form, data)


async def _carried_out(
    request: Request, opened: Wallet, form: Form, data: AdjustCredits
) -> Response:
    shown = format_for(request).credits(data.amount)
    outcome = await carry_out(
        request,
        form,
        data,
        owner=opened.owner,
        title=f"{shown} credits {DIRECTIONS[data.direction]}",
        done=f"/operator/wallets/{opened.owner}",
    )
    if not isinstance(outcome, Refused):
        return outcome
    if outcome.code == RefusalCode.SECOND_OPERATOR_REQUIRED:
        return go(request, f"/operator/items/{form.id}")
    act = Act(opened.owner, "", "Correction not booked", "")
    return await show(
        request,
        "operator_adjust.html",
        wallet=opened,
        sure=None,
        form=form,
        **refusal(outcome, act),
    )


async def _put_on_list(request: Request, opened: Wallet, waits: Adjustment) -> None:
    """One whose answer nobody got, or that was asked for elsewhere, is on no list yet."""
    names = {"amount", "direction", "reason", "expires_at"}
    details = waits.model_dump(mode="json", exclude_none=True, include=names)
    item = WorkItem(
        waits.adjustment_id, ADJUSTMENT, opened.owner, waits.asked_by, waits.asked_at, details
    )
    async with rooms_in(request).pool.acquire() as database:
        await work_items.add(database, item)


def _adjustment(request: Request, form: Form) -> AdjustCredits:
    if form.get("direction") not in DIRECTIONS:
        raise FieldErrors({"direction": "Choose whether credits are added or removed."})
    return AdjustCredits(
        amount=amount_in(request, form),
        direction="add" if form.get("direction") == "add" else "remove",
        reason=reason_in(form),
    )


def amount_in(request: Request, form: Form) -> int:
    """Read an amount as this browser's person writes it; raises FieldErrors."""
    return form.amount(format_for(request))


async def wallet_in(request: Request) -> Wallet:
    """The wallet in the address; raises NotFound when nothing was ever booked for it."""
    viewer = await require_staff(request)
    owner: UUID = id_in(request)
    try:
        return await open_wallet(rooms_in(request), viewer, owner)
    except RefusedError:
        raise NotFound from None


routes: list[Any] = [
    Route("/operator/wallets/{id}", wallet, methods=["GET"]),
    Route("/operator/wallets/{id}/adjust", ask_adjustment, methods=["GET"]),
    Route("/operator/wallets/{id}/adjust", adjust, methods=["POST"]),
]
