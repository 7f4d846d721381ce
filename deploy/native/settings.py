"""Every environment variable of the native stack, read in one place."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.native.errors import SettingsError

SERVICES = ("membership", "licensing", "credit_ledger", "portal")
LEDGER_WORKERS_MAX = 12
LEDGER_WORKERS_UNASKED_MAX = 2
ROOT_USER_ID = 0
ADDRESS_SUFFIXES = ("DATABASE_URL", "AMQP_URL", "MANAGEMENT_URL", "URL_FILE")


@dataclass(frozen=True)
class Settings:
    """Where the stack lives, and the addresses the operator gave instead of it."""

    home: Path
    cache: Path
    ledger_workers: int
    database_url: str | None
    amqp_url: str | None
    amqp_management_url: str | None
    database_url_by_service: Mapping[str, str]
    amqp_url_by_service: Mapping[str, str]
    operator_amqp_url: str | None = None


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment of this process, or the one given."""
    given = os.environ if environment is None else environment
    return Settings(
        home=_folder(given.get("COFFER_HOME"), "/var/lib/coffer", "~/.local/share/coffer"),
        cache=_folder(given.get("COFFER_CACHE"), "/var/cache/coffer", "~/.cache/coffer"),
        ledger_workers=_workers(given.get("COFFER_LEDGER_WORKERS")),
        database_url=_secret(given, "DATABASE_URL"),
        amqp_url=_secret(given, "AMQP_URL"),
        amqp_management_url=_secret(given, "COFFER_AMQP_MANAGEMENT_URL"),
        database_url_by_service=_by_service(given, "DATABASE_URL"),
        amqp_url_by_service=_by_service(given, "AMQP_URL"),
        operator_amqp_url=_secret(given, "COFFER_OPERATOR_AMQP_URL"),
    )


def environment_without_addresses() -> dict[str, str]:
    """For a child: no service sees the address of the administrator or of a sister."""
    return {
        name: value for name, value in os.environ.items() if not name.endswith(ADDRESS_SUFFIXES)
    }


def _folder(given: str | None, for_root: str, for_others: str) -> Path:
    """The home of root is closed to the user who runs the servers, so root gets /var."""
    unasked = for_root if os.geteuid() == ROOT_USER_ID else for_others
    return Path(given or unasked).expanduser().absolute()


def _workers(given: str | None) -> int:
    if not given:
        return min(os.cpu_count() or 1, LEDGER_WORKERS_UNASKED_MAX)
    if not given.isdecimal() or not 1 <= int(given) <= LEDGER_WORKERS_MAX:
        message = f"COFFER_LEDGER_WORKERS must be a number from 1 to {LEDGER_WORKERS_MAX}."
        raise SettingsError(message)
    return int(given)


def _secret(given: Mapping[str, str], name: str) -> str | None:
    """An address holds a password, so `<NAME>_FILE` may name a file that holds the address."""
    if given.get(name):
        return given[name]
    file = given.get(f"{name}_FILE")
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{name}_FILE: {file} cannot be read."
        raise SettingsError(message) from error


def _by_service(given: Mapping[str, str], name: str) -> dict[str, str]:
    found = {service: _secret(given, f"COFFER_{service.upper()}_{name}") for service in SERVICES}
    return {service: url for service, url in found.items() if url}
