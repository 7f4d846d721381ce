"""Where in the stream of facts to start."""

from datetime import datetime

WORDS = ("first", "last", "next")

Offset = int | str | datetime


def read_offset(text: str) -> Offset:
    """Read where to start; raises ValueError that says what can be written."""
    if text in WORDS:
        return text
    if text.isdecimal() and text.isascii():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = "is none of first, last, next, and no offset or time like 2026-01-31T12:00:00Z"
        raise ValueError(message)
    return moment
