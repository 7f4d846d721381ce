"""Calls a command: what is wrong with an option is one line on stderr that names it."""

import sys
from collections.abc import Sequence
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from deploy.native.errors import SettingsError
from deploy.operator.exits import REFUSED, WRONGLY_CALLED
from shared.bulk.words import in_words


class Commands(TyperGroup):
    """The commands, called by a person or a script that reads one line and one number."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,  # noqa: ANN401  # as Typer hands it on
    ) -> Any:  # noqa: ANN401  # as above
        """Run one command and end; alone, the list of them is shown."""
        del standalone_mode, windows_expand_args
        given = list(sys.argv[1:] if args is None else args) or ["--help"]
        try:
            ended = super().main(given, prog_name, complete_var, standalone_mode=False, **extra)
        except typer.TyperException as error:
            print(wrong_call(error), file=sys.stderr)
            sys.exit(WRONGLY_CALLED)
        except SettingsError as error:
            print(error, file=sys.stderr)
            sys.exit(WRONGLY_CALLED)
        except typer.Abort:
            sys.exit(REFUSED)
        sys.exit(ended or 0)


def wrong_call(error: typer.TyperException) -> str:
    """Say in one line which option is wrong, why, and where to read on."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "coffer"
    told = " ".join(f"{command}: {_reason(error)}".split())
    return f"{told}; see `{command} --help`"


def _reason(error: typer.TyperException) -> str:
    if not isinstance(error, typer.BadParameter):
        message = error.format_message().rstrip(".")
        return message[:1].lower() + message[1:]
    named = error.param_hint or (max(error.param.opts, key=len) if error.param else "")
    return f"{named}: {_wrong(error)}"


def _wrong(error: typer.BadParameter) -> str:
    if not error.message:
        return "is missing"
    if error.param_hint is None and isinstance(error.__cause__, ValidationError):
        first = error.__cause__.errors(include_url=False, include_input=False)[0]
        return in_words(first)
    return error.message.rstrip(".")
