"""Tables for spreadsheets: nobody's text becomes a formula, and amounts stay numbers."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from deploy.operator.sheet import FORMULA, plain, write_row
from deploy.operator.statement import columns

STATEMENT = {
    "period": "2026-11",
    "zone": "Europe/Sofia",
    "starts": "2026-10-31T22:00:00.000000Z",
    "ends": "2026-11-30T22:00:00.000000Z",
    "closed": True,
    "opening": {"balance": "500"},
    "closing": {"free": "0.5", "held": "1.5", "dormant": "0", "debt": "36", "balance": "-34"},
    "totals": {
        "granted": "0", "credited_back": "0", "captured": "500", "expired": "0",
        "clawed_back": "34", "adjusted": "-1", "debt": "34", "absorbed": "0",
    },
}  # fmt: skip
LOT = {
    "lot": 1, "store": "=cmd", "order_id": "@SUM(A1)", "line_no": 1, "category": "purchased",
    "currency": "EUR", "unit_price": "0.10", "expires_at": None, "opening": "500", "granted": "0",
    "credited_back": "0", "captured": "500", "expired": "0", "clawed_back": "0", "adjusted": "0",
    "debt": "0", "closing": "0", "left": "0", "owes": "0",
    "values": {
        "currency": "EUR", "deferred": "0", "earned": "50", "expired": "0", "clawed_back": "0",
    },
}  # fmt: skip


@given(st.text())
def test_text_of_others_never_begins_a_formula(text: str) -> None:
    shown = plain(text)

    assert shown is not None
    assert not shown.lstrip(" ").startswith(FORMULA)
    assert shown.removeprefix("'") == text.removeprefix("'")


def test_rows_read_back_as_they_were_written() -> None:
    stream = io.StringIO()
    write_row(stream, [None, True, 'a "b", c\nd', "-34"])

    assert list(csv.reader(io.StringIO(stream.getvalue()))) == [
        ["", "true", 'a "b", c\nd', "-34"],
    ]


@given(st.lists(st.text(), min_size=2))
def test_no_text_of_others_begins_a_row_of_its_own(cells: list[str]) -> None:
    stream = io.StringIO(newline="")
    write_row(stream, cells)

    assert list(csv.reader(io.StringIO(stream.getvalue(), newline=""))) == [cells]


def test_the_columns_of_a_statement_are_the_same_for_every_line() -> None:
    person = {"account_id": "0193f000-0000-7000-8000-000000000001", "role": "MEMBER", "used": "5"}
    rows = [
        columns.total(STATEMENT),
        columns.of_values(STATEMENT, LOT["values"]),  # type: ignore[arg-type]  # a dict in a dict
        columns.of_lot(STATEMENT, LOT),
        columns.of_person(STATEMENT, person),
    ]

    lines = [dict(zip(columns.COLUMNS, row, strict=True)) for row in rows]
    assert [line["section"] for line in lines] == ["total", "value", "lot", "person"]
    assert [line["captured"] for line in lines] == ["500", None, "500", "5"]
    assert (lines[0]["opening"], lines[0]["closing"]) == ("500", "-34")
    assert (lines[0]["left"], lines[0]["owes"]) == ("2", "36")
    assert (lines[2]["store"], lines[2]["order_id"]) == ("'=cmd", "'@SUM(A1)")
    assert lines[1]["value_earned"] == lines[2]["value_earned"] == "50"


def test_columns_are_only_ever_added_at_the_end() -> None:
    assert columns.COLUMNS[:6] == ("period", "zone", "starts", "ends", "closed", "section")
    assert columns.COLUMNS[28:] == ("expires_at", "left", "owes")
