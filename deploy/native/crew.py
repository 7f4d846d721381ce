"""The services as children of the supervisor: their environment and their health."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM

from deploy.native.account import wrapped
from deploy.native.addresses import Addresses
from deploy.native.home import Home, passwords
from deploy.native.ports import LOOPBACK, Ports
from deploy.native.program import Program
from deploy.native.settings import SERVICES, environment_without_addresses

PROJECT = Path(__file__).parents[2]
LEDGER = "credit_ledger"
PORTAL = "portal"
OPERATOR = "operator"
SEALING = "sealing"
# Who works for the vendor in the story that a demonstration tells: two operators, and one who
# watches the machines alone.
STAFF = "oz@larkspur.example,pia@larkspur.example"
OPS = f"{STAFF},quin@larkspur.example"
# Where who wants to buy in a demonstration is told that there is no store.
NO_STORE = "/help#store"
GRACE_SECONDS = 20
ANSWER_SECONDS = 3


@dataclass(frozen=True)
class Crew:
    """Which services to run and how."""

    package: str
    workers: int
    demo: bool
    log_deliveries: bool = False


def service_programs(home: Home, crew: Crew, ports: Ports, wanted: Addresses) -> Iterator[Program]:
    """A process for each service that exists, and one for each worker of the ledger."""
    folder = PROJECT.joinpath(*crew.package.split("."))
    for number, (name, service, own) in enumerate(_processes(crew)):
        if not (folder / service / "__main__.py").exists():
            continue
        port = ports.health(number)
        command = [sys.executable, "-m", f"{crew.package}.{service}"]
        yield Program(
            name=name,
            command=wrapped(command, stop_signal=SIGTERM, account=None),
            environment={
                **(_sealing(home) if service == PORTAL else {}),
                **environment_without_addresses(),
                "PYTHONUNBUFFERED": "1",
                "COFFER_HOME": str(home.root),
                "COFFER_HEALTH_PORT": str(port),
                f"COFFER_{service.upper()}_DATABASE_URL": wanted.database_urls[service],
                f"COFFER_{service.upper()}_AMQP_URL": wanted.amqp_urls[f"coffer_{service}"],
                **({"COFFER_DEMO": "1"} if crew.demo else {}),
                **({"COFFER_DELIVERY_LOG": str(home.deliveries)} if crew.log_deliveries else {}),
                **(_portal(crew, ports, wanted) if service == PORTAL else {}),
                **own,
            },
            log=home.logs / f"{name}.log",
            stop_signal=SIGTERM,
            patience_seconds=GRACE_SECONDS,
            probe=_health_of(port),
            health_port=port,
        )


def _processes(crew: Crew) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Name of the process, service, and the environment of its own."""
    for service in SERVICES:
        if service != LEDGER:
            yield service, service, {}
    for worker in range(crew.workers):
        own = {"COFFER_LEDGER_WORKER": str(worker), "COFFER_LEDGER_WORKERS": str(crew.workers)}
        yield f"{LEDGER}-{worker}", LEDGER, own


def portal_url(ports: Ports) -> str:
    """Where people of this machine find the portal of a stack."""
    return f"http://{LOOPBACK}:{ports.portal}"


def _sealing(home: Home) -> dict[str, str]:
    """What the portal seals secrets with, unless it is told otherwise: made once for this home."""
    return {"COFFER_PORTAL_SEALING_KEYS": passwords(home, (SEALING,))[SEALING]}


def _portal(crew: Crew, ports: Ports, wanted: Addresses) -> dict[str, str]:
    """Where the portal listens, and the second voice it has, by which the staff act."""
    own = {"COFFER_PORTAL_PORT": str(ports.portal)}
    if OPERATOR in wanted.amqp_urls:
        own["COFFER_PORTAL_OPERATOR_AMQP_URL"] = wanted.amqp_urls[OPERATOR]
    if crew.demo:
        own |= {"COFFER_PORTAL_STAFF_EMAILS": STAFF, "COFFER_PORTAL_OPS_EMAILS": OPS}
        own |= {"COFFER_PORTAL_STORE_URL": NO_STORE, "COFFER_PORTAL_WEBHOOKS_TO_LOOPBACK": "1"}
    return own


def _health_of(port: int) -> Callable[[], Awaitable[str | None]]:
    async def probe() -> str | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return "ready" if await _answers_ok(port) else None
        except (OSError, TimeoutError):
            return None

    return probe


async def _answers_ok(port: int) -> bool:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
    status = await reader.readline()
    writer.close()
    return status.split()[1:2] == [b"200"]
