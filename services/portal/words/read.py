"""Reads the catalogue of words: what a refusal says to whom, who can lift it, what to do now.

A text is one sentence or several; the first whose facts are all known is said, so that no page
ever shows a gap or a brace. The last one needs no fact.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from shared.contracts.refusals import RefusalCode

SeenBy = Literal["own", "administrator", "operator", "node"]
PROGRAM: SeenBy = "node"
Facts: TypeAlias = Mapping[str, str]
Text: TypeAlias = str | list[str]

ENGLISH = "en"
# Facts that are whole addresses; every other is quoted before it stands in one.
ADDRESSES = {"as_guest", "here", "store_url"}


@dataclass(frozen=True)
class Action:
    """One thing that can be done now, and where."""

    words: str
    href: str


@dataclass(frozen=True)
class Panel:
    """A refusal in words: what did not happen, which limit, who can change it, what to do now."""

    code: RefusalCode
    title: str
    sentence: str
    lifter: str
    actions: tuple[Action, ...]
    also: str = ""


@dataclass(frozen=True)
class Problem:
    """A refusal as programs are told of it: `title` is the same each time, `detail` is not."""

    title: str
    detail: str
    lifter: str


@dataclass(frozen=True)
class Words:
    """The catalogue of one language."""

    catalogue: Mapping[str, Any]

    def panel(
        self,
        code: RefusalCode,
        seen_by: SeenBy,
        facts: Facts,
        *,
        binding: tuple[RefusalCode, ...] = (),
    ) -> Panel:
        """Put a refusal into words for a viewer; `binding` are all the limits that bind."""
        told = self._told(code, seen_by)
        known = {**facts, "code": code.value}
        return Panel(
            code=code,
            title=f"{facts.get('failed') or self.label('failed')}: {said(told['title'], known)}",
            sentence=said(told["sentence"], known),
            lifter=said(self.catalogue["lifters"][told["lifter"]][seen_by], known),
            actions=self._actions(told[seen_by], known),
            also=self._also(code, seen_by, known, binding),
        )

    def problem(self, code: RefusalCode, facts: Facts) -> Problem:
        """Put a refusal into words for a program."""
        told = self._told(code, PROGRAM)
        return Problem(
            title=said(told["title"], {}),
            detail=said(told["sentence"], facts),
            lifter=said(self.catalogue["lifters"][told["lifter"]][PROGRAM], facts),
        )

    def call(self, name: str) -> str:
        """Say what is wrong with a call before any service is asked."""
        return said(self.catalogue["calls"][name], {})

    def label(self, name: str, **facts: str) -> str:
        """Say one of the short words of a page."""
        return said(self.catalogue["labels"][name], facts)

    def _told(self, code: RefusalCode, seen_by: SeenBy) -> dict[str, Any]:
        entry = self.catalogue["refusals"][code.value]
        return {**entry, **entry.get("said_to", {}).get(seen_by, {})}

    def _actions(self, names: list[str], facts: Facts) -> tuple[Action, ...]:
        actions = (self._action(name, facts) for name in names)
        # Two that lead to the explanation are one: each was left without its place.
        return tuple({action.href: action for action in reversed([*actions])}.values())[::-1]

    def _action(self, name: str, facts: Facts) -> Action:
        action = self.catalogue["actions"][name]
        href = self._place(action["to"], facts)
        if href is None:
            return self._action("explain", facts)
        return Action(said(action["words"], facts), href)

    def _place(self, name: str, facts: Facts) -> str | None:
        places = self.catalogue["places"]
        return filled(places[name], {key: _in_address(key, facts[key]) for key in facts})

    def _also(
        self, code: RefusalCode, seen_by: SeenBy, facts: Facts, binding: tuple[RefusalCode, ...]
    ) -> str:
        others = [self._told(other, seen_by)["title"] for other in binding if other != code]
        if not others:
            return ""
        return self.label("also", codes=", ".join(said(title, facts) for title in others))


def said(text: Text, facts: Facts) -> str:
    """Say the first of several sentences whose facts are all known."""
    sentence = filled(text, facts)
    if sentence is None:
        message = f"no sentence can be said without more facts: {text}"
        raise KeyError(message)
    return sentence


def filled(text: Text, facts: Facts) -> str | None:
    """Fill the first of several texts whose facts are all known; None when there is none."""
    for each in [text] if isinstance(text, str) else text:
        if all(facts.get(name) for name in names_in(each)):
            return each.format_map(facts)
    return None


def names_in(text: str) -> set[str]:
    """The facts that a text needs."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@cache
def read(language: str = ENGLISH) -> Words:
    """Read the catalogue of a language."""
    path = Path(__file__).with_name(f"{language}.toml")
    return Words(tomllib.loads(path.read_text(encoding="utf-8")))


def _in_address(name: str, value: str) -> str:
    if name in ADDRESSES:
        return value
    return quote(value, safe="@" if name == "admin_email" else "")
