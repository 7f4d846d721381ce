"""Commands that set how a wallet is kept: its terms and its rate card."""

from typing import Annotated, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from shared.contracts.credits import LedgerCommand
from shared.contracts.message import Moment
from shared.contracts.money import Credits, CreditsOrZero
from shared.contracts.work import GivenName, Unit

THRESHOLDS_MAX = 5


def _is_a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = "a time zone has an IANA name, like Europe/Sofia"
        raise ValueError(message) from error
    return name


def _falls(percents: tuple[int, ...]) -> tuple[int, ...]:
    return _is_in_order(percents, sorted(set(percents), reverse=True))


def _rises(percents: tuple[int, ...]) -> tuple[int, ...]:
    return _is_in_order(percents, sorted(set(percents)))


def _is_in_order(percents: tuple[int, ...], ordered: list[int]) -> tuple[int, ...]:
    if list(percents) != ordered:
        message = "thresholds come in the order in which they are crossed, each once"
        raise ValueError(message)
    return percents


Zone = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_is_a_zone)]
"""The IANA name of a time zone."""

PoolThresholds = Annotated[
    tuple[Annotated[int, Field(ge=1, le=99)], ...],
    Field(max_length=THRESHOLDS_MAX, fail_fast=True),
    AfterValidator(_falls),
]
"""Percents of what was available after the last top-up, falling."""

QuotaThresholds = Annotated[
    tuple[Annotated[int, Field(ge=1, le=1000)], ...],
    Field(max_length=THRESHOLDS_MAX, fail_fast=True),
    AfterValidator(_rises),
]
"""Percents of a quota's limit, rising."""


class SetPoolTerms(LedgerCommand):
    """Change some of the terms of the wallet `owner`; what is not given stays (A18, A19, T26, T29).

    The Administrator sets `zone` (periods, statements, expiry days), `observe` (quotas are counted
    and flagged, not enforced), the thresholds of alerts in percent, and `notice_days` before
    credits expire. Only an operator sets `overrun_max` (credits a running frame may cost beyond
    its hold), `credit_back_days` (life of credits returned to an expired lot) and
    `late_usage_hours`. The owner of a wallet of his own sets what an Administrator sets. A new zone
    counts from the next renewal and the next month on. Answers `{}`. Refused `not_administrator`,
    and not remembered `operator_required`, `malformed` for a zone that is none.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.set_pool_terms.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.set_pool_terms"

    zone: Zone | None = None
    observe: bool | None = None
    pool_thresholds: PoolThresholds | None = None
    quota_thresholds: QuotaThresholds | None = None
    notice_days: Annotated[int, Field(ge=0, le=365)] | None = None
    overrun_max: CreditsOrZero | None = None
    credit_back_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    late_usage_hours: Annotated[int, Field(ge=0, le=2160)] | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            message = "at least one of the terms has to be given"
            raise ValueError(message)
        return self


class SetRate(LedgerCommand):
    """An operator sets what one `unit` on a node of `node_class` costs from a time on.

    The rate belongs to the wallet `owner` and holds until a later one; what was charged before
    stays as it was. Answers `{}`. Refused `operator_required, rate_in_the_past`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.set_rate.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.set_rate"

    node_class: GivenName
    unit: Unit
    credits_per_unit: Credits
    effective_from: Moment
