"""How much somebody can spend now, and the one limit that binds first (R53)."""

import pytest

from services.portal.spendable import WORDS, Why, spendable_of


def an_access(mode: str = "quota", **changes: object) -> dict[str, object]:
    valid = {"mode": mode, "limit": "120", "remaining": "36", "over_quota": False}
    return {**valid, **changes}


CASES: tuple[tuple[dict[str, object] | None, dict[str, object], int, Why], ...] = (
    (None, {}, 0, "off"),
    (an_access("disabled"), {}, 0, "off"),
    (an_access(), {"invited": True}, 0, "invited"),
    (an_access(), {"removing": True, "debt": 5}, 0, "removing"),
    (an_access("unlimited"), {"debt": 34_000_000}, 0, "owes"),
    (an_access(over_quota=True, remaining="0"), {}, 0, "over_quota"),
    (an_access(), {}, 36_000_000, "quota"),
    (an_access(), {"available": 6_000_000}, 6_000_000, "pool"),
    (an_access("unlimited"), {}, 100_000_000, "pool"),
    (an_access(over_quota=True), {"observe": True}, 100_000_000, "pool"),
)


@pytest.mark.parametrize(("access", "around", "amount", "why"), CASES)
def test_R53_the_first_limit_that_binds_is_the_one_that_is_named(
    access: dict[str, object] | None, around: dict[str, object], amount: int, why: Why
) -> None:
    pool: dict[str, object] = {"available": 100_000_000, "debt": 0, **around}

    spendable = spendable_of(access, **pool)  # type: ignore[arg-type]  # named by the case

    assert (spendable.amount, spendable.why) == (amount, why)
    assert spendable.words == WORDS[why]
    assert spendable.is_stuck == (amount == 0)
