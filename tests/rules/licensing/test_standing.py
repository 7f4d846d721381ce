"""Roles have times: who was what when decides over old orders (T17, T18, A14)."""

from datetime import UTC, datetime, timedelta

from services.licensing.rules.standing import RoleHeld, Standing, last_departure
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(days=1)
LARKSPUR, OWN = an_id(), an_id()


def test_T17_a_role_is_held_from_its_beginning_until_just_before_its_end() -> None:
    role = RoleHeld(LARKSPUR, "MEMBER", BEFORE, NOW)

    assert role.held_at(BEFORE)
    assert role.held_at(NOW - timedelta(microseconds=1))
    assert not role.held_at(NOW)
    assert not role.held_at(BEFORE - timedelta(microseconds=1))
    assert not role.lasts()


def test_T18_what_somebody_was_is_not_what_he_is() -> None:
    standing = Standing(
        an_id(), (RoleHeld(LARKSPUR, "MEMBER", BEFORE, NOW), RoleHeld(OWN, "ADMINISTRATOR", NOW))
    )

    assert standing.then(BEFORE).is_member()
    assert standing.then(BEFORE).administers() is None
    assert not standing.current().is_member()
    assert standing.current().administers() == OWN
    assert standing.then(AFTER).administers() == OWN


def test_A13_who_founded_what_goes_with_him_through_all_times() -> None:
    standing = Standing(an_id(), founded=OWN)

    assert standing.current().founded == standing.then(BEFORE).founded == OWN


def test_T30_a_change_of_roles_is_a_departure() -> None:
    roles = [RoleHeld(LARKSPUR, "MEMBER", BEFORE, NOW), RoleHeld(LARKSPUR, "GUEST", NOW)]

    assert last_departure(roles) == NOW


def test_T16_whoever_takes_over_or_hands_over_has_not_left() -> None:
    roles = [
        RoleHeld(LARKSPUR, "MEMBER", BEFORE, NOW),
        RoleHeld(LARKSPUR, "ADMINISTRATOR", NOW, AFTER),
        RoleHeld(LARKSPUR, "GUEST", AFTER),
    ]

    assert last_departure(roles) is None


def test_T1_the_last_departure_counts() -> None:
    roles = [
        RoleHeld(LARKSPUR, "MEMBER", BEFORE, NOW),
        RoleHeld(LARKSPUR, "MEMBER", NOW, AFTER),
        RoleHeld(LARKSPUR, "ADMINISTRATOR", AFTER + (AFTER - NOW)),
    ]

    assert last_departure(roles) == AFTER
