"""Which files are a table of bulk actions, and what is read of each row (T34)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bulk.results import Result, failed_rows
from shared.bulk.table import ROWS_MAX, Row, UnreadableError, example, read, sheet_of
from shared.bulk.wishes import Access, Add, Assign, Remove, Revoke, Wrong
from shared.contracts.refusals import RefusalCode

HEADER = "action,email,role,product,mode,limit,period\n"
BEN = "ben@studio.example"


def only(text: str) -> Row:
    [row] = read((HEADER + text).encode())
    return row


def reason(content: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        read(content)
    return str(caught.value)


def test_T34_the_template_reads_as_one_wish_of_each_kind() -> None:
    wishes = [row.wish for row in read(example().encode())]

    assert [type(wish) for wish in wishes] == [Add, Assign, Access, Revoke, Remove]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_T34_what_spreadsheets_save_is_read(separator: str, encoding: str, ending: str) -> None:
    text = f"Action,Email,Product\nassign,{BEN},Lumen für Max\n"

    [row] = read(text.replace(",", separator).replace("\n", ending).encode(encoding))

    assert row.wish == Assign(action="assign", email=BEN, product="Lumen für Max")


@pytest.mark.parametrize(
    ("encoding", "separator", "taken_for"),
    [
        ("utf-8", ",", "comma, UTF-8"),
        ("utf-8-sig", ";", "semicolon, UTF-8"),
        ("utf-16", "\t", "tab, UTF-16"),
        ("cp1252", ";", "semicolon, Windows-1252"),
    ],
)
def test_T34_it_is_told_how_a_file_was_read(encoding: str, separator: str, taken_for: str) -> None:
    text = f"action,email,product\nassign,{BEN},Lumen für Max\n".replace(",", separator)

    [row] = read(text.encode(encoding))

    assert row.wish == Assign(action="assign", email=BEN, product="Lumen für Max")
    assert sheet_of(text.encode(encoding)).taken_for == taken_for


def test_T34_no_text_at_all_is_refused() -> None:
    content = HEADER.encode() + b"add,\x81\x8d@studio.example,MEMBER,,,,\n"

    assert reason(content) == (
        "malformed: this is no text that we can read; save the table as CSV UTF-8"
    )


def test_T34_columns_go_by_the_words_that_people_use() -> None:
    [row] = read(f"Do;E-mail;Access;Quota;Every\naccess;{BEN};quota;120;month\n".encode())

    assert isinstance(row.wish, Access)
    assert row.wish.email == BEN


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (HEADER.encode() + b"add,ben@studio.example,MEM", "does not end"),
        (HEADER.encode() + b'add,"ben@studio.example,MEMBER,,,,\n', "line 2"),
        (HEADER.encode(), "no row"),
        (b"", "does not end"),
        (b"PK\x03\x04\x00\x00 a workbook\n", "binary"),
        (b"action,phone\nadd,b@x.y\n", "unknown_field: no column is called 'phone'"),
        (b"action,role\nadd,MEMBER\n", "needs action and email"),
        (b"action,email,email\nadd,b@x.y,b@x.y\n", "each name once"),
        (b"action,email\n" + b"remove,b@x.y\n" * (ROWS_MAX + 1), "too_large: more than 5,000"),
        (b"x" * 5_000_001, "too_large: the file has more than 5,000,000 bytes"),
    ],
)
def test_T34_a_file_that_is_no_whole_table_changes_nothing(content: bytes, word: str) -> None:
    assert word in reason(content)


@pytest.mark.parametrize(
    ("cells", "code", "message"),
    [
        (f"fly,{BEN},,,,,", "malformed", "action: is add"),
        ("add,ben,MEMBER,,,,", "malformed", "email: is no e-mail address like ben@studio.example"),
        ("add,b@,MEMBER,,,,", "malformed", "email: is no e-mail address like ben@studio.example"),
        ("remove,,,,,,", "malformed", "email: is missing"),
        (f"add,{BEN},,,,,", "malformed", "role: is missing"),
        (f"add,{BEN},{'M' * 41},,,,", "malformed", "role: is longer than 40 characters"),
        (f"assign,{BEN},,,,,", "malformed", "product: is missing"),
        (f"remove,{BEN},MEMBER,,,,", "unknown_field", "role: does not go with this action"),
        (f"access,{BEN},,,quota,,", "invalid_quota", "limit: "),
        (f"access,{BEN},,,quota,0,", "invalid_quota", "limit: "),
        (f"access,{BEN},,,quota,1e3,", "invalid_quota", "limit: "),
        (f"access,{BEN},,,quota,0.0000001,", "invalid_quota", "limit: "),
        (f"access,{BEN},,,unlimited,5,", "invalid_quota", "limit: "),
        (f"access,{BEN},,,quota,5,year", "malformed", "period: is none of 'day', "),
        (f"access,{BEN},,,some,,", "malformed", "mode: is none of 'disabled', "),
        ("add,=cmd()@x.y,MEMBER,,,,", "malformed", "email: begins like a formula"),
        (f"assign,{BEN},,+Lumen,,,", "malformed", "product: begins like a formula"),
        (f"access,{BEN},,,quota,-5,", "malformed", "limit: begins like a formula"),
        (f"add,{BEN}", "malformed", "row: has 2 cells, the header 7"),
    ],
)
def test_T34_a_bad_row_is_named_with_its_column(cells: str, code: str, message: str) -> None:
    wrong = only(cells + "\n").wish

    assert isinstance(wrong, Wrong)
    assert wrong.code == code
    assert wrong.message.startswith(message)


def test_T34_amounts_are_microcredits() -> None:
    wish = only(f"access,{BEN},,,Quota,0.25,Month\n").wish

    assert isinstance(wish, Access)
    assert (wish.mode, wish.limit, wish.period) == ("quota", 250_000, "month")


def test_T34_a_row_that_repeats_what_was_asked_last_points_to_it() -> None:
    lines = f"remove,{BEN},\nREMOVE,Ben@Studio.example,\nadd,{BEN},GUEST\nremove,{BEN},\n"
    rows = read(f"action,email,role\n{lines}".encode())

    assert [row.same_as for row in rows] == [None, 2, None, None]


def test_T34_failed_rows_are_a_table_that_can_be_sent_again() -> None:
    row = only(f"assign,{BEN},,Lumen for Max,,,\n")
    refused = Wrong(RefusalCode.NO_SEAT_AVAILABLE, "no seat, for now")

    again = failed_rows([Result(row, "refused", refused), Result(row, "done")])

    assert again.splitlines()[1] == (
        f'assign,{BEN},,Lumen for Max,,,,2,no_seat_available,"no seat, for now"'
    )
    assert [one.wish for one in read(again.encode())] == [row.wish]


def test_T34_failed_rows_begin_no_formula() -> None:
    row = only("add,=cmd()@x.y,MEMBER,,,,\n")
    assert isinstance(row.wish, Wrong)

    assert "add,'=cmd()@x.y,MEMBER" in failed_rows([Result(row, "refused", row.wish)])


@given(st.binary(max_size=300))
def test_T34_any_file_is_read_or_refused(content: bytes) -> None:
    try:
        rows = read(content)
    except UnreadableError as error:
        rows, said = (), str(error)
    else:
        said = "malformed: "

    assert rows or said.startswith(("malformed: ", "unknown_field: "))


@given(st.text(max_size=200))
def test_T34_any_text_under_a_header_is_rows_or_refused(text: str) -> None:
    try:
        rows = read((HEADER + text + "\n").encode("utf-8", "surrogatepass"))
    except UnreadableError:
        return
    assert all(row.line > 1 for row in rows)
