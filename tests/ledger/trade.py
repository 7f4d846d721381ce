"""Acts about orders, corrections and what comes back, as they come to the engine."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.purchase_acts import Direction
from shared.contracts.credit_orders import (
    AdjustCredits,
    GrantTrialCredits,
    ImportBalance,
    OrderedCredits,
    PlaceCreditOrder,
    ReleaseLot,
)
from shared.contracts.credits import CreditBack
from tests.ledger.acts import CLOCK, CREDIT, an_id, asked

OZ, OLGA = an_id(), an_id()


def an_order(
    owner: UUID, by: UUID, credits: int = 100, *, order: str | None = None, id: UUID | None = None
) -> Act:
    line = OrderedCredits.model_construct(line_no=1, credits=credits * CREDIT)
    data = PlaceCreditOrder.model_construct(
        store="online", order_id=order or an_id().hex, channel="STORE", lines=(line,)
    )
    return asked(data, owner, by=by, id=id)


def a_trial(owner: UUID, person: UUID, *, offer: str = "spring", credits: int = 20) -> Act:
    ends = CLOCK.now().replace(year=CLOCK.now().year + 5)
    data = GrantTrialCredits.model_construct(offer=offer, credits=credits * CREDIT, expires_at=ends)
    return asked(data, owner, by=person)


def a_credit_back(
    owner: UUID,
    amount: int,
    *,
    hold: UUID | None = None,
    line: UUID | None = None,
    id: UUID | None = None,
) -> Act:
    data = CreditBack(hold_id=hold, line_id=line, amount=amount, reason="frame 12 came out black")
    return asked(data, owner, id=id)


def an_adjustment(
    owner: UUID,
    credits: int,
    direction: Direction = "add",
    *,
    by: UUID = OZ,
    confirms: UUID | None = None,
    expires_at: datetime | None = None,
    actor: str = "operator",
    id: UUID | None = None,
) -> Act:
    data = AdjustCredits.model_construct(
        amount=credits * CREDIT,
        direction=direction,
        reason="goodwill",
        expires_at=expires_at,
        confirms=confirms,
    )
    return asked(data, owner, by=by, actor=actor, id=id)


def a_release(owner: UUID, lot: int, *, actor: str = "operator") -> Act:
    return asked(ReleaseLot(lot=lot, reason="he may keep it"), owner, by=OZ, actor=actor)


def an_opening_balance(
    owner: UUID,
    credits: int,
    *,
    reference: str = "old-1",
    actor: str = "operator",
    owner_kind: Literal["organization", "account"] = "organization",
    id: UUID | None = None,
) -> Act:
    data = ImportBalance.model_construct(
        reference=reference, credits=credits * CREDIT, owner_kind=owner_kind
    )
    return asked(data, owner, by=OZ, actor=actor, id=id)
