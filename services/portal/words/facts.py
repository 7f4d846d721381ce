"""What a refusal itself tells, as facts that the words can be filled with."""

from collections.abc import Callable, Mapping

from shared.contracts.message import Limit, Refused
from shared.contracts.money import format_credits, parse_credits

# Which facts the value of a limit and what was left of it are, by the limit's name.
NAMES: Mapping[str, tuple[str, str]] = {
    "quota": ("limit", "left"),
    "pool": ("available", "available"),
    "debt": ("debt", ""),
    "job": ("cap", "left"),
    "seats": ("n", ""),
    "product": ("product", ""),
    "lease_until": ("until", ""),
}
AMOUNTS = {"limit", "left", "available", "debt", "cap"}
Money = Callable[[str], str]
Moment = Callable[[str], str]


def facts_of(
    refused: Refused, *, money: Money, moment: Moment, need: str | None = None
) -> dict[str, str]:
    """Name what a refusal tells; `need` is what was asked for, as a decimal string of credits."""
    told = {} if refused.limit is None else _told(refused.limit)
    facts = {name: money(value) if name in AMOUNTS else value for name, value in told.items()}
    if "until" in facts:
        facts["until"] = moment(facts["until"])
    if need is not None:
        facts |= {"need": money(need), "need_plain": need}
        facts |= _shortfall(told, need, money)
    return facts


def _told(limit: Limit) -> dict[str, str]:
    value, left = NAMES.get(limit.name, ("", ""))
    told = {value: limit.value, left: limit.left}
    return {name: text for name, text in told.items() if name and text is not None}


def _shortfall(told: Mapping[str, str], need: str, money: Money) -> dict[str, str]:
    left = told.get("left", told.get("available"))
    if left is None:
        return {}
    short = parse_credits(need) - parse_credits(left)
    if short <= 0:
        return {}
    return {"short": money(format_credits(short)), "short_plain": format_credits(short)}
