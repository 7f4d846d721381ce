"""Reads the events of Stripe, as the example of a store with ways of its own; copy it for another.

A checkout carries the account in `client_reference_id` and our order lines as JSON in
`metadata.coffer_lines`. Stripe names the payment on a refund and on a dispute, and tells money
instead of credits: what the payment was for is remembered, and credits go back in proportion.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, TypeAlias

import orjson

from services.portal.store.arrivals import Payment
from services.portal.webhooks.orders import Told, finish, parsed, read_as, wrong
from services.portal.webhooks.signing import BadSignatureError
from services.portal.webhooks.stripe_objects import Charge, Dispute, Event, RefundedBefore, Session
from shared.contracts.accounts import FindAccount
from shared.contracts.money import format_credits, parse_credits
from shared.contracts.purchases import OrderChargedBack, OrderPaid, OrderRefunded
from shared.contracts.refusals import RefusalCode

STORE = "stripe"
SIGNATURE = "stripe-signature"
TOLERANCE = timedelta(minutes=5)
LINES = "coffer_lines"
WITHIN = "data.object."
# What changes nothing, and why: kept with the event, for whoever asks later.
LEFT_ASIDE = {
    "checkout.session.async_payment_failed": "the payment failed: nothing was bought",
    "checkout.session.expired": "nobody paid in time: nothing was bought",
    "charge.dispute.updated": "money that moves is told by other events",
    "charge.dispute.funds_reinstated": "told when the dispute is closed",
    "charge.refund.updated": "money that goes back is told by charge.refunded",
    "refund.failed": "the money stayed with us: staff gives the credits back",
}
UNPAID = "not paid yet; async_payment_succeeded tells when it is"
INQUIRY = "the bank asks: no money went back"
WON = "won: staff gives the credits back"
NO_CREDITS = "what was paid for has no credits to take back"
NEEDS_STAFF = frozenset({WON, LEFT_ASIDE["refund.failed"]})


@dataclass(frozen=True)
class Checkout:
    """An order that was paid, and what of it a refund will ask for."""

    told: Told
    payment: str
    paid: int
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class TakenBack:
    """Money of a payment that went back: from `before` cents to `after` cents of it in all."""

    kind: type[OrderRefunded | OrderChargedBack]
    payment: str
    refund_id: str
    before: int
    after: int
    at: datetime


@dataclass(frozen=True)
class LeftAside:
    """What changes nothing here, and why; `won` is the dispute that its payment was taken for."""

    why: str
    won: Dispute | None = None

    @property
    def needs_staff(self) -> bool:
        """Whether somebody has to do by hand what no event of ours can."""
        return self.why in NEEDS_STAFF


Said: TypeAlias = Checkout | TakenBack | LeftAside


def check_signature(
    body: bytes, headers: Mapping[str, str], keys: Sequence[str], *, now: datetime
) -> None:
    """See that Stripe signed a body a moment ago with one of two secrets while they change.

    Raises BadSignatureError.
    """
    parts = [part.partition("=") for part in headers.get(SIGNATURE, "").split(",")]
    moments = [value for name, _, value in parts if name.strip() == "t"]
    given = [value for name, _, value in parts if name.strip() == "v1"]
    if len(moments) != 1 or not moments[0].isdecimal() or len(moments[0]) > len("9" * 11):
        raise BadSignatureError("the signature's time is missing")
    if abs(now - _moment(int(moments[0]))) > TOLERANCE:
        raise BadSignatureError("the signature is too old or too new")
    signed = moments[0].encode() + b"." + body
    expected = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
    pairs = product(expected, given)
    if not any(hmac.compare_digest(one.encode(), other.encode()) for one, other in pairs):
        raise BadSignatureError("no matching signature found")


def read_event(body: bytes) -> tuple[str, Said]:
    """The event's id, and what it says; raises ProblemError."""
    event = read_as(Event, parsed(body), within="")
    return event.id, _said(event)


def content_of(body: bytes) -> bytes:
    """What an event says, without what Stripe counts anew each time it sends it."""
    told = parsed(body)
    return orjson.dumps((told["type"], told["data"]), option=orjson.OPT_SORT_KEYS)


def returned(said: TakenBack, payment: Payment) -> Told | LeftAside:
    """What goes back of an order, in proportion to the money; nothing when no credits do.

    Shares are differences of what is due in all: however often a payment is refunded, a whole one
    returns each line to the last place.
    """
    lines = [
        {"line_no": line["line_no"], "credits": format_credits(share)}
        for line in payment.lines
        if line["kind"] == "credits"
        if (share := _share(line, said.after, payment) - _share(line, said.before, payment)) > 0
    ]
    if not lines:
        return LeftAside(NO_CREDITS)
    fields: dict[str, Any] = {
        "store": STORE,
        "order_id": said.payment,
        "refund_id": said.refund_id,
        "account_id": str(payment.account_id),
        "at": said.at.isoformat(),
        "lines": lines,
    }
    return Told(said.kind, fields, WITHIN)


def _share(line: Mapping[str, Any], cents: int, payment: Payment) -> int:
    credits = parse_credits(line["credits"])
    return credits * min(cents, payment.paid) // payment.paid if payment.paid else 0


def _said(event: Event) -> Said:
    said = event.data.object
    match event.type:
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            return _checkout(read_as(Session, said, within=WITHIN), event)
        case "charge.refunded":
            return _refund(read_as(Charge, said, within=WITHIN), event)
        case "charge.dispute.created" | "charge.dispute.funds_withdrawn":
            return _dispute(read_as(Dispute, said, within=WITHIN), event)
        case "charge.dispute.closed":
            dispute = read_as(Dispute, said, within=WITHIN)
            if dispute.status == "won":
                return LeftAside(WON, dispute)
            return LeftAside(f"closed: {dispute.status}"[:100])
        case _:
            return LeftAside(LEFT_ASIDE.get(event.type, "nothing that concerns orders"))


def _checkout(session: Session, event: Event) -> Checkout | LeftAside:
    """A checkout counts once it is paid: some are completed days before."""
    if session.payment_status == "unpaid":
        return LeftAside(UNPAID)
    lines = _lines(session)
    payment = session.payment_intent or session.id
    fields: dict[str, Any] = {
        "store": STORE,
        "order_id": payment,
        "placed_at": _moment(session.created).isoformat(),
        "paid_at": _moment(event.created).isoformat(),
        "lines": lines,
    }
    told = Told(OrderPaid, fields, WITHIN)
    if session.client_reference_id is not None:
        told = replace(told, fields={**fields, "account_id": session.client_reference_id})
        finish(told)  # before anything is remembered of it
    else:
        told = _bought_by_email(told, session)
    return Checkout(told, payment, session.amount_total, lines)


def _bought_by_email(told: Told, session: Session) -> Told:
    email = session.customer_details.email if session.customer_details else None
    if email is None:
        raise wrong(f"{WITHIN}client_reference_id", "name the buyer's account here")
    field = f"{WITHIN}customer_details.email"
    asked = read_as(FindAccount, {"email": email}, within=f"{field} as ")
    return replace(told, buyer=asked, buyer_field=field)


def _lines(session: Session) -> list[dict[str, Any]]:
    field = f"{WITHIN}metadata.{LINES}"
    if LINES not in session.metadata:
        raise wrong(field, "put the order's lines here as JSON when the checkout is made")
    try:
        lines = orjson.loads(session.metadata[LINES])
    except ValueError as error:
        raise wrong(field, "this is no JSON") from error
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise wrong(field, "order lines are a list of objects")
    return lines


def _refund(charge: Charge, event: Event) -> TakenBack:
    before = read_as(
        RefundedBefore, event.data.previous_attributes, within="data.previous_attributes."
    )
    if before.amount_refunded >= charge.amount_refunded:
        raise wrong(
            f"{WITHIN}amount_refunded", "is no more than before", RefusalCode.INVALID_AMOUNT
        )
    return TakenBack(
        OrderRefunded,
        charge.payment_intent,
        f"{charge.id}-{charge.amount_refunded}",
        before.amount_refunded,
        charge.amount_refunded,
        _moment(event.created),
    )


def _dispute(dispute: Dispute, event: Event) -> TakenBack | LeftAside:
    """A dispute has one id, however often it is told that its money is gone."""
    if dispute.is_inquiry and event.type == "charge.dispute.created":
        return LeftAside(INQUIRY)
    return TakenBack(
        OrderChargedBack,
        dispute.payment_intent,
        dispute.id,
        0,
        dispute.amount,
        _moment(event.created),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
