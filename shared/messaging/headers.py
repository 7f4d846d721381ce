"""Headers that the client library cannot read: their message comes without any.

A sender may write bytes into a property that are no UTF-8, a time past the year 9999, a table
nested a thousand deep. The library ends the connection over it, the broker delivers the message
again, and so on until its delivery limit: half a minute in which nobody is served, and in which
messages of others that travelled along come nearer to their own limit.
"""

from pamqp.commands import Basic
from pamqp.header import ContentHeader

UNREADABLE = (ValueError, OverflowError, RecursionError, LookupError, TypeError)
_unmarshal = ContentHeader.unmarshal


def read_any_header() -> None:
    """Have every connection of this process deliver a message whatever its header holds.

    What cannot be read is dropped with all the rest of the header; a door then finds no type and
    buries the message.
    """
    ContentHeader.unmarshal = _read  # type: ignore[assignment,method-assign]  # a function is a method


def _read(header: ContentHeader, data: bytes) -> None:
    try:
        _unmarshal(header, data)
    except UNREADABLE:
        header.properties = Basic.Properties()
