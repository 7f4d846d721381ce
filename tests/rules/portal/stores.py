"""What stores send, valid by default."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.builders import an_id

STORE = "larkspur-store"
KEY = "whsec_" + "c2VjcmV0" * 4
NEXT_KEY = "whsec_" + "bmV4dG9u" * 4
STRIPE_KEY = "whsec_of_stripe"
AT = 1_769_900_000


def an_order(buyer: UUID, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 -- any field
    """The data of an order that was paid."""
    return {
        "order_id": an_id().hex,
        "account_id": str(buyer),
        "placed_at": "2026-02-01T10:00:00Z",
        "paid_at": "2026-02-01T10:01:00Z",
        "lines": [{"kind": "credits", "line_no": 1, "credits": "500"}],
        **changes,
    }


def an_event(kind: str, data: dict[str, Any]) -> bytes:
    return json.dumps(
        {"type": kind, "timestamp": datetime.now(UTC).isoformat(), "data": data}
    ).encode()


def a_checkout(
    account_id: UUID | None,
    payment: str,
    *,
    kind: str = "checkout.session.completed",
    **changes: Any,  # noqa: ANN401
) -> bytes:
    lines = [
        {"kind": "credits", "line_no": 1, "credits": "500"},
        {"kind": "credits", "line_no": 2, "credits": "0.000003"},
        {
            "kind": "license",
            "line_no": 3,
            "product": "Lumen for Max",
            "license_kind": "COMMERCIAL",
            "seats": 3,
        },
    ]
    session = {
        "object": "checkout.session",
        "id": f"cs_{payment}",
        "created": AT,
        "payment_status": "paid",
        "payment_intent": payment,
        "amount_total": 49_999,
        "client_reference_id": str(account_id) if account_id else None,
        "customer_details": {"email": "nobody@larkspur.example", "name": "Ana"},
        "metadata": {"coffer_lines": json.dumps(lines)},
        **changes,
    }
    return stripe_event(kind, session)


def a_stripe_refund(payment: str, *, before: int, after: int) -> bytes:
    charge = {"id": f"ch_{payment}", "payment_intent": payment, "amount_refunded": after}
    return stripe_event("charge.refunded", charge, {"amount_refunded": before, "refunded": False})


def a_dispute(
    payment: str,
    amount: int,
    *,
    kind: str = "charge.dispute.created",
    status: str = "needs_response",
) -> bytes:
    dispute = {
        "id": f"dp_{payment}",
        "payment_intent": payment,
        "amount": amount,
        "status": status,
    }
    return stripe_event(kind, dispute)


def stripe_event(kind: str, about: dict[str, Any], before: dict[str, Any] | None = None) -> bytes:
    data = {"object": about, **({"previous_attributes": before} if before else {})}
    return json.dumps(
        {"id": f"evt_{an_id().hex}", "type": kind, "created": AT + 60, "data": data}
    ).encode()


def stripe_headers(
    body: bytes, *, at: datetime | None = None, key: str = STRIPE_KEY
) -> dict[str, str]:
    seconds = int((at or datetime.now(UTC)).timestamp())
    signature = hmac.new(key.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={seconds},v1={'0' * 64},v1={signature}"}
