"""The table of rules is true to the run that wrote it."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules_table.sentences import mentioned_in, proven_by, sentences

pytestmark = pytest.mark.verify
ROOT = Path(__file__).parents[2]
TESTS = '''
import pytest

def test_R1_T2_two_promises_kept_at_once(): pass
def test_R2_a_promise_broken(): raise AssertionError
def test_R2_the_same_promise_kept_elsewhere(): pass
def test_R3_a_promise_nobody_looked_at(): pytest.skip("no time")
@pytest.mark.parametrize("each", [1, 2])
def test_R4_all_cases_keep_it(each): pass
@pytest.mark.parametrize("each", [1, 2])
def test_R5_one_case_breaks_it(each): assert each == 1
@pytest.mark.xfail(reason="known")
def test_R6_a_promise_known_to_be_broken(): raise AssertionError
@pytest.mark.long
def test_R7_a_promise_left_out(): pass
@pytest.mark.long
def test_R1_more_of_the_same_left_out(): pass
@pytest.fixture
def leaky():
    yield
    raise AssertionError
def test_R8_a_promise_broken_by_what_follows(leaky): pass
class TestR9:
    def test_R9_R10_in_a_class(self): pass
def test_a_promise_without_a_number():
    """R11 in a docstring proves nothing."""
def test_a_number_R12_past_the_head(): pass
'''
PROVEN = "proven"
STATUS = {
    "R1": PROVEN,
    "T2": PROVEN,
    "R2": "not proven, a test failed",
    "R3": "not proven, a test was skipped",
    "R4": PROVEN,
    "R5": "not proven, a test failed",
    "R6": "not proven, a test was skipped",
    "R7": "not yet proven, its tests were left out of this run",
    "R8": "not proven, a test failed",
    "R9": PROVEN,
    "R10": PROVEN,
    "R11": "not yet proven",
    "R12": "not yet proven",
}


def written(folder: Path, tests: str, options: str = "") -> str:
    """The page after a run of these tests, in a project of their own; empty when there is none."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = long: takes long\n")
    (folder / "test_promises.py").write_text(tests)
    table = folder / "rules.md"
    where = f"--rootdir {folder} -c {folder}/pytest.ini -p no:cacheprovider {folder}"
    asked = f"-p tests.rules_table.plugin --rules-table {table} -m 'not long' {options}"
    subprocess.run(
        [sys.executable, "-m", "pytest", *shlex.split(f"{where} {asked}")],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return table.read_text() if table.exists() else ""


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(tmp_path_factory.mktemp("promises"), TESTS)


@pytest.mark.parametrize(("number", "status"), STATUS.items())
def test_a_promise_is_proven_when_all_its_tests_passed(
    table: str, number: str, status: str
) -> None:
    entry = table.partition(f"### {number}\n")[2].partition("\n##")[0]

    assert f"\nStatus: {status}\n" in entry
    assert sentences()[number] in entry


def test_a_parametrized_test_is_named_once(table: str) -> None:
    assert table.count("test_R4_all_cases_keep_it") == 1


def test_a_test_that_did_not_pass_is_marked(table: str) -> None:
    assert "- `test_promises.py::test_R2_a_promise_broken` (failed)\n" in table
    assert "- `test_promises.py::test_R2_the_same_promise_kept_elsewhere`\n" in table
    assert "- `test_promises.py::TestR9::test_R9_R10_in_a_class`\n" in table
    assert "- `test_promises.py::test_R1_more_of_the_same_left_out` (left out)\n" in table


def test_the_top_counts_what_is_proven(table: str) -> None:
    assert "**5 of 120 proven**: 4 of 53 rules, 1 of 34 transitions, 0 of 12 invari" in table


def test_the_same_outcomes_write_the_same_page(table: str, tmp_path: Path) -> None:
    assert written(tmp_path, TESTS, "-p no:randomly") == table


def test_a_run_that_stopped_proves_nothing_it_did_not_reach(tmp_path: Path) -> None:
    stopped = written(tmp_path, TESTS, "-p no:randomly -x")

    assert "test_R4_all_cases_keep_it` (not run)" in stopped


def test_a_run_that_could_not_collect_writes_no_page(tmp_path: Path) -> None:
    assert written(tmp_path, "import nothing_of_this_name") == ""


def test_only_the_head_of_a_name_proves() -> None:
    name = "test_T14_R53_the_last_one_of_R52_wins"

    assert proven_by(name) == ("T14", "R53")
    assert mentioned_in(name) == ("T14", "R53", "R52")
