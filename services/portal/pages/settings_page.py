"""/o/{organization}/settings: its name, zone and alerts, tokens, webhooks, handing over."""

from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.api.tokens import list_tokens_of
from services.portal.forms import FieldErrors, Form
from services.portal.naming import FIELD, organization_name
from services.portal.rooms import rooms_in
from services.portal.submitting import Act, submit
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import faces_of
from services.portal.webhooks.subscriptions import list_webhooks
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.message import CommandData
from shared.contracts.organizations import RenameOrganization

DAYS_MAX = 365


async def settings(request: Request) -> Response:
    return await settings_page(request, await open_desk(request))


async def save(request: Request) -> Response:
    """Save the zone, what alerts are sent at, and whether quotas are only observed."""
    return await _saved(request, "Settings", _terms)


async def rename(request: Request) -> Response:
    """Say what the organization is called."""
    return await _saved(request, "Name", _name)


async def _saved(request: Request, what: str, build: Callable[[Form], CommandData]) -> Response:
    desk = await open_desk(request)

    async def page(**shown: Any) -> Response:  # noqa: ANN401  # what `show` takes
        return await settings_page(request, desk, **shown)

    act = Act(
        owner=desk.id,
        title=f"{what} saved",
        failed=f"{what} not saved",
        done=f"{desk.home}/settings",
    )
    return await submit(request, act, build, page)


def _name(form: Form) -> RenameOrganization:
    name = organization_name(form)
    if name is None:
        raise FieldErrors({FIELD: "Type what people call it."})
    return RenameOrganization(name=name)


def _terms(form: Form) -> SetPoolTerms:
    errors: dict[str, str] = {}
    zone = form.get("zone")
    if zone not in available_timezones():
        errors["zone"] = "A time zone has a name like Europe/Sofia."
    pool = _percents(form, "pool_thresholds", 99, errors)
    quota = _percents(form, "quota_thresholds", 1000, errors)
    days = form.get("notice_days")
    if not (days.isascii() and days.isdecimal() and int(days) <= DAYS_MAX):
        errors["notice_days"] = "A number of days from 0 to 365."
    if errors:
        raise FieldErrors(errors)
    return SetPoolTerms(
        zone=zone,
        observe=form.get("observe") == "yes",
        pool_thresholds=tuple(sorted(pool, reverse=True)),
        quota_thresholds=tuple(sorted(quota)),
        notice_days=int(days),
    )


def _percents(form: Form, name: str, most: int, errors: dict[str, str]) -> set[int]:
    """Read percents as people list them: 50, 20, 10."""
    words = form.get(name).replace("%", "").replace(",", " ").replace(";", " ").split()
    numbers = {int(word) for word in words if word.isascii() and word.isdecimal()}
    is_good = len(numbers) == len(words) <= 5 and all(1 <= one <= most for one in numbers)  # noqa: PLR2004  # the contract's
    if not is_good:
        errors[name] = f"Up to five different whole percents from 1 to {most}, like 50, 20."
    return numbers


async def settings_page(
    request: Request,
    desk: Desk,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    """Show all settings, with the refusal of what was tried or the secret of what was made."""
    rooms = rooms_in(request)
    tokens = await list_tokens_of(rooms, desk.id)
    makers = await faces_of(desk.asking, {token.account_id for token in tokens})
    facts = {"secret": None, "secret_of": "", **shown}
    return await show_at(
        request,
        desk,
        "organization_settings.html",
        zones=sorted(available_timezones()),
        tokens=tokens,
        said_of={token.id: f"by {makers[token.account_id].name}, " for token in tokens},
        webhooks=await list_webhooks(rooms, desk.id),
        machine_now=rooms.wall.now(),
        **facts,
    )


routes = [
    Route("/o/{organization}/settings", settings, methods=["GET"]),
    Route("/o/{organization}/settings", save, methods=["POST"]),
    Route("/o/{organization}/settings/name", rename, methods=["POST"]),
]
