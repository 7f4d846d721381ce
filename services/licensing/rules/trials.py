"""Trials and betas: offered, applied for once, granted or decided (R31, R46, A15)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.licensing.rules.entitlement import Holding
from services.licensing.rules.licenses import ACTIVE, License
from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode
from shared.contracts.trials import Offer, SetOffer, TrialApplied

ApplicationState = Literal["PENDING", "GRANTED", "DECLINED"]
OUR_STORE = "coffer"


@dataclass(frozen=True)
class Application:
    """An account's one application for an offer."""

    id: UUID
    account_id: UUID
    offer: str
    state: ApplicationState
    applied_at: datetime
    license_id: UUID | None = None


def set_offer(asked: SetOffer, known: Offer | None) -> Offer | Refused:
    """Offer a product, or no more; what was granted by an offer never changes its meaning."""
    offer = Offer(**asked.model_dump())
    if known is not None and known.model_copy(update={"open": offer.open}) != offer:
        return refuse(RefusalCode.IDEMPOTENCY_KEY_REUSED)
    return offer


def apply(
    offer: Offer,
    holding: Holding,
    *,
    applied: Application | None,
    id: UUID,
    now: datetime,
) -> Application | Refused:
    """Apply for what is offered, once (A15); a Guest with a seat of it has no need to (R46).

    Who is not registered, or was forgotten before his application was heard, applies in vain (A20).
    """
    if not holding.registered:
        return refuse(RefusalCode.UNKNOWN_ACCOUNT)
    if not offer.open:
        return refuse(RefusalCode.UNKNOWN_PRODUCT)
    if applied is not None:
        return refuse(RefusalCode.TRIAL_ALREADY_USED)
    if holding.is_suspended():
        return refuse(RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED)
    return Application(id, holding.account_id, offer.offer, "PENDING", applied_at=now)


def decide(
    application: Application, holding: Holding, *, approve: bool
) -> ApplicationState | Refused:
    """Approve or decline a beta that waits; a Guest may have been given a seat since (R46)."""
    if application.state != "PENDING":
        return refuse(RefusalCode.REQUEST_DECIDED)
    if not approve:
        return "DECLINED"
    if holding.is_suspended():
        return refuse(RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED)
    return "GRANTED"


def granted(application: Application, offer: Offer, *, id: UUID, now: datetime) -> License:
    """Make the license that an application is granted: no Administrator can touch it (R32, R33)."""
    return License(
        id=id,
        store=OUR_STORE,
        order_id=str(application.id),
        line_no=1,
        account_id=application.account_id,
        product=offer.product,
        kind=offer.kind,
        seats=1,
        state=ACTIVE,
        activated_at=now,
        expires_at=now + timedelta(days=offer.days),
    )


def told(application: Application, offer: Offer, *, now: datetime) -> TrialApplied:
    """Say what came of an application."""
    return TrialApplied(
        application_id=application.id,
        account_id=application.account_id,
        offer=offer.offer,
        product=offer.product,
        kind=offer.kind,
        state=application.state,
        license_id=application.license_id,
        at=now,
    )
