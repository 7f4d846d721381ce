"""Answers HTML: a whole page, or the blocks of it that somebody waits for."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from babel import negotiate_locale
from jinja2_fragments import render_block
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.portal import forms
from services.portal.explaining import explain
from services.portal.format import Format, format_of
from services.portal.rooms import Rooms, rooms_in
from services.portal.sessions import (
    WARNED_BEFORE,
    current_session,
    current_viewer,
    lasts_until,
    seconds_left,
)
from services.portal.store import forms as store
from services.portal.viewer import Viewer
from services.portal.words.read import Panel
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode

RECEIPT = "receipt"
LOCALES = ("en", "en_GB")
THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
SAFE = frozenset({"GET", "HEAD"})
FORBIDDEN = frozenset({RefusalCode.NOT_ADMINISTRATOR, RefusalCode.OPERATOR_REQUIRED})


async def show(  # noqa: PLR0913 -- a page may be refused, wrong, kept and in another zone
    request: Request,
    template: str,
    block: str | None = None,
    status: int = HTTPStatus.OK,
    *,
    zone: str | None = None,
    refused: Refused | None = None,
    told: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    form: forms.Form | None = None,
    **facts: Any,  # noqa: ANN401  # whatever the template names
) -> Response:
    """Answer a page; to one who asked by script, its `block`.

    What was sent and refused, or not understood, has a status of its own; `told` is what the page
    knows for the words of a refusal, `form` keeps what was typed.
    """
    context = await _context(request, zone)
    context |= {"refused": refused, "errors": dict(errors or {}), "typed": form, **facts}
    context["panel"] = _panel(request, context, told)
    text = _rendered(rooms_in(request), template, _asked_for(request, block), context)
    chosen = status if request.method in SAFE else _status(status, refused, context["errors"])
    headers = {"Cache-Control": "no-store", "Vary": "HX-Request, Cookie, Accept-Language"}
    return HTMLResponse(text, status_code=chosen, headers=headers)


def go(request: Request, address: str, *, receipt: UUID | None = None) -> Response:
    """Send the browser on after a command, to a page that tells what was done."""
    if receipt is not None:
        page, mark, place = address.partition("#")
        address = f"{page}{'&' if '?' in page else '?'}{RECEIPT}={receipt}{mark}{place}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


async def receipt_in(request: Request) -> store.Sent | None:
    """What was just done, if the address says so and it was done by who looks."""
    named = request.query_params.get(RECEIPT)
    viewer = None if named is None else await current_viewer(request)
    if named is None or viewer is None:
        return None
    try:
        form = UUID(named)
    except ValueError:
        return None
    async with rooms_in(request).pool.acquire() as database:
        sent = await store.find(database, form, viewer.account_id)
    return sent if sent and sent.outcome and sent.outcome.accepted else None


def is_own_path(path: str) -> bool:
    """Whether an address leads to a page of ours and nowhere else."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def came_from(request: Request) -> str:
    """The page whose form was sent, or this very page."""
    if request.method in SAFE:
        return request.url.path
    sender = urlsplit(request.headers.get("referer", ""))
    is_ours = sender.netloc == request.headers.get("host") and is_own_path(sender.path)
    return sender.path if is_ours else request.url.path


def sign_in_address(request: Request) -> str:
    """The sign-in, and from there back to where somebody was."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in" if here == "/" else f"/sign-in?next={quote(here, safe='/')}"


def format_for(request: Request, zone: str | None = None) -> Format:
    """How this browser's person reads numbers and moments."""
    settings = rooms_in(request).settings
    wanted = [
        part.partition(";")[0].strip().replace("-", "_")
        for part in request.headers.get("accept-language", "").split(",")
    ]
    locale = negotiate_locale(wanted, LOCALES) or settings.locale
    return format_of(locale, zone or settings.zone)


async def _context(request: Request, zone: str | None) -> dict[str, Any]:
    rooms = rooms_in(request)
    session = await current_session(request)
    viewer: Viewer | None = await current_viewer(request)
    return {
        "request": request,
        "path": request.url.path,
        "settings": rooms.settings,
        "viewer": viewer,
        "format": format_for(request, zone),
        "zone": zone or rooms.settings.zone,
        "now": rooms.clock.now(),
        "theme": _chosen(request, "theme", THEMES),
        "density": _chosen(request, "density", DENSITIES),
        "paused": request.cookies.get("paused") == "yes",
        "new_form": lambda: forms.mint(rooms, session),
        "receipt": await receipt_in(request),
        "swapped": request.headers.get("hx-request") == "true",
        "session_ends": session and lasts_until(session, rooms.settings),
        "session_seconds": session and seconds_left(rooms, session),
        "warned_before": int(WARNED_BEFORE.total_seconds()),
        "sign_in_address": sign_in_address(request),
    }


def _panel(
    request: Request, context: Mapping[str, Any], told: Mapping[str, str] | None
) -> Panel | None:
    if context["refused"] is None:
        return None
    return explain(
        context["refused"],
        viewer=context["viewer"],
        settings=context["settings"],
        reading=context["format"],
        here=came_from(request),
        facts=told,
    )


def _rendered(rooms: Rooms, template: str, block: str | None, context: dict[str, Any]) -> str:
    if block is None:
        return rooms.templates.get_template(template).render(context)
    return render_block(rooms.templates, template, block, context)


def _asked_for(request: Request, block: str | None) -> str | None:
    """Blocks are for scripts; a form sent without one gets the page."""
    return block if request.headers.get("hx-request") == "true" else None


def status_of(refused: Refused) -> HTTPStatus:
    """Whether somebody else might, or nobody can at the moment."""
    return HTTPStatus.FORBIDDEN if refused.code in FORBIDDEN else HTTPStatus.CONFLICT


def _status(status: int, refused: Refused | None, errors: Mapping[str, str]) -> int:
    if refused is not None:
        return status_of(refused)
    return HTTPStatus.UNPROCESSABLE_ENTITY if errors else status


def _chosen(request: Request, name: str, among: tuple[str, ...]) -> str:
    given = request.cookies.get(name, among[0])
    return given if given in among else among[0]
