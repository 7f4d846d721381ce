"""/o/{organization}/people/{person}/access: off, a quota or no limit; and counting anew."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.forms import NOT_A_QUOTA, FieldErrors, Form, read_form
from services.portal.pages.person import row_of
from services.portal.submitting import Act, submit
from services.portal.undoing import undone_by
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.rows import Row
from shared.contracts.credit_access import RestartQuota
from shared.contracts.credits import SetCreditAccess

MODES = ("disabled", "quota", "unlimited")


async def change(request: Request) -> Response:
    desk = await open_desk(request)
    return await _page(request, desk, await row_of(request, desk))


async def set_access(request: Request) -> Response:
    """Set it, unless somebody changed it meanwhile: then both are shown side by side."""
    desk = await open_desk(request)
    row = await row_of(request, desk)
    form = await read_form(request)
    if _is_stale(form, row):
        return await _page(request, desk, row, form=form, is_stale=True, status=409)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await _page(request, desk, row, **shown)

    back = (
        f"{desk.home}/credits" if form.get("back") == "credits" else f"{desk.home}/people/{row.id}"
    )
    act = Act(
        owner=desk.id,
        title=f"Access of {row.name} changed",
        failed="Access not changed",
        done=f"{back}?{_undo(row)}",
        told={"name": row.name, "p": str(row.id), "value": form.get("limit"), "mode": row.mode},
    )
    return await submit(request, act, lambda form: _wanted(desk, row, form), page, form)


def _wanted(desk: Desk, row: Row, form: Form) -> SetCreditAccess:
    mode = form.get("mode")
    if mode not in MODES:
        raise FieldErrors({"mode": "Choose one of the three."})
    if mode != "quota":
        return form.data(SetCreditAccess, account_id=row.id, mode=mode)
    # Zero is for the ledger to refuse.
    limit = form.amount_or_zero(desk.format, "limit", words=NOT_A_QUOTA)
    period = form.get("period") or None
    return form.data(SetCreditAccess, account_id=row.id, mode=mode, limit=limit, period=period)


def _is_stale(form: Form, row: Row) -> bool:
    """Whether access is not any more what the form was filled in against."""
    seen = form.get("seen")
    return bool(seen) and seen != seen_of(row) and not form.get("anyway")


def seen_of(row: Row) -> str:
    """Access in one word, to be compared with what it is when the form comes back."""
    if row.access is None:
        return "disabled"
    return f"{row.access['mode']} {row.access['limit'] or ''}".strip()


def called(desk: Desk, seen: str) -> str:
    """Say in words what `seen_of` says, as it came back with a form."""
    mode, _, limit = seen.partition(" ")
    if mode == "quota":
        return f"Quota {_amount(desk, limit)}"
    return "No limit of their own" if mode == "unlimited" else "Off"


def _amount(desk: Desk, typed: str) -> str:
    try:
        return desk.format.credits(desk.format.understood(typed))
    except ValueError:
        return typed


def _undo(row: Row) -> str:
    access = row.access or {"mode": "disabled", "limit": None, "period": None}
    fields = {name: str(access[name] or "") for name in ("mode", "limit", "period")}
    return undone_by("access", row.id, **fields)


async def ask_restart(request: Request) -> Response:
    desk = await open_desk(request)
    row = await row_of(request, desk)
    return await show_at(request, desk, "access_restart.html", row=row)


async def restart(request: Request) -> Response:
    desk = await open_desk(request)
    row = await row_of(request, desk)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await show_at(request, desk, "access_restart.html", row=row, **shown)

    act = Act(
        owner=desk.id,
        title=f"The count of {row.name} begins anew",
        failed="Count not restarted",
        done=f"{desk.home}/people/{row.id}",
        told={"name": row.name, "p": str(row.id)},
    )
    return await submit(request, act, lambda form: form.data(RestartQuota, account_id=row.id), page)


async def _page(
    request: Request,
    desk: Desk,
    row: Row,
    *,
    is_stale: bool = False,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    back = request.query_params.get("back", "")
    return await show_at(
        request,
        desk,
        "access.html",
        row=row,
        access=row.access,
        seen=seen_of(row),
        called=lambda seen: called(desk, seen),
        is_stale=is_stale,
        back="credits" if back == "credits" else "",
        **shown,
    )


routes = [
    Route("/o/{organization}/people/{person}/access", change, methods=["GET"]),
    Route("/o/{organization}/people/{person}/access", set_access, methods=["POST"]),
    Route("/o/{organization}/people/{person}/restart", ask_restart, methods=["GET"]),
    Route("/o/{organization}/people/{person}/restart", restart, methods=["POST"]),
]
