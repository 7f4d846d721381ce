"""`coffer organizations` and `coffer accounts`, as an operator sees them (A16)."""

import asyncio
import json

import pytest
from typer.testing import CliRunner, Result

from deploy.native.stack import Stack
from deploy.operator.main import app
from tests.builders import an_account, an_id
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import confirmed, profile, registered
from tests.processes import ServiceProcess
from tests.speaking import Portal


@pytest.fixture
def as_operator(stack: Stack, membership: ServiceProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFFER_OPERATOR_AMQP_URL", stack.amqp_urls["operator"])


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, arguments)


@pytest.mark.usefixtures("as_operator")
async def test_A16_an_operator_finds_an_organization_by_the_name_of_its_administrator(
    portal: Portal, operator: Portal
) -> None:
    name = f"Fay\x1b[2J {an_id()}"
    fay = await registered(portal, an_account(name=name))
    fern = await confirmed(portal, operator, fay)

    shown = await run("organizations", name[-12:])
    told = await run("organizations", fay.number, "--json")

    [head, line] = shown.stdout.splitlines()
    assert head.split()[:2] == ["organization", "state"]
    assert line.split()[:4] == [str(fern), "active", fay.number, str(fay.id)]
    assert "\x1b" not in line
    assert json.loads(told.stdout)["organization_id"] == str(fern)


@pytest.mark.usefixtures("as_operator")
async def test_A16_pages_of_organizations_lead_to_the_next(
    portal: Portal, operator: Portal
) -> None:
    name = str(an_id())
    ids = sorted(
        [
            str(await confirmed(portal, operator, await registered(portal, an_account(name=name))))
            for _ in range(3)
        ]
    )

    first = await run("organizations", name, "--limit", "2", "--json")
    second = await run("organizations", name, "--after", first.stderr.split()[-1], "--json")

    pages = [
        [json.loads(line)["organization_id"] for line in page.stdout.splitlines()]
        for page in (first, second)
    ]
    assert pages == [ids[:2], ids[2:]]
    assert second.stderr == ""


@pytest.mark.usefixtures("as_operator")
async def test_A16_an_operator_finds_accounts_and_learns_who_is_none(organized: Larkspur) -> None:
    ben = await organized.joined("GUEST")
    known = await profile(organized.portal, ben)

    found = await run("accounts", known.email, known.customer_number, str(ben), "CN-0")
    told = await run("accounts", str(organized.ana), "--json")

    assert found.exit_code == 1
    assert found.stderr == "CN-0: nobody has it\n"
    for line in found.stdout.splitlines()[1:]:
        where = [str(ben), known.customer_number, str(organized.id), "GUEST"]
        assert line.split()[:4] == where
    assert len(found.stdout.splitlines()) == 4
    assert told.exit_code == 0
    assert json.loads(told.stdout)["organization_id"] == str(organized.id)
