"""A mutant that lives is told by what it changes, and a page says why no test can tell."""

from tests.rules_table.survivors import Change, explained, read, unexplained

OR_ELSE = Change("draws.join", "return first or second | 1", "return first and second | 1")
PAGE = r"""
# Mutants

| function | instead of | reads | why no test can tell |
|---|---|---|---|
| `draws.join` | `return first or second \| 1` | `return first and second \| 1` | one is empty |
| `draws.split` | `a` | `` | |
"""


def test_a_mutant_is_read_from_its_diff_with_each_side_as_one_line() -> None:
    diff = "--- a.py\n+++ a.py\n@@ -1,4 +1,3 @@\n def f(\n-    a,\n-    b\n+    a\n )"

    assert read("draws.f", diff) == Change("draws.f", "a, b", "a")


def test_the_row_that_is_asked_for_explains_it_once_it_has_a_reason() -> None:
    [row] = unexplained([OR_ELSE], "")

    assert explained(row) == set()
    assert explained(row.removesuffix(" |") + " because |") == {OR_ELSE}


def test_a_row_without_a_reason_explains_nothing() -> None:
    assert explained(PAGE) == {OR_ELSE}


def test_only_what_the_page_does_not_explain_is_asked_for_and_once() -> None:
    other = OR_ELSE._replace(after="return second or first | 1")

    assert unexplained([OR_ELSE, other, other], PAGE) == [other.as_row()]
