"""The envelopes: what every command, query, fact and answer carries around its data."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
)

from shared.contracts.refusals import EXPLANATIONS, RefusalCode

SPECVERSION = "1.0"
CONTENT_TYPE = "application/json"
CLOUDEVENT_CONTENT_TYPE = "application/cloudevents+json"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _is_in_our_time(moment: datetime) -> datetime:
    """Keep what neither UTC nor the database could hold from the doors."""
    if not EARLIEST <= moment < LATEST:
        message = "a moment lies in the years from 1970 to 9998"
        raise ValueError(message)
    return moment


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_is_in_our_time),
    PlainSerializer(_rfc3339, return_type=str, when_used="json-unless-none"),
]
"""A point in time with its zone, from 1970 to 9998; RFC 3339 with microseconds, UTC on the wire."""


class Contract(BaseModel):
    """Data that crosses a border: frozen, strict about types, closed to unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class OpenContract(Contract):
    """A fact: readers ignore fields they do not know, so that the publisher may add one first."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class CommandData(Contract):
    """The data of a command or query; the class says where it goes."""

    TYPE: ClassVar[str]
    EXCHANGE: ClassVar[str]
    ROUTING_KEY: ClassVar[str]


class FactData(OpenContract):
    """The data of a fact; the class says under which routing key it is published."""

    ROUTING_KEY: ClassVar[str]
    SERVICE: ClassVar[str]


Data = TypeVar("Data", bound=CommandData)
Happened = TypeVar("Happened", bound=FactData)


class Command(Contract, Generic[Data]):
    """An order or a question to one service.

    `id` is a UUIDv7 minted by the caller and kept until the verdict is in; the same id again gets
    the same verdict. `actor` is the broker user who asserts it, `on_behalf_of` the account that
    acts or spends, `owner` the organization (or the account itself) it concerns. With
    `dry_run` the verdict is that of the moment and nothing is changed, said or remembered; the
    ledger has `DryRun` instead and takes no such command.
    """

    id: UUID
    type: str
    actor: Annotated[str, Field(min_length=1, max_length=120)]
    on_behalf_of: UUID | None = None
    owner: UUID | None = None
    sent_at: Moment
    job_token: Annotated[str, Field(max_length=4096, pattern=r"^[^\x00]*$")] | None = None
    dry_run: Literal[True] | None = None
    data: Data


class Fact(OpenContract, Generic[Happened]):
    """What happened, as a CloudEvent 1.0 in structured JSON.

    `subject` is the wallet, organization or account; `sequence` is dense per source and subject
    and absent on what stands outside the sequence (refusals, watermarks, the store's events).
    """

    specversion: str = SPECVERSION
    id: UUID
    source: str
    type: str
    subject: UUID
    time: Moment
    datacontenttype: str = CONTENT_TYPE
    sequence: int | None = None
    data: Happened


class Limit(Contract):
    """The limit that bound: its name, its value and what was left of it, as written on the wire."""

    name: str
    value: str | None = None
    left: str | None = None


class Refused(Contract):
    """A refusal: the first limit that bound, all that bind, and who can lift it."""

    code: RefusalCode
    message: str
    limit: Limit | None = None
    who_can_lift: str
    binding: tuple[RefusalCode, ...] = ()


class Verdict(Contract):
    """The one remembered answer to a command, or the answer to a query."""

    id: UUID
    result: dict[str, JsonValue] | None = None
    refused: Refused | None = None

    @property
    def accepted(self) -> bool:
        """Whether the command took effect."""
        return self.refused is None


class VerdictFrame(Contract):
    """One reply message: 1..N verdicts for one caller, matched by the id inside."""

    verdicts: tuple[Verdict, ...]


def refuse(
    code: RefusalCode,
    *,
    message: str | None = None,
    limit: Limit | None = None,
    binding: tuple[RefusalCode, ...] = (),
) -> Refused:
    """Build a refusal with the catalogue's words; `message` says it more exactly."""
    meaning, who_can_lift = EXPLANATIONS[code]
    return Refused(
        code=code,
        message=message or meaning,
        limit=limit,
        who_can_lift=who_can_lift,
        binding=binding or (code,),
    )
