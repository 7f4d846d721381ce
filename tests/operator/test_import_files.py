"""Files of opening balances: read row by row, each bad one named with its column."""

import json
from collections import Counter
from uuid import UUID

import pytest

from deploy.operator.importing.command import summary_of, text_of
from deploy.operator.importing.reading import Balance, Row, UnreadableError, Wrong, read
from deploy.operator.importing.sending import Sent
from shared.contracts.refusals import RefusalCode

# The same in every run, for tests are named after what they read.
OWNER = UUID("01900000-0000-7000-8000-000000000000")
HEADER = "owner,reference,credits,category,expires_at,currency,unit_price,note,owner_kind"


def rows_of(*lines: str, header: str = HEADER) -> list[Row]:
    return read("\n".join((header, *lines)).encode())


def test_a_row_is_read_with_all_its_columns() -> None:
    [row] = rows_of(
        f'{OWNER},old-1,12.5,promo,2027-01-31T00:00:00Z,EUR,0.10,"moved, by hand",account'
    )

    balance = row.read
    assert isinstance(balance, Balance)
    assert (row.number, balance.owner, balance.credits) == (2, OWNER, 12_500_000)
    assert (balance.category, balance.note) == ("promo", "moved, by hand")
    assert balance.owner_kind == "account"


def test_empty_cells_and_absent_columns_are_left_out() -> None:
    [full] = rows_of(f"{OWNER},old-1,1,,,,,,")
    [short] = rows_of(f"old-1,1,{OWNER}", header="reference, credits, owner")

    assert full.read == short.read
    assert isinstance(full.read, Balance)
    assert (full.read.category, full.read.expires_at) == ("purchased", None)


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (f"{OWNER},old-1,-1,,,,,,", RefusalCode.INVALID_AMOUNT, "credits"),
        (f"{OWNER},old-1,1e3,,,,,,", RefusalCode.INVALID_AMOUNT, "credits"),
        (f"{OWNER},old-1,,,,,,,", RefusalCode.INVALID_AMOUNT, "credits"),
        (f"{OWNER},,1,,,,,,", RefusalCode.MALFORMED, "reference"),
        ("larkspur,old-1,1,,,,,,", RefusalCode.MALFORMED, "owner"),
        (f"{OWNER},old-1,1,gift,,,,,", RefusalCode.MALFORMED, "category"),
        (f"{OWNER},old-1,1,,tomorrow,,,,", RefusalCode.MALFORMED, "expires_at"),
        (f"{OWNER},old-1,1,,,euro,,,", RefusalCode.MALFORMED, "currency"),
        (f"{OWNER},old-1,1", RefusalCode.MALFORMED, "row"),
    ],
)
def test_a_bad_row_names_its_column_and_spoils_no_other(
    line: str, code: RefusalCode, column: str
) -> None:
    bad, good = rows_of(line, f"{OWNER},old-2,1,,,,,,")

    assert isinstance(good.read, Balance)
    assert isinstance(bad.read, Wrong)
    assert bad.read.code == code
    assert bad.read.message.startswith(f"{column}: ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no row"),
        (b"owner,reference,credits\n", "no row"),
        (b"owner,reference,credits,tip\na,b,1,2\n", "unknown_field: no column is called 'tip'"),
        (b"owner,credits\na,1\n", "the header needs owner, reference, credits"),
        (b"owner,reference,credits,credits\na,b,1,1\n", "each name once"),
        (b"owner,reference,credits\na,\xff,1\n", "line 2 is not UTF-8"),
        (b'owner,reference,credits\na,"b,1\n', "line 2"),
    ],
)
def test_a_file_that_is_no_table_of_balances_is_not_sent(content: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        read(content)


def test_each_row_says_what_became_of_it() -> None:
    row = Row(7, Wrong(RefusalCode.MALFORMED, "owner: is none"))

    assert text_of(Sent(row, wrong=Wrong(RefusalCode.OPERATOR_REQUIRED, "only an operator"))) == (
        "row 7: operator_required: only an operator"
    )
    assert text_of(Sent(row, result={"lot": 3, "amount": "12.5"})) == "row 7: lot 3, 12.5 credits"
    assert text_of(Sent(row)) == "row 7: no answer; send the file again"
    assert text_of(Sent(row, result={"lot": 3, "amount": "1"}), as_json=True) == (
        '{"row": 7, "lot": 3, "amount": "1", "repeated": false, "accepted": true}'
    )


def test_what_is_there_already_is_told_apart() -> None:
    row = Row(7, Wrong(RefusalCode.MALFORMED, "owner: is none"))
    again = Sent(row, result={"lot": 3, "amount": "1", "repeated": True})
    first = Sent(row, result={"lot": 4, "amount": "1"})
    counts = Counter(sent.outcome for sent in (again, first, again, Sent(row)))

    assert text_of(again) == "row 7: already there, lot 3, 1 credits"
    assert json.loads(text_of(again, as_json=True))["repeated"] is True
    assert json.loads(text_of(first, as_json=True))["repeated"] is False
    assert summary_of(counts) == "4 rows: 1 imported, 2 already there, 1 unanswered"
