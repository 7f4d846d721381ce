"""Several trails as one: newest first, every act once, whatever the size of a page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.portal.store.webhooks import Webhook
from services.portal.views.audit import TRAILS, merged
from services.portal.views.changes import NAMED_MAX, called_by, changes_of, ids_in
from services.portal.views.faces import Face
from services.portal.webhooks.kinds import KINDS
from services.portal.webhooks.noting import change_told
from shared.contracts.audit import AuditEntry, AuditTrail
from tests.builders import an_id

SHORT = tuple(kind.removeprefix("coffer.").removesuffix(".v1") for kind in KINDS)
BEGINNING = datetime(2026, 2, 1, tzinfo=UTC)


def an_entry(number: int, minute: int) -> AuditEntry:
    at = BEGINNING + timedelta(minutes=minute)
    return AuditEntry(number=number, id=an_id(), act="add_member", door="coffer_portal", at=at)


def page_of(entries: list[AuditEntry], before: int, size: int) -> AuditTrail:
    """A page of a trail as its service answers it."""
    older = [entry for entry in entries if not before or entry.number < before]
    shown = sorted(older, key=lambda entry: -entry.number)[:size]
    more = len(older) > len(shown)
    return AuditTrail(entries=tuple(shown), before=shown[-1].number if more and shown else None)


MINUTES = st.lists(st.integers(0, 30), max_size=12).map(sorted)


@settings(deadline=None)
@given(trails=st.tuples(*[MINUTES] * len(TRAILS)), size=st.integers(1, 5))
def test_paging_through_all_trails_tells_every_act_once_and_in_order(
    trails: tuple[list[int], ...], size: int
) -> None:
    kept = trails_of(trails)

    told = paged(kept, size)

    assert sorted(told, key=str) == sorted((e for each in kept.values() for e in each), key=str)
    assert [entry.at for entry in told] == sorted((entry.at for entry in told), reverse=True)


@settings(deadline=None)
@given(
    trails=st.tuples(*[st.lists(st.integers(0, 30), max_size=12)] * len(TRAILS)),
    size=st.integers(1, 5),
)
def test_paging_tells_every_act_once_though_moments_are_not_in_the_order_of_numbers(
    trails: tuple[list[int], ...], size: int
) -> None:
    """Two acts at once may be numbered the other way round than they were timed."""
    kept = trails_of(trails)

    told = paged(kept, size)

    assert sorted(told, key=str) == sorted((e for each in kept.values() for e in each), key=str)


def trails_of(trails: tuple[list[int], ...]) -> dict[str, list[AuditEntry]]:
    return {
        name: [an_entry(number, minute) for number, minute in enumerate(minutes, start=1)]
        for name, minutes in zip(TRAILS, trails, strict=True)
    }


def paged(kept: dict[str, list[AuditEntry]], size: int) -> list[AuditEntry]:
    """Everything that is told on one page after the other."""
    places = dict.fromkeys(TRAILS, 0)
    told: list[AuditEntry] = []
    while places:
        listed = {name: page_of(kept[name], places[name], size) for name in places}
        entries, places = merged(listed, size)
        told.extend(entry for _, entry in entries)
    return told


def test_what_changed_is_told_and_what_tells_nothing_is_not() -> None:
    before = {"mode": "quota", "limit": "120", "period": None}
    after = {"mode": "unlimited", "limit": None, "period": None, "request_id": "0193f000"}

    changed = tuple(changes_of(before, after))

    assert changed == (("access", "quota", "no limit of their own"), ("quota", "120", ""))


def test_accounts_are_named_where_a_service_says_that_they_are_accounts() -> None:
    former, new = an_id(), an_id()
    faces = {former: Face(former, "Ana"), new: Face(new, "Ben")}

    (changed,) = changes_of({"administrator": str(former)}, {"administrator": str(new)})

    assert ids_in([(changed,)]) == {former, new}
    assert changed[0] == "administrator"
    assert [called_by(faces)(told) for told in changed[1:]] == ["Ana", "Ben"]


@pytest.mark.parametrize("field", ["token", "reason", "order_id", "address", "machine", "name"])
def test_an_id_that_somebody_typed_is_looked_up_nowhere(field: str) -> None:
    typed = str(an_id())

    changed = tuple(changes_of({}, {field: typed}))

    assert ids_in([changed]) == set()
    assert called_by({})(changed[0][2]) == typed


@pytest.mark.parametrize(
    ("became", "told"),
    [
        (
            {"url": "https://a.example/2"},
            (("address", "a.example", "a.example (address changed)"),),
        ),
        ({"url": "https://b.example/1"}, (("address", "a.example", "b.example"),)),
        (
            {"kinds": (KINDS[1], KINDS[2])},
            (("kinds added", "", SHORT[2]), ("kinds removed", "", SHORT[0])),
        ),
        ({}, ()),
    ],
)
def test_of_a_webhook_every_change_is_told_and_no_secret_path(
    became: dict[str, Any], told: tuple[tuple[str, str, str], ...]
) -> None:
    webhook = Webhook(
        id=an_id(),
        organization_id=an_id(),
        created_by=an_id(),
        created_at=BEGINNING,
        url="https://a.example/1",
        kinds=KINDS[:2],
        state="ACTIVE",
        state_reason=None,
        failing_since=None,
        tried_at=None,
    )

    assert tuple(changes_of(*change_told(webhook, replace(webhook, **became)))) == told


def test_of_a_long_list_of_people_some_are_named_and_the_others_counted() -> None:
    people: list[UUID] = [an_id() for _ in range(NAMED_MAX + 3)]

    (changed,) = changes_of({"account_ids": []}, {"account_ids": list(map(str, people))})
    faces = {each: Face(each, "Ana") for each in ids_in([(changed,)])}

    assert len(faces) == NAMED_MAX
    assert called_by(faces)(changed[1]) == ""
    assert called_by(faces)(changed[2]).endswith("Ana and 3 more")
