"""Acts as they come to the engine, valid by default; a test names only what it is about."""

from datetime import datetime
from uuid import UUID

from services.credit_ledger.engine.contents import content_of
from services.credit_ledger.engine.intake import acts_of
from services.credit_ledger.rules.acts import Act, Grant, Lapse, OpenPool, SetRole
from services.credit_ledger.rules.book import PersonRole, Purchase
from services.credit_ledger.rules.purchases import CATEGORIES
from shared.clock import Clock
from shared.contracts.catalogue import COMMAND_BY_TYPE
from shared.contracts.credit_terms import SetRate
from shared.contracts.credits import (
    AccessMode,
    AuthorizeHold,
    CaptureHold,
    ExtendHold,
    ReportUsage,
    SetCreditAccess,
    UsageLine,
    VoidHold,
)
from shared.contracts.message import CommandData
from shared.contracts.purchases import LotCategory
from shared.contracts.work import Measure, Work

CREDIT = 1_000_000
CLOCK = Clock()


def an_id() -> UUID:
    return CLOCK.new_id()


def asked(
    data: CommandData,
    owner: UUID,
    *,
    by: UUID | None = None,
    id: UUID | None = None,
    actor: str = "farm",
) -> Act:
    """Put a command through its envelope, as the door does."""
    command = COMMAND_BY_TYPE[data.TYPE](
        id=id or an_id(),
        type=data.TYPE,
        actor=actor,
        on_behalf_of=by,
        owner=owner,
        sent_at=CLOCK.now(),
        data=data,
    )
    body = command.model_dump_json(exclude_none=True).encode()
    [act] = acts_of(command, body, "reply.farm.1")
    return act


def a_debit(
    owner: UUID,
    person: UUID,
    amount: int = CREDIT,
    *,
    id: UUID | None = None,
    job: str | None = None,
    product: str | None = None,
) -> Act:
    line = UsageLine.model_construct(
        id=id or an_id(), account_id=person, credits=amount, job=job, product=product
    )
    return asked(ReportUsage.model_construct(lines=(line,)), owner)


def a_measured_debit(
    owner: UUID,
    person: UUID,
    measured: Measure,
    *,
    work: Work | None = None,
    id: UUID | None = None,
) -> Act:
    line = UsageLine(id=id or an_id(), account_id=person, measured=measured, work=work, job="J1")
    return asked(ReportUsage(lines=(line,)), owner)


def an_authorize(
    owner: UUID,
    person: UUID,
    amount: int = CREDIT,
    *,
    id: UUID | None = None,
    lease_seconds: int = 3600,
    job: str | None = None,
    max_credits: int | None = None,
    product: str | None = None,
) -> Act:
    data = AuthorizeHold(
        amount=amount,
        lease_seconds=lease_seconds,
        job=job,
        max_credits=max_credits,
        product=product,
    )
    return asked(data, owner, by=person, id=id)


def an_extend(
    owner: UUID,
    hold: UUID,
    amount: int = 0,
    *,
    lease_seconds: int = 3600,
    metered: int | None = None,
    id: UUID | None = None,
) -> Act:
    data = ExtendHold(hold_id=hold, amount=amount, lease_seconds=lease_seconds, metered=metered)
    return asked(data, owner, id=id)


def a_capture(
    owner: UUID,
    hold: UUID,
    amount: int | None = CREDIT,
    *,
    final: bool = True,
    work: Work | None = None,
    measured: Measure | None = None,
    id: UUID | None = None,
) -> Act:
    data = CaptureHold(hold_id=hold, amount=amount, final=final, work=work, measured=measured)
    return asked(data, owner, id=id)


def a_rate(
    owner: UUID,
    credits_per_unit: int,
    effective_from: datetime,
    *,
    actor: str = "operator",
    id: UUID | None = None,
) -> Act:
    """What an hour of a GPU costs."""
    data = SetRate(
        node_class="gpu",
        unit="gpu_hour",
        credits_per_unit=credits_per_unit,
        effective_from=effective_from,
    )
    return asked(data, owner, id=id, actor=actor)


def a_void(owner: UUID, hold: UUID, *, id: UUID | None = None) -> Act:
    return asked(VoidHold(hold_id=hold), owner, id=id)


def a_lapse(owner: UUID, hold: UUID) -> Act:
    return Lapse(an_id(), owner, 0, hold)


def an_access(
    owner: UUID,
    person: UUID,
    mode: AccessMode = "unlimited",
    limit: int | None = None,
    *,
    by: UUID | None,
    id: UUID | None = None,
) -> Act:
    data = SetCreditAccess(account_id=person, mode=mode, limit=limit)
    return asked(data, owner, by=by, id=id)


def a_grant(
    owner: UUID,
    amount: int = 500 * CREDIT,
    *,
    expires_at: datetime | None = None,
    category: LotCategory = "purchased",
    id: UUID | None = None,
    order_id: str | None = None,
) -> Act:
    content = content_of("grant", owner.int, amount, category, expires_at)
    purchase = Purchase("online", order_id or an_id().hex, 1, "EUR", "0.10")
    category_number = CATEGORIES[category]
    return Grant(id or an_id(), owner, content, amount, category_number, expires_at, purchase)


def a_pool(account: UUID, organization: UUID) -> Act:
    return OpenPool(an_id(), account, 1, organization, account)


def a_role(organization: UUID, person: UUID, role: PersonRole = "MEMBER") -> Act:
    return SetRole(an_id(), organization, 1, person, role)
