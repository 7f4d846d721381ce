"""Rate cards: what a measured quantity costs, and what a whole job will roughly cost.

A rate is never changed, only followed by another, and a line keeps the number of the rate it was
priced by: quantity and number give the same cost for ever.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from services.credit_ledger.rules.book import Refusal
from services.credit_ledger.rules.records import Rate
from shared.contracts.refusals import RefusalCode

MILLION: Final = 1_000_000
COST_MAX: Final = 10**18 - 1
"""Microcredits: the largest amount that can be written on the wire (conventions 10)."""
TOO_DEAR: Final = "this would cost more than an amount can be"


class Measure(Struct, frozen=True, gc=False):
    """Measured work: `quantity` in millionths of `unit`, on a node of `node_class`."""

    node_class: str
    unit: str
    quantity: int


class Priced(Struct, frozen=True, gc=False):
    """What a measure costs, in microcredits, and the rate that says so.

    The amount is zero only where quantity or price is; there is nothing to book then.
    """

    amount: int
    rate: Rate


class Estimate(Struct, frozen=True, gc=False):
    """What `frames` frames would cost, in microcredits, judged by `sampled` of them; not binding.

    `low` and `high` are what they would cost if each were like the cheapest or the dearest frame
    of the sample: low <= total <= high.
    """

    frames: int
    sampled: int
    mean: int
    low: int
    high: int
    total: int


def rate_at(rates: Iterable[Rate], node_class: str, unit: str, moment: datetime) -> Rate | None:
    """Find the rate in force: the latest to take effect, of two at once the one issued later.

    `moment` is when the work was done, so that a line which arrives late is priced by the card of
    its own time (A18).
    """
    in_force = (
        rate
        for rate in rates
        if rate.node_class == node_class and rate.unit == unit and rate.effective_from <= moment
    )
    return max(in_force, key=lambda rate: (rate.effective_from, rate.number), default=None)


def cost(quantity_micro: int, price_micro: int) -> int:
    """Price one line, in microcredits: quantity times price, rounded half up once.

    `quantity_micro` is in millionths of a unit, `price_micro` in microcredits per whole unit. A
    positive quantity at a positive price costs at least one microcredit: else work cut into lines
    that are small enough would be free.
    """
    assert quantity_micro >= 0
    assert price_micro >= 0
    product = quantity_micro * price_micro
    return max(_half_up(product, MILLION), 1) if product else 0


def priced(rates: Iterable[Rate], measure: Measure, moment: datetime) -> Priced | Refusal:
    """Price a measure by the rate in force at `moment`.

    Refused `no_rate`, or `invalid_amount` where the quantity is negative or the cost has no place
    on the wire.
    """
    if measure.quantity < 0:
        return _invalid("measured", "a quantity is not below zero")
    rate = rate_at(rates, measure.node_class, measure.unit, moment)
    if rate is None:
        message = f"no rate is in force for {measure.unit} on nodes of class {measure.node_class}"
        return Refusal((RefusalCode.NO_RATE,), "measured", message=message)
    amount = cost(measure.quantity, rate.price)
    if amount > COST_MAX:
        return _invalid("measured", TOO_DEAR)
    return Priced(amount, rate)


def estimate(
    rates: Sequence[Rate], sample: Sequence[Sequence[Measure]], frames: int, moment: datetime
) -> Estimate | Refusal:
    """Extrapolate from the frames of a sample, each a row of measures, to `frames` frames.

    A frame costs the sum of its lines, each rounded as it will be when it is charged; mean and
    total are rounded half up from the sum of the sample, never one from the other. Refused as
    the first line that has no price, or `invalid_amount` where sample or job is empty or the
    dearest outcome has no place on the wire.
    """
    if not sample or frames < 1:
        return _invalid("frames", "an estimate needs a sample and a number of frames")
    costs: list[int] = []
    for measures in sample:
        frame = _frame_cost(rates, measures, moment)
        if isinstance(frame, Refusal):
            return frame
        costs.append(frame)
    if max(costs) * frames > COST_MAX:
        return _invalid("frames", TOO_DEAR)
    return Estimate(
        frames=frames,
        sampled=len(costs),
        mean=_half_up(sum(costs), len(costs)),
        low=min(costs) * frames,
        high=max(costs) * frames,
        total=_half_up(sum(costs) * frames, len(costs)),
    )


def _frame_cost(
    rates: Sequence[Rate], measures: Sequence[Measure], moment: datetime
) -> int | Refusal:
    total = 0
    for measure in measures:
        line = priced(rates, measure, moment)
        if isinstance(line, Refusal):
            return line
        total += line.amount
    return total


def _invalid(field: str, message: str) -> Refusal:
    return Refusal((RefusalCode.INVALID_AMOUNT,), field, message=message)


def _half_up(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)
