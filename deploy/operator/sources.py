"""Reads the file that a command is given, or standard input for a dash."""

import sys
from pathlib import Path

import typer

STANDARD_INPUT = "-"


def content_of(file: Path, *, bytes_max: int) -> bytes:
    """Read a whole file; what cannot be read, or is too long, is a wrong call."""
    try:
        if str(file) == STANDARD_INPUT:
            content = sys.stdin.buffer.read(bytes_max + 1)
        else:
            with file.open("rb") as stream:
                content = stream.read(bytes_max + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise typer.BadParameter(f"{file}: {reason}", param_hint="file") from error
    if len(content) > bytes_max:
        message = f"{file}: has more than {bytes_max:,} bytes"
        raise typer.BadParameter(message, param_hint="file")
    return content
