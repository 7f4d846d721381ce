"""The three services have the same rooms; who knows one knows all."""

import re
from pathlib import Path

import pytest

from tests.tidy.sources import ROOT, SERVICES, files, python

ROOMS = {
    "README.md",
    "__main__",
    "commands",
    "reactions",
    "queries",
    "timers",
    "rules",
    "store",
    "migrations",
}
EXTRA_ROOMS = {"credit_ledger": {"engine"}}
README_PARTS = ("Owns", "Hears", "Says", "Refuses")


def rooms_of(service: str) -> set[str]:
    """A room is a module, or a package of the same name once it outgrew 300 lines."""
    home = ROOT / "services" / service
    names = {path.relative_to(home).parts[0].removesuffix(".py") for path in files_of(service)}
    return names - {"__init__"}


def files_of(service: str) -> list[Path]:
    return [path for path in files() if path.is_relative_to(ROOT / "services" / service)]


@pytest.mark.parametrize("service", SERVICES)
def test_service_has_the_rooms_of_its_kind(service: str) -> None:
    assert rooms_of(service) == ROOMS | EXTRA_ROOMS.get(service, set())


@pytest.mark.parametrize("service", SERVICES)
def test_main_is_wiring_of_under_twenty_lines(service: str) -> None:
    wiring = ROOT / "services" / service / "__main__.py"

    assert len(wiring.read_text(encoding="utf-8").splitlines()) < 20


@pytest.mark.parametrize("service", SERVICES)
def test_readme_says_what_a_service_owns_hears_says_and_refuses(service: str) -> None:
    readme = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")

    assert [
        part for part in README_PARTS if not re.search(rf"^#+ {part}", readme, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_numbered_named_and_forward_only(service: str) -> None:
    migrations = [path for path in files_of(service) if path.suffix == ".sql"]
    numbers = [path.name[:4] for path in migrations]
    misnamed = [p.name for p in migrations if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", p.name)]
    backward = [p.name for p in migrations if "migrate:down" in p.read_text(encoding="utf-8")]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert numbers
    assert misnamed == []
    assert backward == []


def test_rules_are_there_to_be_held_against_the_sheet() -> None:
    rules = [s for s in python("services") if re.match(r"services/\w+/rules(\.py|/)", s.name)]

    assert len(rules) >= len(SERVICES)
