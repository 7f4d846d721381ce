"""The geometry of column charts: amounts in, percents out; drawn as SVG, never as styles."""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMNS_MAX = 367
GAP = 0.2
# A few days are columns still, not walls.
WIDEST = 10.0
WHOLE = 100.0
STEPS = (1, 2, 5, 10)
AXIS_PARTS = 2


@dataclass(frozen=True)
class Column:
    """One column: its left edge, width, top and height in percent; what it stands for."""

    label: str
    amount: int
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """Columns from zero to `top`, with the marks of the axis from the top down."""

    columns: tuple[Column, ...]
    top: int
    marks: tuple[tuple[int, float], ...]


def chart_of(amounts: Sequence[tuple[str, int]]) -> Chart | None:
    """Lay amounts out as columns; nothing where there is nothing, or too much to be seen."""
    if not amounts or len(amounts) > COLUMNS_MAX:
        return None
    top = rounded_up(max(amount for _, amount in amounts))
    if top <= 0:
        return None
    slot = WHOLE / len(amounts)
    columns = tuple(
        _column(label, max(0, amount), top, number * slot, slot)
        for number, (label, amount) in enumerate(amounts)
    )
    marks = tuple(
        (top * part // AXIS_PARTS, round(WHOLE - WHOLE * part / AXIS_PARTS, 3))
        for part in range(AXIS_PARTS, -1, -1)
    )
    return Chart(columns, top, marks)


def rounded_up(amount: int) -> int:
    """The next round number that an axis can end with."""
    if amount <= 0:
        return 0
    magnitude = int(10 ** (len(str(amount)) - 1))
    return next(step * magnitude for step in STEPS if step * magnitude >= amount)


def _column(label: str, amount: int, top: int, x: float, slot: float) -> Column:
    height = round(WHOLE * amount / top, 3)
    width = min(slot * (1 - GAP), WIDEST)
    return Column(
        label=label,
        amount=amount,
        x=round(x + (slot - width) / 2, 3),
        width=round(width, 3),
        y=round(WHOLE - height, 3),
        height=height,
    )
