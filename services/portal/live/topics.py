"""What can be watched: each page by its topic, with who may see it and what changes it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.portal.format import Format
from services.portal.rooms import Rooms
from services.portal.viewer import Viewer

EVERY_SECONDS = 1.0
LEDGER = "credit_ledger"
MEMBERSHIP = "membership"
LICENSING = "licensing"
SERVICES = frozenset({LEDGER, LICENSING, MEMBERSHIP})
KEYS_MAX = 8


@dataclass(frozen=True)
class Scene:
    """What one look found: what the blocks are given, in which zone, and whose facts change it.

    Once it `is_over` nothing on it changes by itself any more.
    """

    facts: Mapping[str, Any]
    reading: Format
    hears: frozenset[UUID] = frozenset()
    is_over: bool = False


Look = Callable[[Rooms, str, Format], Awaitable[Scene]]


@dataclass(frozen=True)
class Topic:
    """A page that can be watched.

    `look` asks for everything on it once, for however many watch; `services` are those it asks.
    One that is `steady` is looked at again and again without any fact, until it is over. One
    `by_row` has a block of cells that is filled for each of the `rows` it looks at; those that
    changed are sent.
    """

    name: str
    template: str
    blocks: tuple[str, ...]
    may_see: Callable[[Viewer, str], bool]
    look: Look
    services: frozenset[str] = frozenset()
    every_seconds: float = EVERY_SECONDS
    steady: bool = False
    by_row: bool = False


@dataclass(frozen=True)
class Watched:
    """A topic with its key, as pages write it: overview:01a7..."""

    topic: Topic
    key: str

    @property
    def name(self) -> str:
        return f"{self.topic.name}:{self.key}" if self.key else self.topic.name

    def may_be_seen_by(self, viewer: Viewer) -> bool:
        return self.topic.may_see(viewer, self.key)


@dataclass
class Topics:
    """Every topic there is, by name."""

    by_name: dict[str, Topic] = field(default_factory=dict)

    def read(self, written: str) -> tuple[Watched, ...]:
        """Read the topics of an address; raises KeyError for one that does not exist."""
        names = [name for name in written.split(",") if name][:KEYS_MAX]
        return tuple(self._read(name) for name in dict.fromkeys(names))

    def _read(self, name: str) -> Watched:
        topic, _, key = name.partition(":")
        return Watched(self.by_name[topic], key)


def id_of(key: str) -> UUID | None:
    """The id that a key is, or begins with; nothing when it is none."""
    try:
        return UUID(key.partition(".")[0])
    except ValueError:
        return None


def of_administrators(viewer: Viewer, key: str) -> bool:
    """Whoever runs the organization, and the vendor's staff."""
    organization = id_of(key)
    return organization is not None and (viewer.is_staff or viewer.administers(organization))


def of_the_person(viewer: Viewer, key: str) -> bool:
    return viewer.account_id == id_of(key)


def of_staff(viewer: Viewer, _key: str) -> bool:
    return viewer.is_staff


def of_ops(viewer: Viewer, _key: str) -> bool:
    return viewer.is_ops or viewer.is_staff
