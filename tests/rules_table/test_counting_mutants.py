"""Nine of ten mutants must die, and only a dead one counts."""

import pytest

from tests.rules_table.mutants import tally

NOBODY = dict.fromkeys(
    ("killed", "timeout", "survived", "no_tests", "suspicious", "segfault", "skipped"), 0
)


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({"killed": 7, "timeout": 2, "no_tests": 1}, "9 killed, 1 alive, 10 tried of 10: 90.0%"),
        ({"suspicious": 1, "segfault": 1}, "0 killed, 2 alive, 2 tried of 2: 0.0%"),
        ({"killed": 9, "skipped": 5}, "9 killed, 0 alive, 9 tried of 14: 100.0%"),
    ],
)
def test_a_mutant_is_dead_when_a_test_failed_or_hung(counts: dict[str, int], line: str) -> None:
    assert counted(**counts)[0] == line


def test_nine_of_ten_mutants_must_be_killed() -> None:
    assert counted(killed=90, survived=10)[1]
    assert not counted(killed=899, survived=101)[1]


def test_no_mutants_at_all_are_not_enough() -> None:
    assert not counted()[1]


def counted(**counts: int) -> tuple[str, bool]:
    return tally({**NOBODY, **counts, "total": sum(counts.values())})
