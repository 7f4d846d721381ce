"""/o/{organization}/settings/webhooks: addresses that are told what happens, and what was sent."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.format import sentence
from services.portal.forms import Form, read_form
from services.portal.pages.settings_page import settings_page
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound
from services.portal.show import go
from services.portal.store.webhooks import Webhook
from services.portal.views.desk import Desk, open_own_desk, show_at
from services.portal.webhooks import subscriptions
from services.portal.webhooks.kinds import KINDS
from services.portal.webhooks.subscriptions import BadWebhookError, UnknownWebhookError
from shared.contracts.catalogue import FACT_BY_TYPE

Deed = Callable[..., Awaitable[object]]
# Contracts name the rules that they keep; a reader of the page has no use for them.
RULES = re.compile(r" \([ART][0-9][^)]*\)")
DEEDS: dict[str, Deed] = {
    "disable": subscriptions.disable,
    "enable": subscriptions.enable,
}


async def new(request: Request) -> Response:
    return await _new(request, await open_own_desk(request))


async def subscribe(request: Request) -> Response:
    """Add an address; the page that answers is the only one that ever shows its secret."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    try:
        made = await subscriptions.subscribe(
            rooms_in(request),
            desk.id,
            by=desk.viewer.account_id,
            url=form.get("url"),
            kinds=_kinds(form),
            id=form.id,
        )
    except BadWebhookError as error:
        return await _new(request, desk, form=form, errors={error.field: sentence(error.message)})
    return await settings_page(
        request, desk, secret=made.secret, secret_of=f"webhook {made.webhook.url}"
    )


async def webhook(request: Request) -> Response:
    """One address: its state, and what was sent to it."""
    desk = await open_own_desk(request)
    return await _webhook(request, desk)


async def change(request: Request) -> Response:
    desk = await open_own_desk(request)
    form = await read_form(request)
    try:
        await subscriptions.change(
            rooms_in(request),
            desk.id,
            _id(request),
            by=desk.viewer.account_id,
            url=form.get("url"),
            kinds=_kinds(form),
        )
    except UnknownWebhookError:
        raise NotFound from None
    except BadWebhookError as error:
        errors = {error.field: sentence(error.message)}
        return await _webhook(request, desk, form=form, errors=errors)
    return go(request, _address(desk, _id(request)))


async def act(request: Request) -> Response:
    """Try an address out, disable or enable it; or sign with a new secret."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    rooms, named, wanted = rooms_in(request), _id(request), form.get("act")
    by = desk.viewer.account_id
    try:
        if wanted == "rotate":
            made = await subscriptions.rotate(rooms, desk.id, named, by=by, form=form.id)
            told = f"webhook {made.webhook.url}"
            return await settings_page(request, desk, secret=made.secret, secret_of=told)
        if wanted == "redeliver":
            await subscriptions.redeliver(rooms, desk.id, named, _uuid(form.get("delivery")))
        elif wanted == "try":
            await subscriptions.try_out(rooms, desk.id, named)
        elif wanted in DEEDS:
            await DEEDS[wanted](rooms, desk.id, named, by=by)
    except UnknownWebhookError:
        raise NotFound from None
    except BadWebhookError as error:
        return await _webhook(request, desk, errors={"act": sentence(error.message)})
    return go(request, _address(desk, named))


async def ask_remove(request: Request) -> Response:
    desk = await open_own_desk(request)
    found = await _found(request, desk)
    return await show_at(request, desk, "organization_settings_webhook_remove.html", webhook=found)


async def remove(request: Request) -> Response:
    desk = await open_own_desk(request)
    await read_form(request)
    try:
        await subscriptions.remove(
            rooms_in(request), desk.id, _id(request), by=desk.viewer.account_id
        )
    except UnknownWebhookError:
        raise NotFound from None
    return go(request, f"{desk.home}/settings#webhooks")


async def _new(
    request: Request,
    desk: Desk,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    return await show_at(
        request, desk, "organization_settings_webhook_new.html", kinds=kinds_told(), **shown
    )


async def _webhook(
    request: Request,
    desk: Desk,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    found = await _found(request, desk)
    try:
        sent = await subscriptions.list_deliveries(rooms_in(request), desk.id, found.id)
    except UnknownWebhookError:
        raise NotFound from None
    return await show_at(
        request,
        desk,
        "organization_settings_webhook.html",
        webhook=found,
        deliveries=sent,
        kinds=kinds_told(),
        **shown,
    )


async def _found(request: Request, desk: Desk) -> Webhook:
    try:
        return await subscriptions.show_webhook(rooms_in(request), desk.id, _id(request))
    except UnknownWebhookError:
        raise NotFound from None


def kinds_told() -> list[tuple[str, str]]:
    """Each kind of fact with the first sentence of its contract."""
    return [(kind, _told(kind)) for kind in KINDS]


def _told(kind: str) -> str:
    data = FACT_BY_TYPE[kind].model_fields["data"].annotation
    sentence = (data.__doc__ or "").strip().split("\n")[0]
    return RULES.sub("", sentence.split(";")[0]).rstrip(".")


def _kinds(form: Form) -> tuple[str, ...]:
    return KINDS if form.get("all") == "yes" else form.every("kinds")


def _address(desk: Desk, webhook_id: UUID) -> str:
    return f"{desk.home}/settings/webhooks/{webhook_id}"


def _id(request: Request) -> UUID:
    return _uuid(request.path_params["webhook"])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


WEBHOOKS = "/o/{organization}/settings/webhooks"
routes = [
    Route(f"{WEBHOOKS}/new", new, methods=["GET"]),
    Route(f"{WEBHOOKS}/new", subscribe, methods=["POST"]),
    Route(f"{WEBHOOKS}/{{webhook}}", webhook, methods=["GET"]),
    Route(f"{WEBHOOKS}/{{webhook}}", change, methods=["POST"]),
    Route(f"{WEBHOOKS}/{{webhook}}/act", act, methods=["POST"]),
    Route(f"{WEBHOOKS}/{{webhook}}/remove", ask_remove, methods=["GET"]),
    Route(f"{WEBHOOKS}/{{webhook}}/remove", remove, methods=["POST"]),
]
