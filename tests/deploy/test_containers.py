"""docker-compose.yml, the Dockerfile and their secrets say what the code reads."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it comes with our tools, without types

from deploy.native.addresses import addresses
from deploy.native.broker import users
from deploy.native.provision import names_of_passwords
from deploy.native.settings import read_settings
from services.portal.settings import PortalSettings
from shared.messaging.topology import LEDGER_SHARDS, PORTAL, type_of_exchange
from shared.settings import settings_for

ROOT = Path(__file__).parents[2]
SECRET = re.compile(r"\$\{(\w+):\?see \.env\.example\}")
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/__main__.py"))


@cache
def compose() -> dict[str, Any]:
    """The file as Docker merges it, each secret replaced by its own name."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(SECRET.sub(r"\1", text))
    return read


def environment_of(service: str) -> dict[str, str]:
    given: dict[str, object] = compose()["services"][service]["environment"]
    return {name: str(value) for name, value in given.items()}


def locked(path: Path) -> dict[str, set[str]]:
    """Name and version of every requirement, with its hashes."""
    blocks = re.split(r"\n(?=[a-z0-9])", path.read_text(encoding="utf-8").strip())
    return {block.split()[0]: set(re.findall(r"sha256:\w+", block)) for block in blocks}


def test_every_service_that_exists_has_a_container_of_its_own() -> None:
    ours = {
        name: environment_of(name)["SERVICE"]
        for name, container in compose()["services"].items()
        if container["image"].startswith("coffer:") and name != "provision"
    }

    assert ours == {service: service for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_given_what_its_service_reads_and_nothing_else(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = environment_of(service)
    own = {f"COFFER_{service.upper()}_DATABASE_URL", f"COFFER_{service.upper()}_AMQP_URL"}
    known = {"SERVICE", "COFFER_HEALTH_PORT", "COFFER_LEDGER_WORKER", "COFFER_LEDGER_WORKERS"}
    if service == PORTAL:
        known |= {f"COFFER_PORTAL_{name.upper()}" for name in PortalSettings.model_fields}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = settings_for(service)

    assert own <= set(given) <= own | known
    assert f"/coffer_{service}?" in settings.database_url
    assert f"//coffer_{service}:" in settings.amqp_url
    assert f"127.0.0.1:{settings.health_port}/" in health_check_of(service)
    assert not settings.demo


def test_provision_makes_the_roles_and_users_that_the_services_log_in_as() -> None:
    settings = read_settings(environment_of("provision"))
    assert settings.database_url is not None
    assert settings.amqp_url is not None
    names = names_of_passwords(with_stage=False)
    wanted = addresses(
        settings,
        database_url=settings.database_url,
        amqp_url=settings.amqp_url,
        passwords=dict.fromkeys(names, "made"),
    )

    assert set(wanted.amqp_urls) == set(users(with_stage=False))
    for service in SERVICES:
        given = environment_of(service)
        assert wanted.database_urls[service] == given[f"COFFER_{service.upper()}_DATABASE_URL"]
        assert wanted.amqp_urls[f"coffer_{service}"] == given[f"COFFER_{service.upper()}_AMQP_URL"]


def test_services_start_after_provision_and_provision_after_healthy_servers() -> None:
    waits = {
        name: {on: how["condition"] for on, how in container.get("depends_on", {}).items()}
        for name, container in compose()["services"].items()
    }

    assert waits["provision"] == {"postgres": "service_healthy", "broker": "service_healthy"}
    for service in SERVICES:
        assert waits[service] == {"provision": "service_completed_successfully"}


def test_no_port_is_open_beyond_the_machine() -> None:
    ports = [
        port
        for container in compose()["services"].values()
        for port in container.get("ports", [])
        if not str(port).startswith("127.0.0.1:")
    ]

    assert ports == []


def test_every_secret_is_named_in_the_example_and_none_has_a_value() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))

    assert set(named) == set(SECRET.findall(text)) == set(re.findall(r"\$\{(\w+)", text))
    assert set(named.values()) == {""}


def test_the_servers_are_those_of_the_tests_with_the_plugins_that_are_used() -> None:
    containers = compose()["services"]
    plugins = (ROOT / "deploy/rabbitmq/enabled_plugins").read_text(encoding="utf-8")

    assert containers["postgres"]["image"] == "postgres:18"
    assert re.fullmatch(r"rabbitmq:4\.\d+-management", containers["broker"]["image"])
    assert type_of_exchange[LEDGER_SHARDS].value == "x-consistent-hash"
    assert plugins == "[rabbitmq_management,rabbitmq_consistent_hash_exchange].\n"
    for container in containers.values():
        mounts = [mount.split(":")[0] for mount in container.get("volumes", [])]
        assert all((ROOT / mount).is_file() for mount in mounts if mount.startswith("./"))


def test_the_image_copies_what_exists_checks_hashes_and_runs_as_nobody() -> None:
    text = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    seen = (ROOT / ".dockerignore").read_text(encoding="utf-8")

    assert all((ROOT / source).exists() for source in copied)
    assert {source.split("/")[0] for source in copied} == set(
        re.findall(r"^!(\w+)", seen, re.MULTILINE)
    )
    assert "--require-hashes" in text
    assert re.findall(r"^USER (\w+)", text, re.MULTILINE) == ["coffer"]
    assert 'CMD ["sh", "-c", "exec python -m services.$SERVICE"]' in text


def test_the_image_has_the_locked_versions_of_what_the_code_needs_and_no_tools() -> None:
    everything = locked(ROOT / "requirements.lock")
    image = locked(ROOT / "deploy/requirements.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {name_of(each) for each in project["project"]["dependencies"]}
    tools = {name_of(each) for each in project["dependency-groups"]["dev"]}

    assert {name: hashes for name, hashes in image.items() if everything.get(name) != hashes} == {}
    assert needed <= {name_of(each) for each in image}
    assert tools.isdisjoint(name_of(each) for each in image)


def health_check_of(service: str) -> str:
    return " ".join(compose()["services"][service]["healthcheck"]["test"])


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
