"""Valid data by default; a test names only what it is about."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.clock import Clock
from shared.contracts.accounts import RegisterAccount
from shared.contracts.purchases import (
    CreditLine,
    LicenseLine,
    OrderPaid,
    OrderRefunded,
    ReturnedLine,
)

CLOCK = Clock()
LUMEN = "Lumen for Max"


def an_id() -> UUID:
    return CLOCK.new_id()


def in_a_year() -> datetime:
    return CLOCK.now() + timedelta(days=365)


def an_account(**changes: Any) -> RegisterAccount:  # noqa: ANN401  # any field of the contract
    account_id = changes.get("account_id", an_id())
    valid = {
        "account_id": account_id,
        "email": f"{account_id.hex}@larkspur.example",
        "name": "Ana",
    }
    return RegisterAccount.model_validate({**valid, **changes})


def a_license_line(**changes: Any) -> LicenseLine:  # noqa: ANN401  # any field of the contract
    valid = {
        "kind": "license",
        "line_no": 1,
        "product": LUMEN,
        "license_kind": "COMMERCIAL",
        "seats": 3,
        "expires_at": in_a_year(),
    }
    return LicenseLine.model_validate({**valid, **changes})


def a_credit_line(**changes: Any) -> CreditLine:  # noqa: ANN401  # any field of the contract
    valid = {"kind": "credits", "line_no": 1, "credits": 500_000_000, "expires_at": in_a_year()}
    return CreditLine.model_construct(**{**valid, **changes})


def a_purchase(**changes: Any) -> OrderPaid:  # noqa: ANN401  # any field of the contract
    valid = {
        "store": "online",
        "order_id": an_id().hex,
        "account_id": an_id(),
        "placed_at": CLOCK.now(),
        "paid_at": CLOCK.now(),
        "lines": (a_license_line(),),
    }
    return OrderPaid.model_validate({**valid, **changes})


def a_refund(credits: int, **changes: Any) -> OrderRefunded:  # noqa: ANN401  # any field of the contract
    valid = {
        "store": "online",
        "order_id": an_id().hex,
        "refund_id": an_id().hex,
        "account_id": an_id(),
        "at": CLOCK.now(),
        "lines": (ReturnedLine.model_construct(line_no=1, credits=credits),),
    }
    return OrderRefunded.model_construct(**{**valid, **changes})
