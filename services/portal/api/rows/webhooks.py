"""Webhooks of an organization: where facts are sent to, and what was sent."""

from services.portal.api import webhook_work as work
from services.portal.api.gates import owners_only
from services.portal.api.operations import ORGANIZATIONS, Method, Operation, Work
from services.portal.api.scopes import READ, WEBHOOKS, Scopes
from services.portal.api.work import AskNothing
from shared.contracts.message import Contract

ALL = f"{ORGANIZATIONS}/webhooks"
ONE = f"{ALL}/{{webhook_id}}"
SENT = f"{ONE}/deliveries"
EXAMPLE = {
    "url": "https://hooks.larkspur.example/coffer",
    "kinds": ["coffer.credit_ledger.pool.ran_low.v1"],
}


def _row(
    method: Method,
    path: str,
    reads: type[Contract],
    answers: type[Contract],
    done: Work,
    scopes: Scopes = WEBHOOKS,
    name: str = "",
) -> Operation:
    example = EXAMPLE if issubclass(reads, work.MakeWebhook) else None
    return Operation(
        method,
        path,
        reads,
        answers,
        scopes,
        "webhooks",
        gate=owners_only,
        work=done,
        name=name or done.__name__,
        example=example,
    )


About, Shown, Queued = work.AskAboutWebhook, work.WebhookShown, work.DeliveryQueued

ROWS = (
    _row("GET", ALL, AskNothing, work.WebhookList, work.list_webhooks, READ),
    _row("POST", ALL, work.MakeWebhook, work.WebhookMade, work.make_webhook),
    _row("GET", ONE, About, Shown, work.show_webhook, READ),
    _row("PUT", ONE, work.ChangeWebhook, Shown, work.change_webhook),
    _row("DELETE", ONE, About, work.WebhookRemoved, work.remove_webhook),
    _row("POST", f"{ONE}/enable", About, Shown, work.enable_webhook, name="enable_webhook"),
    _row("POST", f"{ONE}/disable", About, Shown, work.disable_webhook, name="disable_webhook"),
    _row("POST", f"{ONE}/secret", About, work.WebhookMade, work.rotate_secret),
    _row("POST", f"{ONE}/test", About, Queued, work.try_webhook),
    _row("GET", SENT, work.ListDeliveries, work.DeliveryList, work.list_deliveries, READ),
    _row(
        "POST", f"{SENT}/{{delivery_id}}/again", work.AskAboutDelivery, Queued, work.redeliver
    ),
)  # fmt: skip
