"""A statement as pages tell it: every row adds up, of a month and of a lot."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.portal.format import exact
from services.portal.views.stated import COLUMNS, columns_for, lot_row
from shared.contracts.money import MICROCREDITS_PER_CREDIT, format_credits

AMOUNTS = st.integers(0, 10**12)
NAMES = tuple(column.name for column in COLUMNS)
MOVES = st.fixed_dictionaries({name: st.sampled_from([0]) | AMOUNTS for name in NAMES})


def written(microcredits: int) -> str:
    sign = "-" if microcredits < 0 else ""
    return f"{sign}{format_credits(abs(microcredits))}"


def a_lot(moves: dict[str, int], *, had: int, owed: int, owes: int) -> dict[str, Any]:
    """One lot as the ledger tells it: its closing is what is left in it less what it owes."""
    closing = had - owed + sum(column.sign * moves[column.name] for column in COLUMNS)
    figures = {
        **moves,
        "opening": had - owed,
        "closing": closing,
        "left": closing + owes,
        "owes": owes,
        "debt": owes - owed,
    }
    return {name: written(amount) for name, amount in figures.items()}


@given(moves=MOVES, had=AMOUNTS, owed=AMOUNTS, owes=st.integers(-(10**12), 10**12))
def test_T23_the_row_of_a_lot_adds_up_to_what_is_left_in_it(
    moves: dict[str, int], had: int, owed: int, owes: int
) -> None:
    lot = a_lot(moves, had=had, owed=owed, owes=owes)

    row = lot_row(lot, columns_for([lot]))

    assert row.opening * MICROCREDITS_PER_CREDIT == had
    assert row.opening + sum(row.moves) + row.debt == row.left == exact(lot["left"])


@given(months=st.lists(MOVES, min_size=1, max_size=3))
def test_A18_the_columns_of_a_table_leave_out_nothing_that_moved(
    months: list[dict[str, int]],
) -> None:
    figures = [{name: written(amount) for name, amount in one.items()} for one in months]

    columns = columns_for(figures)

    for one in figures:
        everything = sum(column.of(one) for column in COLUMNS)
        assert sum(column.of(one) for column in columns) == everything
