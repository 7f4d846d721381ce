"""Trials and betas: what is offered, applied for and granted (R31-R33, R46, A15)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.accounts import Reason
from shared.contracts.message import CommandData, Contract, FactData, Moment
from shared.contracts.purchases import Product

OfferName = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
OfferKind = Literal["TRIAL", "BETA"]


class SetOffer(CommandData):
    """An operator offers a product as TRIAL or BETA for some days, or offers it no more (A15).

    Answers `Offer`. Refused `operator_required`, `idempotency_key_reused` for an offer that exists
    with another product, kind or length: what was granted by it would change its meaning.
    """

    TYPE: ClassVar[str] = "coffer.licensing.set_offer.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.set_offer"

    offer: OfferName
    product: Product
    kind: OfferKind
    days: Annotated[int, Field(ge=1, le=3650)]
    open: bool = True


class ApplyForTrial(CommandData):
    """`on_behalf_of` applies for an offer (R31, R46, A15): once per account.

    A TRIAL is granted at once, a BETA waits for an operator. Answers `TrialApplied`. Refused
    `unknown_product` (no such offer is open), `unknown_account` (not registered, or not heard of
    yet), `trial_already_used, organizational_license_allocated`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.apply_for_trial.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.apply_for_trial"

    offer: OfferName


class DecideBeta(CommandData):
    """An operator approves or declines an application for a BETA (A15); answers `TrialApplied`.

    Refused `operator_required, unknown_request, request_decided`, and
    `organizational_license_allocated` when the Guest was given a seat meanwhile.
    """

    TYPE: ClassVar[str] = "coffer.licensing.decide_beta.v1"
    EXCHANGE: ClassVar[str] = "commands"
    ROUTING_KEY: ClassVar[str] = "licensing.decide_beta"

    application_id: UUID
    approve: bool
    reason: Reason | None = None


class ListOffers(CommandData):
    """List the offers that are open, and what `on_behalf_of` had of them; answers `OfferList`."""

    TYPE: ClassVar[str] = "coffer.licensing.list_offers.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_offers"


class ListApplications(CommandData):
    """List applications for betas that wait, oldest first, for operators.

    Refused `operator_required`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.list_applications.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.list_applications"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class Offer(Contract):
    """A product that may be tried for some days; `used` by whoever asks."""

    offer: str
    product: str
    kind: OfferKind
    days: int
    open: bool = True
    used: bool = False


class OfferList(Contract):
    """The answer to `ListOffers`."""

    offers: tuple[Offer, ...]


class Application(Contract):
    """One application that waits."""

    application_id: UUID
    account_id: UUID
    offer: str
    product: str
    applied_at: Moment


class ApplicationList(Contract):
    """The answer to `ListApplications`; `after` leads to the next page, absent on the last."""

    applications: tuple[Application, ...]
    after: UUID | None = None


class TrialApplied(FactData):
    """An application for an offer, and what came of it (A15); the subject is the account.

    A granted one is told as `LicenseActivated` too.
    """

    ROUTING_KEY: ClassVar[str] = "licensing.trial.applied"
    SERVICE: ClassVar[str] = "licensing"

    application_id: UUID
    account_id: UUID
    offer: str
    product: str
    kind: OfferKind
    state: Literal["PENDING", "GRANTED", "DECLINED"]
    license_id: UUID | None = None
    at: Moment
