"""/operator/wallets/{owner}/refunds/{lot}: what a refund takes back, and who gave it why."""

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import RefusedError
from services.portal.forms import FieldErrors, Form, read_form
from services.portal.operating.refunding import Refunding, record_refund
from services.portal.operating.texts import reason_in
from services.portal.operating.wallets import Wallet, came, open_wallet, went
from services.portal.pages.operator_wallets import amount_in, wallet_in
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import format_for, go, show
from services.portal.viewer import Viewer
from shared.contracts.credit_answers import LotState
from shared.messaging.ask import NoAnswer

WAITED_SECONDS = 3.0
LOOK_SECONDS = 0.2


async def refund(request: Request) -> Response:
    await require_staff(request)
    opened = await wallet_in(request)
    return await _page(request, opened, _lot(request, opened))


async def record(request: Request) -> Response:
    """Say the refund as the store would; it is booked in the order it comes."""
    viewer = await require_staff(request)
    opened, form = await wallet_in(request), await read_form(request)
    lot = _lot(request, opened)
    if opened.is_recorded(form.id):
        return _recorded(request, opened, form)
    try:
        amount = _amount(request, form, opened, lot)
        reason = reason_in(form)
    except FieldErrors as error:
        return await _page(request, opened, lot, form=form, errors=error.errors)
    refunding = Refunding(form.id, lot, amount, reason, viewer.account_id)
    await record_refund(rooms_in(request), opened, refunding)
    await _wait_for(rooms_in(request), viewer, opened.owner, form.id)
    return _recorded(request, opened, form)


def _recorded(request: Request, opened: Wallet, form: Form) -> Response:
    return go(request, f"/operator/wallets/{opened.owner}?refund={form.id}")


async def _wait_for(rooms: Rooms, viewer: Viewer, owner: UUID, refund: UUID) -> None:
    """Wait a moment for the ledger, so that the page can say that it is booked.

    The refund is recorded: a ledger that does not answer now changes nothing about that.
    """
    deadline = monotonic() + WAITED_SECONDS
    is_booked = False
    while not is_booked and monotonic() < deadline:
        # sleep: until what was told reached the ledger; WAITED_SECONDS at most
        await asyncio.sleep(LOOK_SECONDS)
        with suppress(NoAnswer, RefusedError):
            is_booked = (await open_wallet(rooms, viewer, owner)).is_booked(str(refund))


def _amount(request: Request, form: Form, opened: Wallet, lot: LotState) -> int:
    amount = amount_in(request, form)
    if amount > opened.refundable(lot):
        most = format_for(request).credits(opened.refundable(lot))
        raise FieldErrors({"amount": f"At most {most} of this order are not taken back yet."})
    return amount


def _lot(request: Request, opened: Wallet) -> LotState:
    """The lot in the address, if it came of an order; raises NotFound."""
    try:
        lot = opened.lot(int(request.path_params["lot"]))
    except ValueError:
        raise NotFound from None
    if lot is None or lot.store is None or lot.order_id is None or lot.line_no is None:
        raise NotFound
    return lot


async def _page(
    request: Request,
    opened: Wallet,
    lot: LotState,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    return await show(
        request,
        "operator_refund.html",
        wallet=opened,
        lot=lot,
        most=opened.refundable(lot),
        came=came(lot),
        went=went(lot),
        **shown,
    )


routes = [
    Route("/operator/wallets/{id}/refunds/{lot}", refund, methods=["GET"]),
    Route("/operator/wallets/{id}/refunds/{lot}", record, methods=["POST"]),
]
