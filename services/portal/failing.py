"""Answers for what went wrong: signed out, no such page, refused, unanswered, our own fault."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from services.portal.api import problems
from services.portal.api.problems import ApiCode, problem_here
from services.portal.asking import RefusedError
from services.portal.drafting import Kept, keep_draft
from services.portal.forms import Forged
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound, SignInNeeded, current_viewer
from services.portal.show import SAFE, show, sign_in_address, status_of
from services.portal.views.desk import joined_of
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer
from shared.postgres.pool import PASSING

UNKNOWN = frozenset(
    {
        RefusalCode.UNKNOWN_ORGANIZATION,
        RefusalCode.UNKNOWN_ACCOUNT,
        RefusalCode.UNKNOWN_LICENSE,
        RefusalCode.UNKNOWN_REQUEST,
        RefusalCode.UNKNOWN_PERIOD,
        RefusalCode.NOT_IN_ORGANIZATION,
    }
)
RETRY_SECONDS = "10"
# A line feed in an address fits no mount: such a call gets no further than the site.
API = "/api/"

log = structlog.get_logger()


async def sign_in_first(request: Request, _error: Exception) -> Response:
    """To the sign-in and back; a form that was sent meanwhile is kept until then."""
    kept = None if request.method in SAFE else await keep_draft(request)
    response = await _to_the_sign_in(request, kept)
    if kept is not None:
        kept.hand_to(response, rooms_in(request).settings)
    return response


async def _to_the_sign_in(request: Request, kept: Kept | None) -> Response:
    next_page = "" if kept is None else kept.address
    if request.headers.get("hx-request") == "true":
        address = f"/sign-in?next={next_page}" if next_page else sign_in_address(request)
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    if request.method not in SAFE:
        status = HTTPStatus.UNAUTHORIZED
        return await show(request, "signed_out.html", status=status, next=next_page)
    return RedirectResponse(sign_in_address(request), status_code=HTTPStatus.SEE_OTHER)


async def not_found(request: Request, _error: Exception) -> Response:
    if request.url.path.startswith(API):
        return problems.answer(problem_here(ApiCode.NOT_FOUND), instance=request.url.path)
    return await show(request, "not_found.html", status=HTTPStatus.NOT_FOUND)


async def forged(request: Request, _error: Exception) -> Response:
    return await show(request, "forged.html", status=HTTPStatus.FORBIDDEN)


async def refused(request: Request, error: Exception) -> Response:
    """A question that a service refused, where the page has no words of its own for it."""
    assert isinstance(error, RefusedError)
    if error.refused.code in UNKNOWN:
        return await not_found(request, error)
    status, told = status_of(error.refused), await _who_can_lift_it(request)
    return await show(request, "refused.html", status=status, refused=error.refused, told=told)


async def _who_can_lift_it(request: Request) -> dict[str, str]:
    """Who runs the organization that somebody is in, by name, as far as that can be asked now."""
    viewer = await current_viewer(request)
    if viewer is None or viewer.joined_organization_id is None:
        return {}
    asking, joined = rooms_in(request).asking, viewer.joined_organization_id
    try:
        return (await joined_of(asking, viewer, joined)).told
    except (RefusedError, NoAnswer):
        return {}


async def unanswered(request: Request, error: Exception) -> Response:
    """A service that the page needs does not answer: nothing changed, and it heals by itself."""
    log.warning("unanswered", path=request.url.path, reason=str(error))
    return await _plainly(request, "unanswered.html", HTTPStatus.SERVICE_UNAVAILABLE)


async def failed(request: Request, error: Exception) -> Response:
    log.error("page_failed", path=request.url.path, exc_info=error)
    return await _plainly(request, "failed.html", HTTPStatus.INTERNAL_SERVER_ERROR)


async def by_status(request: Request, error: Exception) -> Response:
    """What the router itself turns away."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return await not_found(request, error)
    return PlainTextResponse(
        f"{error.detail}\n", status_code=error.status_code, headers=error.headers
    )


async def _plainly(request: Request, template: str, status: HTTPStatus) -> Response:
    """Such a page asks nobody who the viewer is, for that may be what failed."""
    request.state.viewer = getattr(request.state, "viewer", None)
    request.state.session = getattr(request.state, "session", None)
    answer = await show(request, template, status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = RETRY_SECONDS
    return answer


Handler = Callable[[Request, Exception], Awaitable[Response]]
HANDLERS: Mapping[Any, Handler] = {
    SignInNeeded: sign_in_first,
    NotFound: not_found,
    Forged: forged,
    RefusedError: refused,
    NoAnswer: unanswered,
    HTTPException: by_status,
    **dict.fromkeys(PASSING, unanswered),
    Exception: failed,
}
