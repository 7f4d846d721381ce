"""How much a person can spend now, and the one limit that binds first (R53): pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from shared.contracts.money import parse_credits

Why = Literal["off", "invited", "owes", "over_quota", "quota", "pool", "removing"]
WORDS: dict[Why, str] = {
    "off": "access off",
    "invited": "not signed up yet",
    "removing": "being removed",
    "owes": "the pool owes credits",
    "over_quota": "over quota",
    "quota": "limited by quota",
    "pool": "limited by pool",
}


@dataclass(frozen=True)
class Spendable:
    """What somebody can spend of a pool now, in microcredits, and what keeps it from being more."""

    amount: int
    why: Why

    @property
    def words(self) -> str:
        return WORDS[self.why]

    @property
    def is_stuck(self) -> bool:
        """Whether nothing can be spent at all."""
        return self.amount == 0


def spendable_of(
    access: Mapping[str, Any] | None,
    *,
    available: int,
    debt: int,
    invited: bool = False,
    removing: bool = False,
    observe: bool = False,
) -> Spendable:
    """Tell it from a row of `ListCreditAccess` and what the pool has; the first that binds wins."""
    if removing:
        return Spendable(0, "removing")
    if access is None or access["mode"] == "disabled":
        return Spendable(0, "off")
    if invited:
        return Spendable(0, "invited")
    if debt:
        return Spendable(0, "owes")
    if access["mode"] != "quota" or observe:
        return Spendable(available, "pool")
    if access["over_quota"]:
        return Spendable(0, "over_quota")
    left = parse_credits(access["remaining"])
    return Spendable(left, "quota") if left <= available else Spendable(available, "pool")
