"""Files of authorizations to try: read whole, or refused with the line and the field."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.operator.dry_run.reading import ERRORS_MAX, Read, read
from shared.contracts.credits import LINES_MAX
from shared.contracts.refusals import RefusalCode

# The same in every run, for tests are named after what they read.
BEN, LARKSPUR, OTHER = (UUID(f"01900000-0000-7000-8000-00000000000{number}") for number in range(3))


def test_a_csv_file_and_json_lines_say_the_same() -> None:
    table = f"account_id,amount,job,max_credits\n{BEN},2.5,J1,40\n\n{BEN},1,,\n"
    lines = [
        json.dumps({"account_id": str(BEN), "amount": "2.5", "job": "J1", "max_credits": "40"}),
        "",
        json.dumps({"account_id": str(BEN), "amount": "1"}),
    ]

    [from_csv] = read(table.encode(), LARKSPUR).batches.values()
    [from_json] = read("\n".join(lines).encode(), LARKSPUR).batches.values()

    assert from_csv.tried == from_json.tried
    assert [one.amount for one in from_csv.tried] == [2_500_000, 1_000_000]
    assert (from_csv.lines, from_json.lines) == ([2, 4], [1, 3])


def test_lines_of_several_wallets_are_tried_each_on_its_own() -> None:
    table = f"\ufeffowner,account_id,amount\n{OTHER},{BEN},1\n,{BEN},2\n{OTHER},{BEN},3\n"

    found = read(table.encode(), LARKSPUR)

    assert amounts_of(found) == {OTHER: [1_000_000, 3_000_000], LARKSPUR: [2_000_000]}


@pytest.mark.parametrize(
    ("content", "code", "about"),
    [
        (f"account_id,amount\n{BEN},-1\n", RefusalCode.INVALID_AMOUNT, "amount: "),
        (f"account_id,amount\n{BEN},1e3\n", RefusalCode.INVALID_AMOUNT, "amount: "),
        ("account_id,amount\nBen,1\n", RefusalCode.MALFORMED, "account_id: "),
        (f"account_id\n{BEN}\n", RefusalCode.INVALID_AMOUNT, "amount: "),
        (f"account_id,amount,nodes\n{BEN},1,2\n", RefusalCode.UNKNOWN_FIELD, "nodes: "),
        (f"account_id,amount,amount\n{BEN},1,2\n", RefusalCode.MALFORMED, "amount: is said twice"),
        (f"account_id,amount\n{BEN},1,2\n", RefusalCode.MALFORMED, "line: has more cells"),
        (f'account_id,amount\n{BEN},"1\n', RefusalCode.MALFORMED, "line: "),
        (f"account_id,amount,max_credits\n{BEN},1,2\n", RefusalCode.MALFORMED, "max_credits: "),
        ('{"account_id": 1, "amount": "1"}', RefusalCode.MALFORMED, "account_id: "),
        ('{"account_id": }', RefusalCode.MALFORMED, ""),
        (f'{{"account_id": "{BEN}", "amount": 1}}', RefusalCode.INVALID_AMOUNT, "amount: "),
        ("", RefusalCode.MALFORMED, "file: "),
        ("account_id,amount\n", RefusalCode.MALFORMED, "file: "),
    ],
)
def test_bad_input_is_refused_with_a_code_and_the_field(
    content: str, code: RefusalCode, about: str
) -> None:
    [wrong] = read(content.encode(), LARKSPUR).wrong

    assert wrong.code == code
    assert about in wrong.message


def test_every_bad_line_is_named_up_to_a_limit() -> None:
    few = f"account_id,amount\n{BEN},x\n{BEN},1\n{BEN},y\n"
    many = "account_id,amount\n" + f"{BEN},x\n" * 500

    assert [wrong.line for wrong in read(few.encode(), LARKSPUR).wrong] == [2, 4]
    assert len(read(many.encode(), LARKSPUR).wrong) == ERRORS_MAX


def test_more_lines_than_are_tried_at_once_are_too_many() -> None:
    table = "account_id,amount\n" + f"{BEN},1\n" * (LINES_MAX + 1)

    [wrong] = read(table.encode(), LARKSPUR).wrong

    assert (wrong.code, wrong.line) == (RefusalCode.TOO_LARGE, LINES_MAX + 2)


def test_a_line_without_an_owner_needs_one_from_the_command() -> None:
    table = f"account_id,amount\n{BEN},1\n".encode()

    assert read(table, LARKSPUR).wrong == []
    assert read(table, None).wrong[0].message.startswith("owner: ")


def test_what_is_not_utf8_names_its_line() -> None:
    [wrong] = read(b"account_id,amount\n\xff,1\n", LARKSPUR).wrong

    assert (wrong.line, wrong.code) == (2, RefusalCode.MALFORMED)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_content_is_taken_in_silence(content: bytes) -> None:
    found = read(content, LARKSPUR)

    assert found.wrong or amounts_of(found)


@given(st.text(max_size=120).filter(lambda text: "\x00" not in text and text.isascii()))
def test_a_job_is_read_as_it_was_written(job: str) -> None:
    line = json.dumps({"account_id": str(BEN), "amount": "1", "job": job}).encode()

    [batch] = read(line, LARKSPUR).batches.values()

    assert batch.tried[0].job == job


def amounts_of(found: Read) -> dict[UUID, list[int]]:
    return {owner: [one.amount for one in b.tried] for owner, b in found.batches.items()}
