"""Whom a fact names: its subject, its wallet, organizations and people in its lines."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
        # People's own words may look much like an id.
        if AN_ID.fullmatch(value):
            yield UUID(value)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from _ids(each)
