"""What is promised, by number, and which numbers the name of a test carries."""

import re
import tomllib
from functools import cache
from pathlib import Path
from textwrap import fill

KINDS = {"R": "rules", "T": "transitions", "I": "invariants", "A": "settlements"}
PROMISES = Path(__file__).with_name("rules.toml")
WIDTH = 100
HEAD = re.compile(r"test_((?:[A-Z]\d+_)+)")
NUMBER = re.compile(rf"(?<=_)[{''.join(KINDS)}]\d+(?=_|$)")


@cache
def sentences() -> dict[str, str]:
    """Every promise by its number, rules first, in the order of the numbers; wrapped to a page."""
    kept = tomllib.loads(PROMISES.read_text(encoding="utf-8"))
    promises = {number: text for kind in KINDS.values() for number, text in kept[kind].items()}
    return {number: _wrapped(promises[number]) for number in sorted(promises, key=_order)}


def proven_by(name: str) -> tuple[str, ...]:
    """The numbers at the head of a test's name: those it proves."""
    head = HEAD.match(name)
    return tuple(head[1].rstrip("_").split("_")) if head else ()


def mentioned_in(name: str) -> tuple[str, ...]:
    """The numbers anywhere in a test's name; past its head they prove nothing."""
    return tuple(NUMBER.findall(name))


def _wrapped(text: str) -> str:
    return fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


def _order(number: str) -> tuple[int, int]:
    return tuple(KINDS).index(number[0]), int(number[1:])
