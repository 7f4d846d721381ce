"""`coffer bulk` where no stack runs: what it reads, and what it makes of a wrong table."""

import pytest
from typer.testing import CliRunner, Result

from deploy.operator.exits import NOT_ANSWERED, WRONGLY_CALLED
from deploy.operator.main import app

ID = "0193f000-0000-7000-8000-000000000001"
TABLE = "action,email,role\nadd,ben@studio.example,MEMBER\n"

pytestmark = pytest.mark.usefixtures("nowhere")


def bulk(table: str) -> Result:
    arguments = ("bulk", "-", "--organization", ID, "--as", ID)
    return CliRunner().invoke(app, arguments, input=table)


def test_T34_a_dash_is_standard_input() -> None:
    read, unread = bulk(TABLE), bulk(TABLE.removesuffix("\n"))

    assert (read.exit_code, read.stderr) == (
        NOT_ANSWERED,
        "No stack runs here: start one with `coffer up`.\n",
    )
    assert unread.exit_code == WRONGLY_CALLED
    assert unread.stderr.startswith("coffer bulk: file: -: malformed: the last line does not end")


def test_T34_a_template_needs_nothing_else() -> None:
    result = CliRunner().invoke(app, ("bulk", "--template"))

    assert result.exit_code == 0
    assert result.stdout.startswith("action,email,role,product,mode,limit,period\nadd,")
