"""Numbers in names of tests are numbers of promises, and docs/rules.md lists every promise."""

from tests.rules_table.sentences import mentioned_in, proven_by, sentences
from tests.tidy.sources import ROOT, functions, python


def test_the_number_in_a_tests_name_is_that_of_a_promise() -> None:
    unknown = [
        f"{where}: {number}"
        for where, name in names_of_tests()
        for number in {*proven_by(name), *mentioned_in(name)} - sentences().keys()
    ]

    assert unknown == []


def test_a_number_stands_at_the_head_of_a_tests_name() -> None:
    """Anywhere else it would look like a proof and count for nothing."""
    misplaced = [
        f"{where} {name}"
        for where, name in names_of_tests()
        if set(mentioned_in(name)) != set(proven_by(name))
    ]

    assert misplaced == []


def test_the_page_of_rules_lists_every_promise() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    missing = [
        number for number, text in sentences().items() if f"### {number}\n\n{text}\n" not in page
    ]

    assert missing == [], "stale: run `make rules-table`"


def names_of_tests() -> list[tuple[str, str]]:
    return [
        (source.at(function.lineno), function.name)
        for source in python("tests")
        for function in functions(source)
        if function.name.startswith("test_")
    ]
