"""Asks of the model in the product's own words: commands through the door, and facts."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec.structs import replace

from services.credit_ledger.engine.intake import acts_of
from services.credit_ledger.rules.acts import Act, Expire, Lapse
from shared.contracts.catalogue import COMMAND_BY_TYPE, FACT_BY_TYPE, fact_type
from shared.contracts.credit_access import (
    DecideRequest,
    EditQuota,
    RequestCredits,
    RestartQuota,
    WishedMode,
)
from shared.contracts.credit_orders import (
    AdjustCredits,
    GrantTrialCredits,
    ImportBalance,
    OrderedCredits,
    PlaceCreditOrder,
    ReleaseLot,
)
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.credits import (
    AccessMode,
    AuthorizeHold,
    CaptureHold,
    CreditBack,
    ExtendHold,
    QuotaPeriod,
    ReportUsage,
    SetCreditAccess,
    UsageLine,
    VoidHold,
)
from shared.contracts.membership import MemberAdded, MemberRemoved
from shared.contracts.message import CommandData, Fact, FactData
from shared.contracts.organizations import OrganizationActivated
from shared.contracts.purchases import LotCategory
from shared.contracts.transfers import AdministratorChanged
from tests.model.ledger_wallet import Ask

FARM, OPERATOR = "farm", "operator"
OZ = UUID("01900000-0000-7000-8000-00000000002a")
CATEGORIES: dict[int, LotCategory] = {1: "promo", 2: "included", 3: "purchased"}
# What is said, on whose behalf, and by which broker user.
Said = tuple[CommandData, UUID | None, str]


def act_of(ask: Ask, now: datetime) -> Act:
    """Put an ask through its envelope, as the door does."""
    if ask.kind == "lapse":
        return Lapse(ask.id, ask.owner, 0, *ask.effect)
    if ask.kind == "expire":
        return Expire(ask.id, ask.owner, 0)
    data, by, actor = SAYINGS[ask.kind](ask, *ask.effect)
    command = COMMAND_BY_TYPE[data.TYPE](
        id=ask.id,
        type=data.TYPE,
        actor=actor,
        on_behalf_of=by,
        owner=ask.owner,
        sent_at=now,
        data=data,
    )
    [act] = acts_of(command, command.model_dump_json(exclude_none=True).encode(), "reply.farm.1")
    if ask.waited_in is not None:
        return replace(act, waited_in=ask.waited_in)
    return act


def fact_of(ask: Ask, sequence: int) -> Fact[FactData]:
    """What membership says of an ask about roles."""
    effect: tuple[Any, ...] = ask.effect
    match ask.kind, effect:
        case "open_pool", (organization, at):
            data: FactData = OrganizationActivated(
                organization_id=organization, administrator_id=ask.owner, activated_at=at
            )
            subject = organization
        case "role", (person, "REMOVED", at):
            subject = ask.owner
            data = MemberRemoved(organization_id=subject, account_id=person, removed_at=at)
        case "role", (person, role, at):
            subject = ask.owner
            data = MemberAdded(organization_id=subject, account_id=person, role=role, added_at=at)
        case _, (former, new, role, at):
            subject = ask.owner
            data = AdministratorChanged(
                organization_id=subject,
                from_account_id=former,
                to_account_id=new,
                from_role=role,
                changed_at=at,
            )
    return said(data, ask.id, subject, effect[-1], sequence=sequence)


def said(
    data: FactData, identifier: UUID, subject: UUID, at: datetime, *, sequence: int | None = None
) -> Fact[FactData]:
    """Put a fact into its envelope."""
    fact: Fact[FactData] = FACT_BY_TYPE[fact_type(type(data))](
        id=identifier,
        source=f"/coffer/{data.SERVICE}",
        type=fact_type(type(data)),
        subject=subject,
        time=at,
        sequence=sequence,
        data=data,
    )
    return fact


def _debit(ask: Ask, person: UUID, amount: int, job: str | None, product: str | None) -> Said:
    line = UsageLine(id=ask.id, account_id=person, credits=amount, job=job, product=product)
    return ReportUsage(lines=(line,)), None, FARM


def _authorize(
    ask: Ask,
    person: UUID,
    amount: int,
    lease_seconds: int,
    job: str | None,
    cap: int | None,
    product: str | None,
) -> Said:
    data = AuthorizeHold(
        amount=amount, lease_seconds=lease_seconds, job=job, max_credits=cap, product=product
    )
    return data, person, FARM


def _extend(ask: Ask, hold: UUID, amount: int, lease_seconds: int, metered: int | None) -> Said:
    data = ExtendHold(hold_id=hold, amount=amount, lease_seconds=lease_seconds, metered=metered)
    return data, None, FARM


def _capture(ask: Ask, hold: UUID, amount: int, final: bool) -> Said:  # noqa: FBT001  # an effect
    return CaptureHold(hold_id=hold, amount=amount, final=final), None, FARM


def _void(ask: Ask, hold: UUID) -> Said:
    return VoidHold(hold_id=hold), None, FARM


def _credit_back(ask: Ask, what: str, identifier: UUID, amount: int) -> Said:
    named: dict[str, Any] = {f"{what}_id": identifier}
    return CreditBack(**named, amount=amount, reason="black frames"), None, FARM


def _access(
    ask: Ask,
    by: UUID,
    person: UUID,
    mode: AccessMode,
    limit: int | None,
    period: QuotaPeriod | None,
) -> Said:
    data = SetCreditAccess(account_id=person, mode=mode, limit=limit, period=period)
    return data, by, FARM


def _edit(ask: Ask, by: UUID, person: UUID, limit: int) -> Said:
    return EditQuota(account_id=person, limit=limit), by, FARM


def _restart(ask: Ask, by: UUID, person: UUID) -> Said:
    return RestartQuota(account_id=person), by, FARM


def _request(ask: Ask, by: UUID, mode: WishedMode, limit: int | None) -> Said:
    return RequestCredits(mode=mode, limit=limit, reason="a long night"), by, FARM


def _decide(ask: Ask, by: UUID, request: UUID, approve: bool, limit: int | None) -> Said:  # noqa: FBT001  # an effect
    return DecideRequest(request_id=request, approve=approve, limit=limit), by, FARM


def _terms(ask: Ask, by: UUID, by_operator: bool, changes: tuple[tuple[str, Any], ...]) -> Said:  # noqa: FBT001  # an effect
    return SetPoolTerms(**dict(changes)), by, OPERATOR if by_operator else FARM


def _place(ask: Ask, by: UUID, order: str) -> Said:
    line = OrderedCredits(line_no=1, credits=1)
    data = PlaceCreditOrder(store="online", order_id=order, channel="STORE", lines=(line,))
    return data, by, FARM


def _trial(ask: Ask, by: UUID, offer: str, amount: int, expires_at: datetime) -> Said:
    return GrantTrialCredits(offer=offer, credits=amount, expires_at=expires_at), by, FARM


def _release(ask: Ask, by_operator: bool, number: int) -> Said:  # noqa: FBT001  # an effect
    data = ReleaseLot(lot=number, reason="paid in good faith")
    return data, OZ, OPERATOR if by_operator else FARM


def _adjust(
    ask: Ask,
    by_operator: bool,  # noqa: FBT001  # an effect
    amount: int,
    direction: Literal["add", "remove"],
    expires_at: datetime | None,
) -> Said:
    data = AdjustCredits(
        amount=amount, direction=direction, reason="goodwill", expires_at=expires_at
    )
    return data, OZ, OPERATOR if by_operator else FARM


def _bring_in(
    ask: Ask,
    by_operator: bool,  # noqa: FBT001  # an effect
    reference: str,
    amount: int,
    category: int,
    expires_at: datetime | None,
) -> Said:
    data = ImportBalance(
        reference=reference,
        credits=amount,
        category=CATEGORIES[category],
        expires_at=expires_at,
    )
    return data, OZ, OPERATOR if by_operator else FARM


SAYINGS: dict[str, Callable[..., Said]] = {
    "debit": _debit,
    "authorize": _authorize,
    "extend": _extend,
    "capture": _capture,
    "void": _void,
    "credit_back": _credit_back,
    "access": _access,
    "edit": _edit,
    "restart": _restart,
    "request": _request,
    "decide": _decide,
    "terms": _terms,
    "place": _place,
    "trial": _trial,
    "release": _release,
    "adjust": _adjust,
    "bring_in": _bring_in,
}
