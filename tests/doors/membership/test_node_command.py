"""`coffer node`, as an operator gives a render node an address and an organization (A17)."""

import asyncio
import json
from pathlib import Path

import aiormq
import pytest
from aiormq.exceptions import ProbableAuthenticationError
from typer.testing import CliRunner, Result

from deploy.native.stack import Stack
from deploy.operator.main import app
from tests.builders import an_id
from tests.doors.membership.larkspur import Larkspur
from tests.native.management_stand_in import management
from tests.processes import ServiceProcess

OZ = str(an_id())


@pytest.fixture(autouse=True)
def as_operator(stack: Stack, membership: ServiceProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFFER_HOME", str(stack.home))
    monkeypatch.setenv("COFFER_OPERATOR_AMQP_URL", stack.amqp_urls["operator"])


@pytest.fixture
def name() -> str:
    return f"rn-{an_id().hex}"


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, ("node", *arguments))


async def of(larkspur: Larkspur, *arguments: str) -> Result:
    return await run(*arguments, "--organization", str(larkspur.id), "--as", OZ)


async def connects(address: str) -> None:
    connection = await aiormq.connect(address)
    await connection.close()


async def test_A17_a_node_is_given_an_address_once_and_an_organization(
    organized: Larkspur, name: str
) -> None:
    enrolled = await of(organized, "enrol", name)
    again = await of(organized, "enrol", name)
    listed = await run("list", "--organization", str(organized.id), "--json")

    assert (enrolled.exit_code, again.exit_code) == (0, 0)
    assert f"amqp://node-{name}:" in enrolled.stdout
    await connects(enrolled.stdout.strip())
    assert again.stdout == ""
    assert "by the address it has" in again.stderr
    assert json.loads(listed.stdout)["node"] == name


async def test_A17_a_lost_address_is_replaced(organized: Larkspur, name: str) -> None:
    before = await of(organized, "enrol", name)

    after = await of(organized, "enrol", name, "--new-address")

    await connects(after.stdout.strip())
    with pytest.raises(ProbableAuthenticationError):
        await connects(before.stdout.strip())


async def test_A17_a_node_is_withdrawn_from_one_organization(
    organized: Larkspur, name: str
) -> None:
    await of(organized, "enrol", name)

    withdrawn = await of(organized, "withdraw", name)
    again = await of(organized, "withdraw", name)

    assert (withdrawn.exit_code, withdrawn.stdout) == (0, "")
    assert (again.exit_code, again.stderr.split(":")[0]) == (1, "not_enrolled")
    assert (await run("list", "--organization", str(organized.id))).stdout == ""


async def test_A17_where_a_broker_alone_is_named_no_database_is_needed(
    organized: Larkspur,
    name: str,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("COFFER_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("AMQP_URL", stack.amqp_url)
    with management() as other:
        monkeypatch.setenv("COFFER_AMQP_MANAGEMENT_URL", other.url)

        enrolled = await of(organized, "enrol", name)

    assert enrolled.exit_code == 0, enrolled.output
    assert other.kept[f"/api/users/node-{name}"]["password"] in enrolled.stdout


async def test_A17_who_is_refused_has_no_address_made(organized: Larkspur, name: str) -> None:
    nowhere = await run("enrol", name, "--organization", str(an_id()), "--as", OZ)

    assert (nowhere.exit_code, nowhere.stdout) == (1, "")
    assert nowhere.stderr.startswith("unknown_organization: ")
    assert (await of(organized, "enrol", name)).stdout != ""


async def test_A17_a_name_that_is_none_is_a_wrong_call(organized: Larkspur) -> None:
    called = await of(organized, "enrol", "rn.01")

    assert called.exit_code == 2
    assert "is not 1 to 60 letters, digits, hyphens" in called.stderr
