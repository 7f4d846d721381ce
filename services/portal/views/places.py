"""Where a page of a long list is, and how its reader gets to the pages beside it: by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID


@dataclass(frozen=True)
class Place:
    """Behind whom a page begins, or before whom it ends; neither is the beginning of the list."""

    after: UUID | None = None
    before: UUID | None = None


BEGINNING = Place()


@dataclass(frozen=True)
class Beside:
    """The pages beside one, and which rows of how many it shows; nothing of what nobody counted."""

    after: UUID | None = None
    before: UUID | None = None
    first: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Pager:
    """The way to the pages beside one, as addresses, and which rows these are."""

    previous: str = ""
    next: str = ""
    first: int | None = None
    last: int | None = None
    total: int | None = None


def read_place(given: Mapping[str, str]) -> Place:
    """Read where a page begins; a place that is none is the beginning."""
    if before := _id(given.get("before", "")):
        return Place(before=before)
    return Place(after=_id(given.get("after", "")))


def pager_of(here: str, asked: Mapping[str, object], beside: Beside, shown: int) -> Pager:
    """Lead from one page of a list to those beside it; what was asked for stays in the address."""

    def address(**place: UUID | None) -> str:
        kept = {name: value for name, value in asked.items() if value}
        page, mark, part = here.partition("#")
        return f"{page}?{urlencode({**kept, **place})}{mark}{part}"

    return Pager(
        previous=address(before=beside.before) if beside.before else "",
        next=address(after=beside.after) if beside.after else "",
        first=beside.first,
        last=None if beside.first is None else beside.first + shown - 1,
        total=beside.total,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
