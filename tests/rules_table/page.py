"""The page itself: every promise, its status and its tests; the same run writes the same page."""

from collections.abc import Mapping
from enum import IntEnum

from tests.rules_table.sentences import KINDS, proven_by, sentences

INTRODUCTION = """\
# Rules

What Coffer promises, and the tests that prove it. A promise is proven when tests carry its number
in their names and each of them that belongs to the run passed in it; a skipped one did not. Written
by `make rules-table` from `tests/rules_table/rules.toml` and a run of the tests.
"""
HEADLINES = {
    "R": "## Rules\n\nWho may do what.",
    "T": "## Transitions\n\nWhat happens when states meet: races, repeats, late and lost messages.",
    "I": "## Invariants\n\nWhat holds at every committed instant.",
    "A": "## Settlements\n\nHow open questions about the rules are settled.",
}


class Outcome(IntEnum):
    """How a test ended; of many, the worst counts, which is the largest."""

    LEFT_OUT = 0
    PASSED = 1
    NOT_RUN = 2
    SKIPPED = 3
    FAILED = 4


STATUS = {
    None: "not yet proven",
    Outcome.LEFT_OUT: "not yet proven, its tests were left out of this run",
    Outcome.PASSED: "proven",
    Outcome.NOT_RUN: "not proven, a test did not run",
    Outcome.SKIPPED: "not proven, a test was skipped",
    Outcome.FAILED: "not proven, a test failed",
}
Proofs = dict[str, dict[str, Outcome]]


def page(cases: Mapping[str, Outcome]) -> str:
    """The whole page from what each case, named by its node id, came to."""
    proofs = _proofs(cases)
    parts = [INTRODUCTION, _summary(proofs)]
    for letter, headline in HEADLINES.items():
        parts.append(f"{headline}\n")
        parts += [_entry(number, proofs[number]) for number in proofs if number[0] == letter]
    return "\n".join(parts)


def _proofs(cases: Mapping[str, Outcome]) -> Proofs:
    """Tests by the number they prove; the cases of a parametrized one count as one test."""
    proofs: Proofs = {number: {} for number in sentences()}
    for case, outcome in sorted(cases.items()):
        test = case.partition("[")[0]
        for number in proven_by(test.rpartition("::")[2]):
            if number in proofs:
                tests = proofs[number]
                tests[test] = max(outcome, tests.get(test, outcome))
    return proofs


def _status(tests: Mapping[str, Outcome]) -> Outcome | None:
    return max(tests.values(), default=None)


def _summary(proofs: Proofs) -> str:
    proven = [number for number, tests in proofs.items() if _status(tests) == Outcome.PASSED]
    of_each_kind = (
        f"{_count(letter, proven)} of {_count(letter, proofs)} {kind}"
        for letter, kind in KINDS.items()
    )
    return f"**{len(proven)} of {len(proofs)} proven**: {', '.join(of_each_kind)}.\n"


def _count(letter: str, numbers: list[str] | Proofs) -> int:
    return sum(number[0] == letter for number in numbers)


def _entry(number: str, tests: Mapping[str, Outcome]) -> str:
    lines = [f"### {number}\n", sentences()[number], f"\nStatus: {STATUS[_status(tests)]}\n"]
    lines += [f"- `{test}`{_remark(outcome)}" for test, outcome in tests.items()]
    return "\n".join(lines) + ("\n" if tests else "")


def _remark(outcome: Outcome) -> str:
    spoken = outcome.name.lower().replace("_", " ")
    return "" if outcome == Outcome.PASSED else f" ({spoken})"
