"""What programs do with an organization's webhooks: the same acts as the page's."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from services.portal.api.operations import Asked, Work
from services.portal.api.problems import ApiCode, FieldProblem, misread, problem_here
from services.portal.rooms import Rooms
from services.portal.store.deliveries import Delivery
from services.portal.store.webhooks import Webhook
from services.portal.webhooks import subscriptions
from services.portal.webhooks.addresses import URL_CHARACTERS_MAX
from services.portal.webhooks.kinds import KINDS
from services.portal.webhooks.subscriptions import (
    BadWebhookError,
    Subscribed,
    UnknownWebhookError,
)
from shared.contracts.message import Contract, Moment, OpenContract
from shared.contracts.refusals import RefusalCode

Url = Annotated[str, Field(min_length=1, max_length=URL_CHARACTERS_MAX, pattern=r"^[^\x00]*$")]
Kind = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
T = TypeVar("T")
Kinds = Annotated[tuple[Kind, ...], Field(min_length=1, max_length=len(KINDS))]


class MakeWebhook(Contract):
    """An https address at which facts of some kinds are to arrive."""

    url: Url
    kinds: Kinds


class ChangeWebhook(MakeWebhook):
    """Another address or other kinds, from now on."""

    webhook_id: UUID


class AskAboutWebhook(Contract):
    """Which webhook it is about."""

    webhook_id: UUID


class ListDeliveries(AskAboutWebhook):
    """Which webhook it is about, and from where on, newest first."""

    before: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class AskAboutDelivery(AskAboutWebhook):
    """Which delivery it is about."""

    delivery_id: UUID


class WebhookShown(OpenContract):
    """A webhook without its secret; `state_reason` says why nothing is sent to it, if so."""

    id: UUID
    url: str
    kinds: tuple[str, ...]
    state: Literal["ACTIVE", "DISABLED"]
    state_reason: Literal["by_hand", "gone", "failing"] | None = None
    created_by: UUID
    created_at: Moment
    failing_since: Moment | None = None
    tried_at: Moment | None = None


class WebhookMade(OpenContract):
    """A webhook and its `secret`, which nobody sees a second time."""

    webhook: WebhookShown
    secret: str


class WebhookList(OpenContract):
    """An organization's webhooks, and the `kinds` that one may ask for."""

    webhooks: tuple[WebhookShown, ...]
    kinds: tuple[str, ...]


class DeliveryShown(OpenContract):
    """A fact on its way; `status` and `trouble` are of the last attempt."""

    id: UUID
    fact_id: UUID
    kind: str
    state: Literal["WAITING", "DELIVERED", "FAILED"]
    created_at: Moment
    next_attempt_at: Moment | None = None
    attempts: int
    attempted_at: Moment | None = None
    status: int | None = None
    trouble: str | None = None


class DeliveryList(OpenContract):
    """What was sent within 30 days; `before` leads to the next page, absent on the last."""

    deliveries: tuple[DeliveryShown, ...]
    before: UUID | None = None


class WebhookRemoved(OpenContract):
    """The webhook, its secret and what was sent to it are gone."""

    webhook_id: UUID


class DeliveryQueued(OpenContract):
    """A delivery that is on its way."""

    delivery_id: UUID


async def list_webhooks(asked: Asked) -> dict[str, Any]:
    """List an organization's webhooks."""
    found = await subscriptions.list_webhooks(_rooms(asked), _owner(asked))
    return _told(WebhookList(webhooks=tuple(_shown(one) for one in found), kinds=KINDS))


async def show_webhook(asked: Asked) -> dict[str, Any]:
    """Show one webhook."""
    return await _show(asked, _about(asked).webhook_id)


async def make_webhook(asked: Asked) -> dict[str, Any]:
    """Have facts sent to an address, signed with a secret that is shown this once."""
    wanted = asked.data
    assert isinstance(wanted, MakeWebhook)
    made = await _tried(
        subscriptions.subscribe(
            _rooms(asked), _owner(asked), by=_by(asked), url=wanted.url, kinds=wanted.kinds
        )
    )
    return _made(made)


async def change_webhook(asked: Asked) -> dict[str, Any]:
    """Send to another address, or other kinds, from now on."""
    wanted = asked.data
    assert isinstance(wanted, ChangeWebhook)
    changed = await _tried(
        subscriptions.change(
            _rooms(asked),
            _owner(asked),
            wanted.webhook_id,
            by=_by(asked),
            url=wanted.url,
            kinds=wanted.kinds,
        )
    )
    return _told(_shown(changed))


async def rotate_secret(asked: Asked) -> dict[str, Any]:
    """Sign with a new secret, and for a day with the former one as well."""
    return _made(await _tried(subscriptions.rotate(*_place(asked), by=_by(asked))))


async def remove_webhook(asked: Asked) -> dict[str, Any]:
    """Forget a webhook, its secret and what was sent to it."""
    await _tried(subscriptions.remove(*_place(asked), by=_by(asked)))
    return _told(WebhookRemoved(webhook_id=_about(asked).webhook_id))


async def try_webhook(asked: Asked) -> dict[str, Any]:
    """Send something that is no fact, to see whether it arrives."""
    delivery_id = await _tried(subscriptions.try_out(*_place(asked)))
    return _told(DeliveryQueued(delivery_id=delivery_id))


async def list_deliveries(asked: Asked) -> dict[str, Any]:
    """List what was sent to an address, newest first."""
    wanted = asked.data
    assert isinstance(wanted, ListDeliveries)
    found = await _tried(
        subscriptions.list_deliveries(*_place(asked), before=wanted.before, limit=wanted.limit + 1)
    )
    page = found[: wanted.limit]
    before = page[-1].id if len(found) > wanted.limit else None
    return _told(
        DeliveryList(deliveries=tuple(_delivery_shown(one) for one in page), before=before)
    )


async def redeliver(asked: Asked) -> dict[str, Any]:
    """Send a delivery again now, under the same id, so that it counts once."""
    wanted = asked.data
    assert isinstance(wanted, AskAboutDelivery)
    await _tried(subscriptions.redeliver(*_place(asked), wanted.delivery_id))
    return _told(DeliveryQueued(delivery_id=wanted.delivery_id))


def _switching(act: Callable[..., Awaitable[object]], said: str) -> Work:
    async def switched(asked: Asked) -> dict[str, Any]:
        await _tried(act(*_place(asked), by=_by(asked)))
        return await _show(asked, _about(asked).webhook_id)

    switched.__doc__ = said
    return switched


enable_webhook = _switching(
    subscriptions.enable, "Send to an address again, first what did not get through before."
)
disable_webhook = _switching(
    subscriptions.disable, "Send nothing until it is enabled; what happens meanwhile is not kept."
)


async def _show(asked: Asked, webhook_id: UUID) -> dict[str, Any]:
    found = await _tried(subscriptions.show_webhook(_rooms(asked), _owner(asked), webhook_id))
    return _told(_shown(found))


async def _tried(act: Awaitable[T]) -> T:
    """Do it, or say what is wrong as the API says it."""
    try:
        return await act
    except UnknownWebhookError as error:
        raise problem_here(ApiCode.UNKNOWN_WEBHOOK) from error
    except BadWebhookError as error:
        problem = FieldProblem(field=error.field, message=error.message)
        raise misread(RefusalCode.MALFORMED, (problem,)) from error


def _rooms(asked: Asked) -> Rooms:
    return asked.parts.rooms


def _owner(asked: Asked) -> UUID:
    assert asked.owner is not None
    return asked.owner


def _about(asked: Asked) -> AskAboutWebhook:
    assert isinstance(asked.data, AskAboutWebhook)
    return asked.data


def _by(asked: Asked) -> UUID:
    return asked.caller.viewer.account_id


def _place(asked: Asked) -> tuple[Rooms, UUID, UUID]:
    return _rooms(asked), _owner(asked), _about(asked).webhook_id


def _shown(webhook: Webhook) -> WebhookShown:
    return WebhookShown.model_validate(webhook, from_attributes=True)


def _delivery_shown(delivery: Delivery) -> DeliveryShown:
    return DeliveryShown.model_validate(delivery, from_attributes=True)


def _made(made: Subscribed) -> dict[str, Any]:
    return _told(WebhookMade(webhook=_shown(made.webhook), secret=made.secret))


def _told(contract: Contract) -> dict[str, Any]:
    return contract.model_dump(mode="json", exclude_none=True)
