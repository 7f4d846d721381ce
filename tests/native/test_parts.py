"""The parts of the native stack that need no server."""

import os
import socket
import subprocess
from pathlib import Path
from signal import SIGTERM

import pytest

from deploy.native import rabbitmq
from deploy.native.account import Account, may_reach
from deploy.native.addresses import ADMINISTRATORS, addresses, is_same_server
from deploy.native.errors import StackError
from deploy.native.ground import lay_ground
from deploy.native.home import Home, passwords, prepare
from deploy.native.plan import Plan, plan_from
from deploy.native.ports import LOOPBACK, claim_ports
from deploy.native.processes import Process, process_of
from deploy.native.settings import Settings, environment_without_addresses, read_settings
from tests.native.running import a_home

NAMES = (*ADMINISTRATORS, "coffer_membership", "coffer_licensing", "coffer_credit_ledger")
ALL = (*NAMES, "coffer_portal", "store", "node", "operator")


def settings(**given: str) -> Settings:
    return read_settings({"COFFER_HOME": "/tmp/coffer-none", **given})  # noqa: S108 -- never made


def test_a_recycled_pid_is_never_killed() -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as innocent:
        Process(pid=innocent.pid, started="another boot:1").end(SIGTERM, patience_seconds=1)

        ours = process_of(innocent.pid)
        assert ours is not None
        ours.end(SIGTERM, patience_seconds=5)
        assert innocent.wait(5) == -SIGTERM


def test_two_homes_never_get_the_same_ports_and_each_keeps_its_own(tmp_path: Path) -> None:
    home, other = Home(tmp_path / "one"), Home(tmp_path / "two")
    for each in (home, other):
        each.root.mkdir()
    first = claim_ports(home)
    first.claim.close()
    again = claim_ports(home)
    other.ports_file.write_text(home.ports_file.read_text())
    beside = claim_ports(other)

    assert again.base == first.base
    assert beside.base != again.base
    for ports in (again, beside):
        ports.claim.close()


def test_ports_that_somebody_took_meanwhile_are_left_to_them(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = claim_ports(home)
    first.claim.close()
    with socket.create_server((LOOPBACK, first.broker)):
        second = claim_ports(home)

    assert second.base != first.base
    second.claim.close()


def test_passwords_are_kept_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    home = Home(tmp_path)

    first = passwords(home, ["store"])
    second = passwords(home, ["store", "node"])

    assert second["store"] == first["store"]
    assert second["node"] != second["store"]
    assert home.passwords_file.stat().st_mode & 0o777 == 0o600


def test_every_service_gets_a_role_and_a_user_of_its_own() -> None:
    made = addresses(
        settings(),
        database_url="postgresql://root:secret@127.0.0.1:1/postgres?sslmode=disable",
        amqp_url="amqp://root:secret@127.0.0.1:2/",
        passwords=dict.fromkeys(ALL, "p"),
    )

    assert made.database_urls["membership"] == (
        "postgresql://coffer_membership:p@127.0.0.1:1/coffer_membership?sslmode=disable"
    )
    assert made.amqp_urls["store"] == "amqp://store:p@127.0.0.1:2/"


def test_an_address_the_operator_gives_for_a_service_wins() -> None:
    given = {"COFFER_LICENSING_DATABASE_URL": "postgresql://a@b/c", "AMQP_URL": "amqp://u@broker/"}
    made = addresses(
        settings(**given),
        database_url="postgresql://root@here/postgres",
        amqp_url="amqp://u@broker/",
        passwords=dict.fromkeys(ALL, "p"),
    )

    assert made.database_urls["licensing"] == "postgresql://a@b/c"
    assert made.amqp_urls["coffer_licensing"] == "amqp://u@broker/"
    assert not is_same_server(made.database_urls["licensing"], made.database_url)


def test_an_address_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("amqp://from-a-file/\n")

    assert settings(AMQP_URL_FILE=str(tmp_path / "address")).amqp_url == "amqp://from-a-file/"


@pytest.mark.parametrize("given", ["0", "13", "two", "-1"])
def test_a_number_of_workers_that_makes_no_sense_is_refused(given: str) -> None:
    with pytest.raises(StackError, match="COFFER_LEDGER_WORKERS"):
        settings(COFFER_LEDGER_WORKERS=given)


def test_a_service_never_sees_the_address_of_the_administrator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DATABASE_URL", "AMQP_URL_FILE", "COFFER_MEMBERSHIP_AMQP_URL"):
        monkeypatch.setenv(name, "secret")

    assert "secret" not in environment_without_addresses().values()


def test_a_machine_without_rabbitmq_and_apt_gets_a_clear_instruction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(rabbitmq, "DEBIAN", tmp_path / "none")

    with pytest.raises(StackError, match="Install RabbitMQ"):
        rabbitmq.find_rabbitmq(tmp_path / "cache", print)


def test_a_folder_closed_to_the_account_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    nobody = Account(name="nobody", user_id=65534, group_id=65534)

    assert not may_reach(nobody, tmp_path / "closed" / "data")
    assert may_reach(None, tmp_path / "closed" / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
def test_a_home_the_servers_cannot_enter_is_refused_with_a_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    with pytest.raises(StackError, match="COFFER_HOME"):
        prepare(Home(tmp_path / "home"), Account(name="daemon", user_id=1, group_id=1))


def test_a_stack_that_is_no_demonstration_never_becomes_one() -> None:
    with a_home() as home:
        given = settings(COFFER_HOME=str(home.root))
        lay_ground(given, Plan()).ports.claim.close()

        with pytest.raises(StackError, match="no demonstration"):
            lay_ground(given, Plan(demo=True))


def test_a_plan_survives_the_command_line() -> None:
    plan = Plan(ephemeral=True, workers=2, package="tests")

    assert plan_from(plan.to_argument()) == plan
