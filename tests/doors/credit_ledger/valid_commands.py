"""One valid message of every command the ledger takes, with nearly every field it may carry."""

from typing import Any

from services.credit_ledger.commands import LEDGER_TYPES
from shared.contracts import credit_access, credit_orders, credit_terms, credits
from shared.contracts.message import CommandData
from tests.builders import CLOCK, an_id

Json = dict[str, Any]

ID = str(an_id())
JUNE = "2031-06-01T00:00:00Z"
MEASURED: Json = {"quantity": "1.5", "unit": "gpu_hour", "node_class": "gpu-a"}
WORK: Json = {
    "project": "P1",
    "product": "Tide",
    "node": "rn-01",
    "node_class": "gpu-a",
    "frame_first": 1,
    "frame_last": 9,
    "tags": {"shot": "sq010", "take": "3"},
    "occurred_at": JUNE,
}
LINE: Json = {
    "id": str(an_id()),
    "account_id": ID,
    "credits": "1",
    "job": "J1",
    "node": "rn",
    "work": WORK,
}
TAIL: Json = {"id": str(an_id()), "account_id": ID, "measured": MEASURED}
ORDERED: Json = {"line_no": 1, "credits": "5", "category": "promo", "expires_at": JUNE}

DATA: list[tuple[type[CommandData], Json]] = [
    (
        credits.AuthorizeHold,
        {
            "amount": "90",
            "lease_seconds": 60,
            "job": "J1",
            "node": "rn",
            "work": WORK,
            "max_credits": "100",
        },
    ),
    (
        credits.ExtendHold,
        {"hold_id": ID, "amount": "1", "lease_seconds": 60, "metered": "0.5"},
    ),
    (credits.CaptureHold, {"hold_id": ID, "amount": "1", "final": False, "work": WORK}),
    (credits.CaptureHold, {"hold_id": ID, "measured": MEASURED, "work": WORK}),
    (credits.VoidHold, {"hold_id": ID}),
    (credits.ReportUsage, {"lines": [LINE, TAIL]}),
    (credits.CreditBack, {"hold_id": ID, "amount": "1", "reason": "black frame"}),
    (credits.CreditBack, {"line_id": ID, "amount": "1", "reason": "black frame"}),
    (
        credits.SetCreditAccess,
        {"account_id": ID, "mode": "quota", "limit": "9", "period": "month"},
    ),
    (credit_access.EditQuota, {"account_id": ID, "limit": "9"}),
    (credit_access.RestartQuota, {"account_id": ID}),
    (credit_access.RequestCredits, {"mode": "quota", "limit": "9", "reason": "a late change"}),
    (
        credit_access.DecideRequest,
        {"request_id": ID, "approve": True, "limit": "5", "reason": "fine"},
    ),
    (
        credit_terms.SetPoolTerms,
        {
            "zone": "Europe/Sofia",
            "observe": False,
            "pool_thresholds": [20, 5],
            "quota_thresholds": [80, 100],
            "notice_days": 14,
            "overrun_max": "2",
            "credit_back_days": 30,
            "late_usage_hours": 24,
        },
    ),
    (
        credit_terms.SetRate,
        {
            "node_class": "gpu-a",
            "unit": "frame",
            "credits_per_unit": "0.25",
            "effective_from": JUNE,
        },
    ),
    (
        credit_orders.PlaceCreditOrder,
        {"store": "online", "order_id": "o-1", "channel": "STORE", "lines": [ORDERED]},
    ),
    (credit_orders.GrantTrialCredits, {"offer": "tide", "credits": "5", "expires_at": JUNE}),
    (
        credit_orders.AdjustCredits,
        {
            "amount": "1",
            "direction": "add",
            "reason": "goodwill",
            "expires_at": JUNE,
            "confirms": ID,
        },
    ),
    (credit_orders.ReleaseLot, {"lot": 1, "reason": "looked into"}),
    (
        credit_orders.ImportBalance,
        {
            "reference": "old-1",
            "credits": "5",
            "category": "included",
            "expires_at": JUNE,
            "currency": "EUR",
            "unit_price": "0.10",
            "note": "from the old ledger",
        },
    ),
]


def bodies(*, actor: str, owner: str, person: str) -> list[tuple[type[CommandData], Json]]:
    """A fresh body of each, in the envelope of whoever sends it."""
    return [
        (
            contract,
            {
                "id": str(an_id()),
                "type": contract.TYPE,
                "actor": actor,
                "on_behalf_of": person,
                "owner": owner,
                "sent_at": CLOCK.now().isoformat(),
                "data": data,
            },
        )
        for contract, data in DATA
    ]


def commands_left_out() -> set[str]:
    """What the ledger takes and this page forgot."""
    return set(LEDGER_TYPES) - {contract.TYPE for contract, _ in DATA}
