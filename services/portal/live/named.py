"""Whom a fact names: its subject, its wallet, organizations and people in its lines."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

UUID_CHARACTERS = 36
OF_RIGHTS = (
    "membership.member.",
    "membership.administrator.",
    "membership.organization.",
    "membership.account.forgotten",
    "membership.transfer.",
    "membership.setup.",
)


def ids_in(fact: Mapping[str, Any]) -> frozenset[UUID]:
    """Every id that a fact carries, at any depth."""
    return frozenset(_ids(fact.get("subject"))) | frozenset(_ids(fact.get("data")))


def is_about_rights(key: str) -> bool:
    """Whether a fact may change who may see what."""
    return key.startswith(OF_RIGHTS)


def _ids(value: object) -> Iterator[UUID]:
    if isinstance(value, str):
        if len(value) == UUID_CHARACTERS and value[8] == "-" and value[13] == "-":
            yield UUID(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each)
