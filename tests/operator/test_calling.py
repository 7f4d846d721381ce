"""However a command is called wrongly, it ends with 2 and one line that names what is wrong."""

from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from deploy.operator import hints
from deploy.operator.exits import NOT_ANSWERED, WRONGLY_CALLED
from deploy.operator.main import app

ID = "0193f000-0000-7000-8000-000000000001"
HERE = str(Path(__file__).parent)
THIS_FILE = str(Path(__file__))
COMMANDS: tuple[str, ...] = tuple(get_command(app).commands)  # type: ignore[attr-defined]  # a group
# What each command needs in order to be called at all.
NEEDED = {
    "accounts": (ID,),
    "replay": (THIS_FILE,),
    "balance": (ID,),
    "statement": (ID,),
    "usage": (ID,),
    "dry-run": (THIS_FILE,),
    "bulk": (THIS_FILE, "--organization", ID, "--as", ID),
    "export": (ID, "--out", "never-written"),
    "import": (THIS_FILE,),
    "rebuild": ("licensing",),
    "forget": (ID, "--reason", "asked", "--as", ID),
}
OPTIONAL = {"bench": ("engine",), "organizations": ("ana",)}
WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    (("up", "--workers", "99"), "--workers: is more than 12"),
    (("up", "--workers", "many"), "--workers: is no whole number"),
    (("demo", "--jobs", "-1"), "--jobs: is less than 0"),
    (("demo", "--jobs"), "option '--jobs' requires an argument"),
    (("replay",), "trace: is missing"),
    (("replay", "not-there"), "trace: file 'not-there' does not exist"),
    (("replay", THIS_FILE, "--redeliver", "2"), "--redeliver: is more than 0.5"),
    (("replay", THIS_FILE, "--speed", "fast"), "--speed: is no number"),
    (("replay", THIS_FILE, "--kill", "portal=1"), "--kill: portal=1: write ledger"),
    (("tail", "--since", "yesterday"), "--since: is none of first, last, next"),
    (("tail", "--since", "2026-01-31T12:00:00"), "--since: is none of first, last, next"),
    (("tail", "--count", "0"), "--count: is less than 1"),
    (("organizations", ""), "search: is empty"),
    (("organizations", "--limit", "501"), "--limit: is more than 500"),
    (("organizations", "--after", "x"), "--after: is no id like"),
    (("accounts",), "who: is missing"),
    (("accounts", "ben@"), "who: ben@: is no e-mail, customer number or id"),
    (("node",), "missing command"),
    (("node", "enrol", "--organization", ID, "--as", ID), "name: is missing"),
    (("node", "enrol", "rn.01", "--organization", ID, "--as", ID), "name: 'rn.01' is not 1 to 60"),
    (("node", "withdraw", "rn-01", "--as", ID), "--organization: is missing"),
    (("node", "list", "--organization", "larkspur"), "--organization: is no id like"),
    (("balance",), "organization: is missing"),
    (("balance", "larkspur"), "organization: is no id like"),
    (("statement", ID, "--period", "2026-13"), "--period: a month is written like 2026-11"),
    (("statement", ID, "--csv", "--json"), "--csv: goes without --json"),
    (("usage", ID, "--csv", "--json"), "--csv: goes without --json"),
    (("usage", ID, "--by", "weather"), "--by: is not up to three of user, job"),
    (("usage", ID, "--since", "November"), "--since: is no day like 2026-11-01"),
    (("usage", ID, "--until", "2026-11-31"), "--until: is no day like 2026-11-01"),
    (
        ("usage", ID, "--since", "2026-11-02", "--until", "2026-11-01"),
        "--until: does not come after --since",
    ),
    (
        ("usage", ID, "--since", "2026-11-02T00:00:00Z", "--until", "2026-10-01"),
        "--until: does not come after --since",
    ),
    (("dry-run",), "file: is missing"),
    (("dry-run", "not-there"), "file: not-there: no such file or directory"),
    (("dry-run", HERE), f"file: {HERE}: is a directory"),
    (("bulk",), "file, --organization, --as: is missing, or --template"),
    (("bulk", "-", "--as", ID), "--organization: is missing"),
    (("bulk", "-", "--organization", ID), "--as: is missing"),
    (("bulk", "not-there", "--organization", ID, "--as", ID), "file: not-there: no such file"),
    (("bulk", THIS_FILE, "--organization", ID, "--as", ID), f"file: {THIS_FILE}: unknown_field"),
    (("export", ID), "--out: is missing"),
    (("export", ID, "--out", HERE), f"--out: {HERE} is there already"),
    (("export", ID, "--out", "/not/there"), "--out: /not is no folder"),
    (("import",), "file: is missing"),
    (("import", "not-there"), "file: not-there: no such file or directory"),
    (("import", THIS_FILE), f"file: {THIS_FILE}: unknown_field"),
    (("import", THIS_FILE, "--operator", "Oz"), "--operator: is no id like"),
    (("reconcile", "--database-url", "nonsense"), "--database-url: is no address like postgresql"),
    (("rebuild",), "service: is missing"),
    (("rebuild", "portal"), "service: 'portal' is not one of"),
    (("forget", ID, "--as", ID), "--reason: is missing"),
    (("forget", ID, "--reason", "", "--as", ID), "reason: 1 to 500 characters"),
    (("bench", "everything"), "what: 'everything' is not one of"),
    (("bench", "--rounds", "0"), "--rounds: is less than 1"),
    (("fly",), "no such command 'fly'"),
)


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(("arguments", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_wrong_call_ends_with_two_and_names_what_is_wrong(
    arguments: tuple[str, ...], says: str
) -> None:
    is_a_wrong_call(call(*arguments), says)


def test_a_file_of_wrong_lines_ends_with_two_and_names_each(tmp_path: Path) -> None:
    file = tmp_path / "tried.csv"
    file.write_text(f"account_id,amount\n{ID},-1\nBen,1\n", encoding="ascii")

    result = call("dry-run", str(file), "--organization", ID)

    assert result.exit_code == WRONGLY_CALLED
    assert [line.split(": ")[:3] for line in result.stderr.splitlines()] == [
        ["line 2", "invalid_amount", "amount"],
        ["line 3", "malformed", "account_id"],
    ]


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_takes_options_or_arguments_that_it_does_not_have(command: str) -> None:
    needed = NEEDED.get(command, ())

    is_a_wrong_call(call(command, *needed, "--nothing-like-it"), "--nothing-like-it")
    if command != "accounts":
        more = call(command, *needed, *OPTIONAL.get(command, ()), "too-much")
        is_a_wrong_call(more, "too-much")


def test_every_command_that_can_be_called_wrongly_is_so_called() -> None:
    called = {arguments[0] for arguments, _ in WRONG}

    assert set(COMMANDS) - called == {"down", "status", "provision"}


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    "arguments",
    [
        ("balance", ID),
        ("organizations",),
        ("accounts", ID),
        ("statement", ID),
        ("statement", ID, "--period", "2026-11", "--csv"),
        ("usage", ID, "--csv"),
        ("export", ID, "--out", "never-written"),
        ("rebuild", "licensing"),
        ("tail",),
        ("reconcile",),
        ("forget", ID, "--reason", "asked", "--as", ID),
        ("node", "enrol", "rn-01", "--organization", ID, "--as", ID),
    ],
)
def test_without_a_stack_a_question_ends_with_three_and_says_how_to_start_one(
    arguments: tuple[str, ...],
) -> None:
    result = call(*arguments)

    assert result.exit_code == NOT_ANSWERED
    assert result.stdout == ""
    assert result.stderr.startswith("No stack runs here: start one with `coffer up`")


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("command", [("status",), ("replay", str(hints.SAMPLE), "--jobs", "1")])
def test_without_a_stack_what_shows_or_plays_one_ends_with_three(command: tuple[str, ...]) -> None:
    assert call(*command).exit_code == NOT_ANSWERED


def test_the_command_alone_shows_what_there_is() -> None:
    result = call()

    assert result.exit_code == 0
    assert [name for name in COMMANDS if name not in result.stdout] == []


def is_a_wrong_call(result: Result, says: str) -> None:
    """Exit code 2, nothing on stdout, one line on stderr, no traceback."""
    assert result.exit_code == WRONGLY_CALLED, result.output
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    assert says in line
    assert "Traceback" not in line


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "80"})
