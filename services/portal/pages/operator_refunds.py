"""/operator/wallets/{owner}/refunds/{lot}: what a refund takes back, and who gave it why."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import FieldErrors, Form, read_form
from services.portal.operating.refunding import Refunding, record_refund
from services.portal.operating.texts import reason_in
from services.portal.operating.wallets import Wallet
from services.portal.pages.operator_wallets import amount_in, wallet_in
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, require_staff
from services.portal.show import go, show
from shared.contracts.credit_answers import LotState
from shared.contracts.money import parse_credits


async def refund(request: Request) -> Response:
    await require_staff(request)
    opened = await wallet_in(request)
    return await _page(request, opened, _lot(request, opened))


async def record(request: Request) -> Response:
    """Say the refund as the store would; it is booked in the order it comes."""
    viewer = await require_staff(request)
    opened, form = await wallet_in(request), await read_form(request)
    lot = _lot(request, opened)
    try:
        amount = _amount(request, form, lot)
        reason = reason_in(form)
    except FieldErrors as error:
        return await _page(request, opened, lot, form=form, errors=error.errors)
    refunding = Refunding(form.id, lot, amount, reason, viewer.account_id)
    await record_refund(rooms_in(request), opened, refunding)
    return go(request, f"/operator/wallets/{opened.owner}?done=refund")


def _amount(request: Request, form: Form, lot: LotState) -> int:
    amount = amount_in(request, form)
    most = parse_credits(lot.granted) - parse_credits(lot.clawed_back)
    if amount > most:
        raise FieldErrors({"amount": "The order had no more than that to give back."})
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
    return await show(request, "operator_refund.html", wallet=opened, lot=lot, **shown)


routes = [
    Route("/operator/wallets/{id}/refunds/{lot}", refund, methods=["GET"]),
    Route("/operator/wallets/{id}/refunds/{lot}", record, methods=["POST"]),
]
