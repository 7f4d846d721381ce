"""Copies that heal: how far an owner has spoken, what he said, and what is (conventions 15)."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, JsonValue

from shared.contracts.message import CommandData, Contract, FactData, Moment

GAPS_MAX = 100
FACTS_MAX = 500
PAGE_MAX = 500


class Head(Contract):
    """How far an owner has spoken of a subject: the sequence of its last fact."""

    subject: UUID
    sequence: int


class Gap(Contract):
    """Facts of one subject after a sequence that a copy has not heard, and before one it has."""

    subject: UUID
    after: Annotated[int, Field(ge=0)]
    before: Annotated[int, Field(ge=1)] | None = None


class FetchFacts(CommandData):
    """Fetch what a copy missed, by subject; for services alone (`unknown_account` to others).

    Answers `FactsFetched`, at most 500 facts: those that are left out are asked for again.
    """

    EXCHANGE: ClassVar[str] = "queries"

    gaps: Annotated[tuple[Gap, ...], Field(min_length=1, max_length=GAPS_MAX)]


class FetchMembershipFacts(FetchFacts):
    """Fetch facts of membership; see `FetchFacts`."""

    TYPE: ClassVar[str] = "coffer.membership.fetch_membership_facts.v1"
    ROUTING_KEY: ClassVar[str] = "membership.fetch_membership_facts"


class FetchLicensingFacts(FetchFacts):
    """Fetch facts of licensing; see `FetchFacts`."""

    TYPE: ClassVar[str] = "coffer.licensing.fetch_licensing_facts.v1"
    ROUTING_KEY: ClassVar[str] = "licensing.fetch_licensing_facts"


class FetchCreditLedgerFacts(FetchFacts):
    """Fetch facts of the ledger, only those of personal credits; see `FetchFacts`."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.fetch_credit_ledger_facts.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.fetch_credit_ledger_facts"


class FetchHeads(CommandData):
    """Fetch how far an owner has spoken of each subject, page by page; for services alone.

    Answers `HeadsFetched`.
    """

    EXCHANGE: ClassVar[str] = "queries"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX


class FetchMembershipHeads(FetchHeads):
    """Fetch the heads of membership; see `FetchHeads`."""

    TYPE: ClassVar[str] = "coffer.membership.fetch_membership_heads.v1"
    ROUTING_KEY: ClassVar[str] = "membership.fetch_membership_heads"


class FetchLicensingHeads(FetchHeads):
    """Fetch the heads of licensing; see `FetchHeads`."""

    TYPE: ClassVar[str] = "coffer.licensing.fetch_licensing_heads.v1"
    ROUTING_KEY: ClassVar[str] = "licensing.fetch_licensing_heads"


class FetchCreditLedgerHeads(FetchHeads):
    """Fetch when personal credits were last spoken of, by wallet; see `FetchHeads`."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.fetch_credit_ledger_heads.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.fetch_credit_ledger_heads"


class FetchMembershipSnapshot(CommandData):
    """Fetch what is, subject by subject, each with its sequence; for services alone.

    Answers `MembershipSnapshot`.
    """

    TYPE: ClassVar[str] = "coffer.membership.fetch_membership_snapshot.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "membership.fetch_membership_snapshot"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 100


class FetchLicensingSnapshot(CommandData):
    """Fetch what is, subject by subject, each with its sequence; for services alone.

    Answers `LicensingSnapshot`.
    """

    TYPE: ClassVar[str] = "coffer.licensing.fetch_licensing_snapshot.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "licensing.fetch_licensing_snapshot"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 100


class FetchPersonalCredits(CommandData):
    """Fetch who has credits of his own, wallet by wallet with its sequence; for services alone.

    Answers `PersonalCredits`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.fetch_personal_credits.v1"
    EXCHANGE: ClassVar[str] = "queries"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.fetch_personal_credits"

    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 100


class RebuildCopy(CommandData):
    """An operator has a service rebuild its copy of the others from nothing, while it runs.

    Asked while it is under way, it begins anew. Answers `CopyState`. Refused `operator_required`.
    """

    EXCHANGE: ClassVar[str] = "queries"


class RebuildMembershipCopy(RebuildCopy):
    """Rebuild membership's copies of licensing and of personal credits; see `RebuildCopy`."""

    TYPE: ClassVar[str] = "coffer.membership.rebuild_membership_copy.v1"
    ROUTING_KEY: ClassVar[str] = "membership.rebuild_membership_copy"


class RebuildLicensingCopy(RebuildCopy):
    """Rebuild licensing's copy of membership; see `RebuildCopy`."""

    TYPE: ClassVar[str] = "coffer.licensing.rebuild_licensing_copy.v1"
    ROUTING_KEY: ClassVar[str] = "licensing.rebuild_licensing_copy"


class RebuildCreditLedgerCopy(RebuildCopy):
    """Rebuild the ledger's copies of entitlements and enrolments; see `RebuildCopy`.

    Roles are its books: one that differs from what membership says is put right by an act.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.rebuild_credit_ledger_copy.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.rebuild_credit_ledger_copy"


class ShowCopy(CommandData):
    """Show how far behind the others a service's copy of them is; answers `CopyState`.

    Refused `operator_required`.
    """

    EXCHANGE: ClassVar[str] = "queries"


class ShowMembershipCopy(ShowCopy):
    """How far behind membership's copy is; see `ShowCopy`."""

    TYPE: ClassVar[str] = "coffer.membership.show_membership_copy.v1"
    ROUTING_KEY: ClassVar[str] = "membership.show_membership_copy"


class ShowLicensingCopy(ShowCopy):
    """How far behind licensing's copy is; see `ShowCopy`."""

    TYPE: ClassVar[str] = "coffer.licensing.show_licensing_copy.v1"
    ROUTING_KEY: ClassVar[str] = "licensing.show_licensing_copy"


class ShowCreditLedgerCopy(ShowCopy):
    """How far behind the ledger's copy is; see `ShowCopy`."""

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_credit_ledger_copy.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_credit_ledger_copy"


class FactsFetched(Contract):
    """The answer to `FetchFacts`: CloudEvents as they were said, in order within each subject."""

    facts: tuple[dict[str, JsonValue], ...]


class HeadsFetched(Contract):
    """The answer to `FetchHeads`; `after` leads to the next page, absent on the last."""

    heads: tuple[Head, ...]
    after: UUID | None = None


class SourceState(Contract):
    """How a copy stands to one owner.

    `behind_seconds` is the age of the newest watermark that was heard, absent when none was since
    the start; `waiting` counts facts that came too early; `fetched` those fetched since the start.
    """

    service: str
    behind_seconds: float | None = None
    waiting: int
    fetched: int
    rebuilt: int = 0
    rebuilding: bool = False


class CopyState(Contract):
    """The answer to `ShowCopy` and `RebuildCopy`."""

    sources: tuple[SourceState, ...]


class Watermark(FactData):
    """Everything a service decided before `at` has been published; outside the sequences.

    `recent` are the heads of the subjects it spoke of last, so that a copy notices what it missed.
    """

    at: Moment
    recent: tuple[Head, ...] = ()


class MembershipWatermark(Watermark):
    """The watermark of membership; see `Watermark`."""

    ROUTING_KEY: ClassVar[str] = "membership.copy.watermark"
    SERVICE: ClassVar[str] = "membership"


class LicensingWatermark(Watermark):
    """The watermark of licensing; see `Watermark`."""

    ROUTING_KEY: ClassVar[str] = "licensing.copy.watermark"
    SERVICE: ClassVar[str] = "licensing"


class CreditLedgerWatermark(Watermark):
    """The watermark of the ledger; see `Watermark`.

    Of the ledger only facts of personal credits are copied: `recent` are the heads of these.
    """

    ROUTING_KEY: ClassVar[str] = "credit_ledger.copy.watermark"
    SERVICE: ClassVar[str] = "credit_ledger"
