"""What may go wrong while services are asked ends a command with one line; a bug does not."""

import pytest
import typer
from aiormq.exceptions import AMQPConnectionError
from typer.testing import CliRunner

from deploy.native.errors import BrokerRefusedError, StackError
from deploy.operator import hints
from deploy.operator.asking import asking
from deploy.operator.exits import NOT_ANSWERED, REFUSED, WRONGLY_CALLED
from deploy.operator.inquiry import RefusedError
from deploy.operator.main import app
from shared.contracts.message import refuse
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer

ID = "0193f000-0000-7000-8000-000000000001"
SAMPLE = str(hints.SAMPLE)
REFUSED_ONE = RefusedError(refuse(RefusalCode.UNKNOWN_ACCOUNT, message="nobody has it"))


@pytest.mark.parametrize(
    ("error", "ends", "says"),
    [
        (REFUSED_ONE, REFUSED, "unknown_account: nobody has it"),
        (FileNotFoundError(2, "No such file", "out"), REFUSED, "out: no such file"),
        (BrokerRefusedError("The broker refused."), REFUSED, "The broker refused."),
        (StackError("No stack."), NOT_ANSWERED, "No stack."),
        (NoAnswer("no verdict in 5 s"), NOT_ANSWERED, "no verdict in 5 s"),
        (ConnectionRefusedError(111, "refused"), NOT_ANSWERED, "not answer: refused"),
        (AMQPConnectionError(111, "refused"), NOT_ANSWERED, "not answer: refused"),
        (ExceptionGroup("two", [NoAnswer("silent"), ValueError()]), NOT_ANSWERED, "silent"),
    ],
)
def test_what_may_go_wrong_is_one_line(
    error: Exception, ends: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, asking():
        raise error

    assert ended.value.exit_code == ends
    told = capsys.readouterr()
    assert told.out == ""
    [line] = told.err.splitlines()
    assert line.endswith(says)


@pytest.mark.parametrize("error", [ValueError(), BrokenPipeError(), AssertionError()])
def test_a_programmers_error_and_a_reader_who_left_are_not_the_brokers(error: Exception) -> None:
    with pytest.raises(type(error)), asking():
        raise error


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("down",),
        ("up",),
        ("balance", ID),
        ("demo",),
        ("forget", ID, "--reason", "asked", "--as", ID),
        ("replay", SAMPLE, "--jobs", "1"),
        ("node", "enrol", "rn-01", "--organization", ID, "--as", ID),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize(
    ("name", "value"),
    [("COFFER_LEDGER_WORKERS", "many"), ("DATABASE_URL_FILE", "/not/there")],
)
def test_a_variable_that_cannot_be_meant_is_a_wrong_call(
    command: tuple[str, ...], name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    result = CliRunner().invoke(app, command)

    assert result.exit_code == WRONGLY_CALLED, result.output
    [line] = [line for line in result.stderr.splitlines() if name in line]
    assert "Traceback" not in result.output
    assert line


@pytest.mark.usefixtures("nowhere")
def test_a_stack_that_allows_no_replay_refuses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/")
    monkeypatch.setenv("AMQP_URL", "amqp://nobody@127.0.0.1:1/")

    result = CliRunner().invoke(app, ("replay", SAMPLE, "--jobs", "1"))

    assert result.exit_code == REFUSED, result.output
    assert result.stderr.startswith("A replay acts for people")
