"""/operator/organizations: find anything by name, e-mail, customer number or id."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.asking import Asking, RefusedError
from services.portal.operating.wallets import Wallet, open_wallet
from services.portal.rooms import rooms_in
from services.portal.sessions import require_staff
from services.portal.show import show
from services.portal.viewer import Viewer
from shared.contracts.accounts import AccountFound, FindAccount
from shared.contracts.organizations import ListOrganizations, OrganizationList

PAGE = 50
SEARCH_MAX = 254
HERE = "/operator/organizations"


async def organizations(request: Request) -> Response:
    viewer = await require_staff(request)
    search = request.query_params.get("search", "").strip().replace("\0", "")[:SEARCH_MAX]
    asking = rooms_in(request).asking
    question = ListOrganizations(search=search or None, after=_after(request), limit=PAGE)
    listed = await asking.show(question, OrganizationList, viewer=viewer)
    found: dict[str, Any] = {"search": search, "listed": listed.organizations}
    account = await find_account(asking, viewer, search) if search else None
    wallet = account and await _wallet_of(request, viewer, account)
    searched = f"{HERE}?{urlencode({'search': search})}"
    more = f"{searched}&after={listed.after}" if listed.after else ""
    first = searched if _after(request) else ""
    return await show(
        request,
        "operator_organizations.html",
        account=account,
        wallet=wallet,
        next=more,
        first=first,
        **found,
    )


async def _wallet_of(request: Request, viewer: Viewer, account: AccountFound) -> Wallet | None:
    """The wallet that an account buys for; nothing where nothing was ever booked."""
    owner = account.organization_id or account.account_id
    try:
        return await open_wallet(rooms_in(request), viewer, owner)
    except RefusedError:
        return None


async def find_account(asking: Asking, viewer: Viewer, search: str) -> AccountFound | None:
    """Find the one account that a search names exactly."""
    for question in _questions(search):
        try:
            return await asking.show(question, AccountFound, viewer=viewer)
        except RefusedError:
            continue
    return None


def _questions(search: str) -> Iterator[FindAccount]:
    for fields in ({"account_id": search}, {"email": search}, {"customer_number": search}):
        try:
            yield FindAccount.model_validate(fields, strict=False)
        except ValidationError:
            continue


def _after(request: Request) -> UUID | None:
    try:
        return UUID(request.query_params["after"])
    except (KeyError, ValueError):
        return None


routes = [Route(HERE, organizations)]
