"""Servers from containers, where a Docker engine answers and nobody gave us addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.native.settings import read_settings

DOCKER_SOCKET = Path("/var/run/docker.sock")
RABBITMQ, AMQP_PORT, MANAGEMENT_PORT = "rabbitmq:4-management", 5672, 15672
START = (
    "rabbitmq-plugins enable --offline rabbitmq_consistent_hash_exchange"
    " && exec docker-entrypoint.sh rabbitmq-server"
)


@contextmanager
def containers_if_docker(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start both and name their addresses as an operator would; nothing without an engine."""
    if read_settings().amqp_url or not DOCKER_SOCKET.is_socket():
        yield
        return
    # Imported here, because the package looks for an engine as soon as it is imported.
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy  # noqa: PLC0415

    broker = DockerContainer(RABBITMQ).with_exposed_ports(AMQP_PORT, MANAGEMENT_PORT)
    broker.with_command(["sh", "-c", START])
    broker.waiting_for(LogMessageWaitStrategy("Server startup complete"))
    with broker, PostgresContainer("postgres:18", driver=None) as database:
        at = f"guest:guest@{broker.get_container_host_ip()}"
        patch.setenv("DATABASE_URL", database.get_connection_url())
        patch.setenv("AMQP_URL", f"amqp://{at}:{broker.get_exposed_port(AMQP_PORT)}/")
        management = f"http://{at}:{broker.get_exposed_port(MANAGEMENT_PORT)}/"
        patch.setenv("COFFER_AMQP_MANAGEMENT_URL", management)
        yield
