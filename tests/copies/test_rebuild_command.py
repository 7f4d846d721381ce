"""`coffer rebuild` and `coffer status --copies`, as an operator sees them."""

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from deploy.operator.main import app
from tests.copies.asking import states
from tests.copies.trio import OWNERS_OF, Services
from tests.speaking import Portal
from tests.waiting import eventually


@pytest.fixture
def at_home(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFFER_HOME", str(services.stack.home))
    for name in ("DATABASE_URL", "AMQP_URL"):
        monkeypatch.delenv(name, raising=False)


def are_all_heard(sources: list[dict[str, Any]]) -> bool:
    return all(source.get("behind_seconds") is not None for source in sources)


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, arguments)


async def healthy(*arguments: str) -> Result:
    """Ask until all are healthy, as a server that is too busy to answer is not for a moment."""
    return await eventually(lambda: run(*arguments), lambda result: result.exit_code == 0)


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize("service", OWNERS_OF)
async def test_an_operator_has_the_copies_of_a_service_rebuilt_and_sees_how_they_stand(
    service: str,
) -> None:
    result = await run("rebuild", service)

    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [row[:2] for row in rows] == [[service, owner] for owner in OWNERS_OF[service]]
    assert all("..." not in row[-1] for row in rows)
    done = sum(int(row[-1]) for row in rows)
    assert result.stderr.splitlines()[-1] == f"{service}: {done} subjects rebuilt, all of them"


@pytest.mark.usefixtures("at_home")
async def test_an_operator_sees_how_far_behind_each_copy_is(operator: Portal) -> None:
    for service in OWNERS_OF:  # One that was just started has heard of nobody yet.
        await eventually(partial(states, operator, service), are_all_heard)

    result = await healthy("status", "--copies")

    for service, owners in OWNERS_OF.items():
        for owner in owners:
            [row] = [
                line.split()
                for line in result.stdout.splitlines()
                if line.split()[:2] == [service, owner]
            ]
            assert float(row[2]) < 10


@pytest.mark.usefixtures("at_home")
async def test_a_program_reads_the_stack_and_its_copies_as_one_object() -> None:
    plain = await healthy("status", "--json")
    whole = await healthy("status", "--copies", "--json")

    told = json.loads(whole.stdout)
    copies = told.pop("copies")
    assert told == json.loads(plain.stdout)
    assert {
        service: [source["service"] for source in sources] for service, sources in copies.items()
    } == {service: list(owners) for service, owners in OWNERS_OF.items()}


async def test_a_service_without_copies_cannot_be_rebuilt() -> None:
    result = await run("rebuild", "portal")

    assert result.exit_code == 2
