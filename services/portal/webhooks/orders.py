"""Reads what a store says by webhook as the contracts that the services hear; pure."""

from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar
from uuid import UUID, uuid5

import orjson
from pydantic import BaseModel, Field, JsonValue, ValidationError

from services.portal.api.problems import FieldProblem, ProblemError, misread
from shared.contracts.accounts import FindAccount
from shared.contracts.message import Moment, OpenContract
from shared.contracts.purchases import (
    CreditsTakenBack,
    OrderChargedBack,
    OrderPaid,
    OrderRefunded,
)
from shared.contracts.refusals import RefusalCode

StoreEvent: TypeAlias = OrderPaid | CreditsTakenBack
EVENT_BY_TYPE: dict[str, type[StoreEvent]] = {
    "order.paid": OrderPaid,
    "order.refunded": OrderRefunded,
    "order.charged_back": OrderChargedBack,
}
EVENTS_OF_STORES = UUID("5b1c6c0e-6a3d-5f0b-9f54-0f6f3a1f2c77")
ERRORS_TOLD_MAX = 20
M = TypeVar("M", bound=BaseModel)


class Envelope(OpenContract):
    """What the Standard Webhooks specification puts around what a store says."""

    type: str = Field(max_length=100)
    timestamp: Moment
    data: dict[str, JsonValue]


@dataclass(frozen=True)
class Told:
    """An event whose buyer may be named by his address or number alone; `within` names its place.

    `fields` become `kind` once the account is known.
    """

    kind: type[StoreEvent]
    fields: dict[str, JsonValue]
    within: str
    buyer: FindAccount | None = None
    buyer_field: str = ""

    def bought_by(self, account_id: UUID) -> "Told":
        """The same event, of a known buyer."""
        fields = {**self.fields, "account_id": str(account_id)}
        return replace(self, fields=fields, buyer=None)


def event_id_of(store: str, webhook_id: str) -> UUID:
    """The id under which the services hear what a store says under its own: always the same."""
    return uuid5(EVENTS_OF_STORES, f"{store}\n{webhook_id}")


def read_event(body: bytes, store: str) -> Told:
    """Read a store's event; raises ProblemError that names the field."""
    envelope = read_as(Envelope, parsed(body), within="")
    kind = EVENT_BY_TYPE.get(envelope.type)
    if kind is None:
        raise wrong("type", f"one of {', '.join(EVENT_BY_TYPE)}")
    fields = {key: value for key, value in envelope.data.items() if key not in {"email", "number"}}
    if fields.setdefault("store", store) != store:
        raise wrong("data.store", f"this address is the store {store!r}")
    told = Told(kind, fields, "data.")
    return told if "account_id" in fields else _with_buyer(told, envelope.data)


def finish(told: Told) -> StoreEvent:
    """Hold an event against its contract; raises ProblemError that names the field."""
    event = read_as(told.kind, told.fields, within=told.within)
    numbers = [line.line_no for line in event.lines]
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            field = f"{told.within}lines.{place}.line_no"
            raise wrong(field, f"{number} is the number of another line")
    return event


def parsed(body: bytes) -> Any:  # noqa: ANN401 -- whatever it is
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise wrong("body", "this is no JSON in UTF-8") from error


def read_as(model: type[M], value: object, *, within: str) -> M:
    """Read JSON as a model; raises ProblemError with each field that is not what it has to be."""
    try:
        return model.model_validate_json(orjson.dumps(value))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        raise misread(
            RefusalCode.MALFORMED,
            tuple(_field_problem(one, within) for one in found[:ERRORS_TOLD_MAX]),
        ) from error


def wrong(field: str, message: str, code: RefusalCode = RefusalCode.MALFORMED) -> ProblemError:
    """Say what is wrong with one field."""
    return misread(code, (FieldProblem(field=field, message=message),))


def _with_buyer(told: Told, data: dict[str, JsonValue]) -> Told:
    """Name the buyer by what a store knows of him."""
    for field, argument in (("email", "email"), ("number", "customer_number")):
        if field in data:
            asked = read_as(FindAccount, {argument: data[field]}, within=f"data.{field} as ")
            return replace(told, buyer=asked, buyer_field=f"data.{field}")
    raise wrong("data.account_id", "name the buyer by account_id, email or number")


def _field_problem(error: Any, within: str) -> FieldProblem:  # noqa: ANN401 -- pydantic's own dict
    place = ".".join(str(part) for part in error["loc"])
    return FieldProblem(field=f"{within}{place}"[:200] or "body", message=str(error["msg"]))
