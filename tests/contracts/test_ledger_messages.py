"""What the ledger's messages take and what they turn away, as JSON on the wire."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from shared.contracts.catalogue import FACTS
from shared.contracts.credit_access import DecideRequest, RequestCredits
from shared.contracts.credit_facts import WalletFact
from shared.contracts.credit_orders import AdjustCredits, PlaceCreditOrder
from shared.contracts.credit_reports import DryRun, ShowStatement, ShowUsage
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import (
    AuthorizeHold,
    CaptureHold,
    CreditBack,
    ExtendHold,
    SetCreditAccess,
    UsageLine,
)
from shared.contracts.message import Contract
from shared.contracts.purchases import OrderChargedBack, OrderRefunded
from shared.contracts.work import Measure, Work

ID = "0193f000-0000-7000-8000-000000000001"
MEASURED = {"quantity": "1.5", "unit": "gpu_hour", "node_class": "gpu-a"}
CREDITS = {"line_no": 1, "credits": "10"}
NOVEMBER = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
REFUND = {
    "store": "online",
    "order_id": "o-1",
    "refund_id": "r-1",
    "account_id": ID,
    "at": "2026-11-01T00:00:00Z",
    "lines": [CREDITS],
}

TAKEN: list[tuple[type[Contract], dict[str, Any]]] = [
    (AuthorizeHold, {"amount": "90", "job": "J1", "node": "rn-01"}),
    (AuthorizeHold, {"amount": "90", "job": "J1", "max_credits": "100", "work": {}}),
    (CaptureHold, {"hold_id": ID, "amount": "0"}),
    (CaptureHold, {"hold_id": ID, "measured": MEASURED, "final": False}),
    (ExtendHold, {"hold_id": ID}),
    (ExtendHold, {"hold_id": ID, "amount": "1", "metered": "0.5"}),
    (UsageLine, {"id": ID, "account_id": ID, "credits": "1"}),
    (UsageLine, {"id": ID, "account_id": ID, "measured": MEASURED}),
    (CreditBack, {"line_id": ID, "amount": "1", "reason": "black frame"}),
    (Work, {"frame_first": 1, "frame_last": 1, "tags": {"shot": "sq010"}}),
    (SetCreditAccess, {"account_id": ID, "mode": "quota", "limit": "9", "period": "month"}),
    (RequestCredits, {"mode": "unlimited", "reason": "a late change"}),
    (DecideRequest, {"request_id": ID, "approve": True, "limit": "5"}),
    (SetPoolTerms, {"zone": "Europe/Sofia", "pool_thresholds": [20, 5]}),
    (SetPoolTerms, {"quota_thresholds": []}),
    (PlaceCreditOrder, {"store": "s", "order_id": "o", "channel": "STORE", "lines": [CREDITS]}),
    (AdjustCredits, {"amount": "1", "direction": "remove", "reason": "paid twice"}),
    (OrderRefunded, REFUND),
    (OrderChargedBack, REFUND),
    (ShowStatement, {"period": "2026-11"}),
    (ShowUsage, {"by": ["user", "tag:shot", "day"], **NOVEMBER}),
    (DryRun, {"authorizations": [{"account_id": ID, "amount": "1"}]}),
]

TURNED_AWAY: list[tuple[type[Contract], dict[str, Any]]] = [
    (AuthorizeHold, {"amount": "90", "max_credits": "100"}),
    (AuthorizeHold, {"amount": 90}),
    (CaptureHold, {"hold_id": ID}),
    (CaptureHold, {"hold_id": ID, "amount": "1", "measured": MEASURED}),
    (CaptureHold, {"hold_id": ID, "amount": "0", "final": False}),
    (ExtendHold, {"hold_id": ID, "lease_seconds": 0}),
    (UsageLine, {"id": ID, "account_id": ID}),
    (UsageLine, {"id": ID, "account_id": ID, "credits": "1", "measured": MEASURED}),
    (CreditBack, {"amount": "1", "reason": "black frame"}),
    (CreditBack, {"hold_id": ID, "line_id": ID, "amount": "1", "reason": "black frame"}),
    (Work, {"frame_first": 2}),
    (Work, {"frame_first": 2, "frame_last": 1}),
    (Work, {"tags": {f"tag{number}": "x" for number in range(11)}}),
    (Work, {"tags": {"x" * 61: "x"}}),
    (Measure, {**MEASURED, "quantity": "0"}),
    (Measure, {**MEASURED, "quantity": 1.5}),
    (Measure, {**MEASURED, "unit": "hour"}),
    (SetCreditAccess, {"account_id": ID, "mode": "unlimited", "period": "day"}),
    (RequestCredits, {"mode": "quota", "reason": "a late change"}),
    (RequestCredits, {"mode": "unlimited", "limit": "9", "reason": "a late change"}),
    (DecideRequest, {"request_id": ID, "approve": False, "limit": "5"}),
    (SetPoolTerms, {}),
    (SetPoolTerms, {"zone": "Mars/Olympus"}),
    (SetPoolTerms, {"zone": "../etc/passwd"}),
    (SetPoolTerms, {"pool_thresholds": [5, 20]}),
    (SetPoolTerms, {"pool_thresholds": [5, 5]}),
    (SetPoolTerms, {"quota_thresholds": [100, 80]}),
    (
        PlaceCreditOrder,
        {"store": "s", "order_id": "o", "channel": "STORE", "lines": [CREDITS, CREDITS]},
    ),
    (
        AdjustCredits,
        {"amount": "1", "direction": "remove", "reason": "x", "expires_at": NOVEMBER["until"]},
    ),
    (ShowStatement, {"period": "2026-13"}),
    (ShowUsage, {"by": ["user", "user"], **NOVEMBER}),
    (ShowUsage, {"by": ["colour"], **NOVEMBER}),
    (ShowUsage, {"since": NOVEMBER["until"], "until": NOVEMBER["since"]}),
    (DryRun, {"authorizations": []}),
]


@pytest.mark.parametrize(("contract", "data"), TAKEN)
def test_a_message_of_the_agreed_form_is_taken_and_written_back(
    contract: type[Contract], data: dict[str, Any]
) -> None:
    read = contract.model_validate_json(orjson.dumps(data))

    assert contract.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize(("contract", "data"), TURNED_AWAY)
def test_a_message_of_another_form_is_turned_away(
    contract: type[Contract], data: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        contract.model_validate_json(orjson.dumps(data))


def test_every_fact_of_a_wallet_says_owner_available_and_lines() -> None:
    shapes = {
        fact.__name__: set(fact.model_fields) for fact in FACTS if issubclass(fact, WalletFact)
    }

    assert [n for n, shape in shapes.items() if shape != {"owner", "available", "lines"}] == []
    assert shapes
