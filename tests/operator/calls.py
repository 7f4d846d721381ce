"""Calls of the command that are only read, not carried out."""

from pathlib import Path

from typer.main import get_command

from deploy.operator.main import app

CHECKOUT = Path(__file__).parents[2]
AN_ID = "0193f000-0000-7000-8000-000000000001"
A_TRACE = str(CHECKOUT / "deploy/operator/data/lcg-2005-5000.swf.gz")
# What pages write in capitals stands for one of these.
MEANT = {
    "ORG": AN_ID,
    "ORGANIZATION": AN_ID,
    "ADMINISTRATOR": AN_ID,
    "ACCOUNT": AN_ID,
    "YOU": AN_ID,
    "TRACE": A_TRACE,
    "EMAIL": "ana@larkspur.example",
    "SERVICE": "licensing",
    "FOLDER": "never-written",
}


def parses(*arguments: str) -> None:
    """Read a call as the command would; raises what is wrong with it."""
    name, *rest = (MEANT.get(argument, argument) for argument in arguments)
    command = get_command(app).commands[name]  # type: ignore[attr-defined]  # a group
    command.make_context(name, rest)
