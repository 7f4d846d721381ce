"""Hashes of effects: what is the same, and what cannot be compared."""

from services.credit_ledger.rules.effects import VERSION_BITS, is_same

FIRST, SECOND = 1 << VERSION_BITS, 2 << VERSION_BITS


def test_two_hashes_of_one_recipe_are_the_same_when_they_are_equal() -> None:
    assert is_same(FIRST | 7, FIRST | 7)
    assert not is_same(FIRST | 7, FIRST | 8)
    assert not is_same(SECOND | 7, SECOND | 8)


def test_what_was_remembered_under_an_older_recipe_is_taken_as_the_same() -> None:
    assert is_same(FIRST | 7, SECOND | 8)
