"""Every call of `coffer` that a page shows is one: it is read as the command reads it."""

import re
import shlex

import pytest
from typer.main import get_command

from deploy.operator import exits
from deploy.operator.main import app
from tests.operator.calls import CHECKOUT, parses

COMMANDS: set[str] = set(get_command(app).commands)  # type: ignore[attr-defined]  # a group
PAGES = sorted(
    path.relative_to(CHECKOUT).as_posix()
    for path in (
        *CHECKOUT.glob("*.md"),
        *CHECKOUT.glob("docs/*.md"),
        *CHECKOUT.glob("docs/decisions/*.md"),
        *CHECKOUT.glob("services/*/README.md"),
    )
)
SPAN = re.compile(r"`coffer\s([^`]+)`")
LINE = re.compile(r"^ {4}(?:\.venv/bin/)?coffer (.+)$", re.MULTILINE)


def text_of(page: str) -> str:
    return (CHECKOUT / page).read_text(encoding="utf-8")


def calls_in(page: str) -> list[list[str]]:
    """The calls of a page, in a sentence or a line of their own; a name alone is a mention."""
    text = text_of(page)
    calls = [shlex.split(call, comments=True) for call in SPAN.findall(text) + LINE.findall(text)]
    return [call for call in calls if call[0] not in {"COMMAND", "--help"}]


@pytest.mark.parametrize("page", [page for page in PAGES if calls_in(page)])
def test_every_call_of_the_command_on_a_page_can_be_made(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CHECKOUT)

    for call in calls_in(page):
        assert call[0] in COMMANDS
        if len(call) > 1:
            parses(*call)


def test_the_page_of_the_command_names_every_command_and_every_end() -> None:
    page = text_of("docs/command.md")
    named = {call[0] for call in calls_in("docs/command.md")}
    ends = {
        int(value)
        for name, value in vars(exits).items()
        if name.isupper() and isinstance(value, int)
    }

    assert named == COMMANDS
    assert {int(code) for code in re.findall(r"^\| ([0-9]) \|", page, re.MULTILINE)} == ends


def test_the_list_of_commands_in_the_readme_is_whole() -> None:
    [listed] = re.findall(
        r"\*\*the command\*\* `coffer`[^:]*:(.+?)\n\n", text_of("README.md"), re.DOTALL
    )

    assert set(re.findall(r"`([a-z-]+)`", listed)) == COMMANDS
