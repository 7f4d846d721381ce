"""A statement as pages tell it: what each column moves, so that every row adds up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.portal.format import exact


@dataclass(frozen=True)
class Column:
    """One figure of a statement: how it is called, and which way it goes."""

    name: str
    words: str
    sign: int

    def of(self, figures: Mapping[str, Any]) -> Decimal:
        """By how much it changes a balance."""
        return exact(figures[self.name]) * self.sign


COLUMNS = (
    Column("granted", "Granted", 1),
    Column("credited_back", "Credited back", 1),
    Column("captured", "Spent", -1),
    Column("expired", "Expired", -1),
    Column("clawed_back", "Taken back by the store", -1),
    Column("adjusted", "Adjusted by the vendor", -1),
)
# What hardly ever happens takes room only where it did.
RARE = frozenset({"credited_back", "adjusted"})


@dataclass(frozen=True)
class LotRow:
    """One lot of a statement: `opening`, its moves and `debt` add up to what is `left` in it.

    What was taken back of a lot beyond what it had is `debt` that comes in, since the lot is never
    below zero; what it repaid of a debt goes out.
    """

    lot: Mapping[str, Any]
    opening: Decimal
    moves: tuple[Decimal, ...]
    debt: Decimal
    left: Decimal


def columns_for(rows: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns of a table of such figures: a rare one if any row has it."""
    figures = list(rows)
    return tuple(
        column
        for column in COLUMNS
        if column.name not in RARE or any(column.of(one) for one in figures)
    )


def lot_row(lot: Mapping[str, Any], columns: Sequence[Column]) -> LotRow:
    """Tell a lot by what is in it, as the page of credits does, and its debt apart."""
    debt, owes = exact(lot["debt"]), exact(lot["owes"])
    return LotRow(
        lot=lot,
        opening=exact(lot["opening"]) + owes - debt,
        moves=tuple(column.of(lot) for column in columns),
        debt=debt,
        left=exact(lot["left"]),
    )
