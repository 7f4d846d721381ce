"""Where `coffer tail` starts and how it writes a fact."""

from datetime import UTC, datetime

import pytest

from deploy.operator.tail.offset import read_offset
from deploy.operator.tail.stream import line_of


def test_start_is_a_word_an_offset_or_a_time() -> None:
    assert read_offset("first") == "first"
    assert read_offset("1200") == 1200
    assert read_offset("2026-01-31T12:00:00Z") == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "-1", "2026-01-31T12:00:00"])
def test_start_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="none of first, last, next, and no offset or time"):
        read_offset(text)


def test_fact_is_one_line_with_its_place_in_the_stream() -> None:
    body = b'{"time":"2026-01-31T12:00:00Z","subject":"s","sequence":3,"data":{"a":"1\\n2"}}'

    line = line_of(42, "credit_ledger.hold.released", body)

    assert line == ('      42 2026-01-31T12:00:00Z credit_ledger.hold.released s#3 {"a":"1\\n2"}')
