"""The catalogue of words: every code has them, for every viewer, and none leaves a gap."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from services.portal.words.facts import facts_of
from services.portal.words.read import Panel, SeenBy, names_in, read
from shared.contracts.message import Limit, Refused, refuse
from shared.contracts.refusals import RefusalCode

WORDS = read()
VIEWERS: tuple[SeenBy, ...] = get_args(SeenBy)
REFUSALS: dict[str, dict[str, Any]] = WORDS.catalogue["refusals"]
# What a page may tell; a fact that nobody tells would never be said.
KNOWN = {
    *("act", "admin", "admin_email", "age", "as_guest", "available", "cap", "code", "codes"),
    *(
        "date",
        "days",
        "debt",
        "email",
        "field",
        "held",
        "here",
        "id",
        "job",
        "kind",
        "left",
        "limit",
        "metered",
    ),
    *("minutes", "missing", "mode", "n", "name", "need", "need_plain", "node", "o", "org"),
    *("other", "p"),
    *("product", "reference", "rest", "role", "seconds", "short", "short_plain", "state"),
    *("store_url", "time", "typed", "until", "value", "vendor", "what"),
}
BANNED = re.compile(
    r"\b(please|invalid|oops|sorry|error|went wrong|contact support)\b", re.IGNORECASE
)


def as_list(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text


def texts() -> Iterator[tuple[str, list[str]]]:
    """Every text of the catalogue but addresses, with its name."""
    for code, entry in REFUSALS.items():
        for told in (entry, *entry.get("said_to", {}).values()):
            yield from (
                (f"{code}.{p}", as_list(told[p])) for p in ("title", "sentence") if p in told
            )
    for name, action in WORDS.catalogue["actions"].items():
        yield name, as_list(action["words"])
    for name, lifter in WORDS.catalogue["lifters"].items():
        yield from ((f"{name}.{viewer}", as_list(lifter[viewer])) for viewer in VIEWERS)


def test_every_code_has_words_and_no_words_are_of_no_code() -> None:
    assert set(REFUSALS) == {code.value for code in RefusalCode}


@pytest.mark.parametrize("seen_by", VIEWERS)
@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_can_be_said_without_any_fact(code: RefusalCode, seen_by: SeenBy) -> None:
    panel = WORDS.panel(code, seen_by, {})

    assert panel.title
    assert panel.lifter
    assert panel.actions
    assert not re.search(r"[{}]", f"{panel.title}{panel.sentence}{panel.lifter}{panel.actions}")
    assert panel.sentence.endswith((".", "?"))
    assert panel.sentence[0].isupper()


@pytest.mark.parametrize("seen_by", VIEWERS)
@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_can_be_said_with_all_facts(code: RefusalCode, seen_by: SeenBy) -> None:
    facts = {name: f"<{name}>" for name in KNOWN} | {"failed": "Job not started"}

    panel = WORDS.panel(code, seen_by, facts, binding=(code, RefusalCode.POOL_INSUFFICIENT))

    assert panel.title.startswith("Job not started: ")
    assert not re.search(r"[{}]", f"{panel.title}{panel.sentence}{panel.actions}{panel.also}")
    assert len({action.href for action in panel.actions}) == len(panel.actions)


def test_texts_ask_for_facts_that_pages_tell() -> None:
    places = [(n, as_list(t)) for n, t in WORDS.catalogue["places"].items()]
    unknown = {
        name: names_in(text) - KNOWN
        for name, alternatives in (*texts(), *places)
        for text in alternatives
        if names_in(text) - KNOWN
    }

    assert unknown == {}


def test_the_last_of_several_sentences_needs_no_fact() -> None:
    assert [name for name, alternatives in texts() if names_in(alternatives[-1])] == []


def test_no_text_begs_blames_or_says_nothing() -> None:
    assert [
        text for _, alternatives in texts() for text in alternatives if BANNED.search(text)
    ] == []


@pytest.mark.parametrize("part", ["actions", "lifters", "places"])
def test_nothing_of_the_catalogue_is_unused(part: str) -> None:
    lists = [name for entry in REFUSALS.values() for viewer in VIEWERS for name in entry[viewer]]
    used = {
        "actions": set(lists),
        "lifters": {entry["lifter"] for entry in REFUSALS.values()},
        "places": {action["to"] for action in WORDS.catalogue["actions"].values()},
    }

    assert set(WORDS.catalogue[part]) == used[part]


@pytest.mark.parametrize(
    "code",
    [
        RefusalCode.CUSTOMER_NUMBER_MISMATCH,
        RefusalCode.UNKNOWN_ORGANIZATION,
        RefusalCode.ACCOUNT_ALREADY_HAS_ORGANIZATION,
    ],
)
def test_what_must_not_tell_who_exists_says_the_same_whatever_is_known(code: RefusalCode) -> None:
    facts = dict.fromkeys(KNOWN, "something")

    assert WORDS.panel(code, "own", facts).sentence == WORDS.panel(code, "own", {}).sentence


def test_a_shortfall_is_told_with_what_to_ask_for() -> None:
    panel = said(
        refuse(RefusalCode.QUOTA_EXCEEDED, limit=Limit(name="quota", value="120", left="30"))
    )

    assert panel.title == "Job not started: short by 30 cr credits"
    assert panel.sentence == "This needs 60 cr; 30 cr of the 120 cr quota is left."
    assert panel.actions[0].words == "Ask for 30 cr more"
    assert panel.actions[0].href == "/me/requests/new?short=30"


def test_names_in_addresses_cannot_lead_elsewhere() -> None:
    panel = WORDS.panel(
        RefusalCode.NO_SEAT_AVAILABLE, "administrator", {"o": "x", "product": "A/B?c#d"}
    )

    assert panel.actions[0].href == "/o/x/licenses/A%2FB%3Fc%23d"


def test_all_limits_that_bind_are_named() -> None:
    binding = (RefusalCode.QUOTA_EXCEEDED, RefusalCode.POOL_INSUFFICIENT)

    panel = WORDS.panel(RefusalCode.QUOTA_EXCEEDED, "own", {}, binding=binding)

    assert panel.also == "Also in the way: the pool does not cover it."


def said(refused: Refused) -> Panel:
    facts = facts_of(refused, money=lambda amount: f"{amount} cr", moment=str, need="60")
    return WORDS.panel(refused.code, "own", {**facts, "failed": "Job not started"})
