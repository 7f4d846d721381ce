"""What the API is made with: the portal's rooms, and what this process remembers of its callers."""

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from services.portal.api.limits import ORGANIZATION, STRANGER, TOKEN, Limiter
from services.portal.api.standings import Standings
from services.portal.rooms import Rooms
from services.portal.sessions import find_viewer


@dataclass(frozen=True)
class Parts:
    """Shared by all calls of one process."""

    rooms: Rooms
    standings: Standings
    of_token: Limiter = field(default_factory=lambda: Limiter(TOKEN))
    of_organization: Limiter = field(default_factory=lambda: Limiter(ORGANIZATION))
    of_stranger: Limiter = field(default_factory=lambda: Limiter(STRANGER))


def open_parts(rooms: Rooms) -> Parts:
    return Parts(rooms, Standings(lambda account_id: find_viewer(rooms, account_id)))


def parts_in(connection: HTTPConnection) -> Parts:
    """The parts of the API that serves this call."""
    parts: Parts = connection.app.state.parts
    return parts
