"""What the portal is told: who may open the demonstration's door, under which names it answers."""

import pytest
from pydantic import ValidationError

from services.portal.settings import PortalSettings, read_settings


def test_the_storys_people_come_in_on_a_demonstration_on_loopback() -> None:
    assert settings(demo=True, host="127.0.0.1").has_personas
    assert settings(demo=True, host="::1").has_personas


@pytest.mark.parametrize(
    "told",
    [
        {"demo": False, "host": "127.0.0.1"},
        {"demo": True, "host": "0.0.0.0"},  # noqa: S104 -- just what must not open the door
        {"demo": True, "host": "192.168.1.5"},
        {"demo": True, "host": "portal.larkspur.example"},
        {"demo": True, "host": "127.0.0.1", "public_url": "https://portal.larkspur.example"},
        {"demo": True, "host": "127.0.0.1", "public_url": "http://portal.larkspur.example"},
    ],
)
def test_nothing_else_opens_that_door(told: dict[str, object]) -> None:
    assert not settings(**told).has_personas


def test_no_setting_of_the_portals_own_makes_it_a_demonstration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COFFER_PORTAL_DEMO", "1")
    monkeypatch.setenv("COFFER_PORTAL_HAS_PERSONAS", "1")
    monkeypatch.delenv("COFFER_DEMO", raising=False)

    assert not read_settings().has_personas


def test_it_answers_under_its_public_name_and_on_loopback() -> None:
    told = settings(public_url="https://portal.larkspur.example/", port=8000)

    assert told.address == "https://portal.larkspur.example"
    assert told.hosts == ("portal.larkspur.example", "127.0.0.1", "localhost")


def test_staff_is_told_by_address_however_it_is_capitalised() -> None:
    told = settings(staff_emails="Oz@larkspur.example, pia@larkspur.example")

    assert told.is_staff("oz@Larkspur.example")
    assert told.is_staff("pia@larkspur.example")
    assert not told.is_staff("eva@larkspur.example")
    assert not settings(staff_emails="").is_staff("")


def test_a_session_never_lasts_for_weeks() -> None:
    with pytest.raises(ValidationError):
        settings(session_hours=1_000)


def settings(**told: object) -> PortalSettings:
    told = {"COFFER_DEMO" if name == "demo" else name: value for name, value in told.items()}
    return PortalSettings.model_validate(told)
