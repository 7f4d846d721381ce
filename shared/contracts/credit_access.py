"""Commands about a person's access to a pool: quotas edited, restarted, asked for, decided."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.credits import LedgerCommand, Reason
from shared.contracts.money import Credits, CreditsOrZero

Wish = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
WishedMode = Literal["unlimited", "quota"]


class EditQuota(LedgerCommand):
    """The Administrator changes the limit of a person's quota; what is used stays used (R23, T10).

    Answers `{}`. Refused `not_administrator, not_in_organization, no_quota, invalid_quota,
    quota_not_applicable_to_administrator`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.edit_quota.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.edit_quota"

    account_id: UUID
    limit: CreditsOrZero


class RestartQuota(LedgerCommand):
    """The Administrator lets the count of a person's use start again from zero (R22, T12).

    In any mode, his own included: use is counted in all. What is held counts where it was
    authorized. Answers `{}`. Refused `not_administrator, not_in_organization`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.restart_quota.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.restart_quota"

    account_id: UUID


class RequestCredits(LedgerCommand):
    """A Member or Guest, `on_behalf_of`, asks the Administrator for access or a higher quota.

    `limit` goes with mode `quota` and with no other. It replaces no other request; a person has at
    most five open ones. Answers `{request_id}`, which is the command's id. Refused
    `not_in_organization, quota_not_applicable_to_administrator, rate_limited`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.request_credits.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.request_credits"

    mode: WishedMode
    limit: Credits | None = None
    reason: Wish

    @model_validator(mode="after")
    def _limit_goes_with_quota(self) -> Self:
        if (self.limit is None) == (self.mode == "quota"):
            message = "limit: goes with mode quota"
            raise ValueError(message)
        return self


class DecideRequest(LedgerCommand):
    """The Administrator approves or declines a request (R20-R22, R37).

    Approving sets the access asked for, with another `limit` when one is given to a request for a
    quota, whose period stays. Answers `{}`. Refused `not_administrator, unknown_request,
    request_decided, not_in_organization, invalid_quota, guest_has_active_personal_credits,
    already_in_another_organization`; what is refused leaves the request open.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.decide_request.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.decide_request"

    request_id: UUID
    approve: bool
    limit: Credits | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _limit_goes_with_approval(self) -> Self:
        if self.limit is not None and not self.approve:
            message = "limit: goes with an approval"
            raise ValueError(message)
        return self
