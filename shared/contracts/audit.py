"""What was done with an Administrator's or an operator's rights: told as facts, kept for ever."""

from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID

from pydantic import Field, JsonValue

from shared.contracts.message import CommandData, Contract, FactData, Moment

Values: TypeAlias = dict[str, JsonValue]


class AuditQuery(CommandData):
    """List what was done in the organization (or account) `owner`, newest first.

    At most `limit` before entry `before`, newest without it; its Administrator and operators may
    read it. `act` keeps those of one kind, `about` what was done to one account, `account` that
    and what it did. Answers `AuditTrail`. Refused `not_administrator, unknown_organization`.
    """

    EXCHANGE: ClassVar[str] = "queries"

    act: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z_]+$")] | None = None
    about: UUID | None = None
    account: UUID | None = None
    before: Annotated[int, Field(ge=1)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ListMembershipAudit(AuditQuery):
    """What was done with people and organizations; see `AuditQuery`."""

    TYPE: ClassVar[str] = "coffer.membership.list_membership_audit.v1"
    ROUTING_KEY: ClassVar[str] = "membership.list_membership_audit"


class ListLicensingAudit(AuditQuery):
    """What was done with licenses and seats; see `AuditQuery`."""

    TYPE: ClassVar[str] = "coffer.licensing.list_licensing_audit.v1"
    ROUTING_KEY: ClassVar[str] = "licensing.list_licensing_audit"


class ListCreditAudit(AuditQuery):
    """What was done with access, quotas, terms and by operators; see `AuditQuery`."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_credit_audit.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_credit_audit"


class AuditEntry(Contract):
    """Who (`by`, through the broker user `door`) did what (`act`, by command `id`), and when.

    `about` is the account it was done to, if any; `before` and `after` are what changed, by field.
    `number` is the entry's place in the trail of its service.
    """

    number: int
    id: UUID
    act: str
    by: UUID | None = None
    door: str
    about: UUID | None = None
    before: Values = Field(default_factory=dict)
    after: Values = Field(default_factory=dict)
    at: Moment


class AuditTrail(Contract):
    """The answer to an `AuditQuery`; `before` leads to the next page, absent on the last."""

    entries: tuple[AuditEntry, ...]
    before: int | None = None


class ActRecorded(FactData):
    """An administrative act, as its `AuditEntry` has it; the subject is organization or account."""

    id: UUID
    act: str
    by: UUID | None = None
    door: str
    about: UUID | None = None
    before: Values = Field(default_factory=dict)
    after: Values = Field(default_factory=dict)
    at: Moment


class MembershipActRecorded(ActRecorded):
    """An act on people or organizations; see `ActRecorded`."""

    ROUTING_KEY: ClassVar[str] = "membership.act.recorded"
    SERVICE: ClassVar[str] = "membership"


class LicensingActRecorded(ActRecorded):
    """An act on licenses or seats; see `ActRecorded`."""

    ROUTING_KEY: ClassVar[str] = "licensing.act.recorded"
    SERVICE: ClassVar[str] = "licensing"
