"""What the API is made with: the portal's rooms, and what this process remembers of its callers."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from services.portal.api.limits import Limiter, Rate
from services.portal.api.standings import Standings
from services.portal.rooms import Rooms
from services.portal.sessions import find_viewer


@dataclass(frozen=True)
class Parts:
    """Shared by all calls of one process."""

    rooms: Rooms
    standings: Standings
    of_token: Limiter
    of_organization: Limiter
    of_stranger: Limiter


def open_parts(rooms: Rooms) -> Parts:
    told = rooms.settings
    return Parts(
        rooms,
        Standings(lambda account_id: find_viewer(rooms, account_id)),
        of_token=Limiter(Rate("token", told.api_token_per_second, told.api_token_burst)),
        of_organization=Limiter(
            Rate("organization", told.api_organization_per_second, told.api_organization_burst)
        ),
        of_stranger=Limiter(Rate("address", told.api_address_per_second, told.api_address_burst)),
    )


def parts_in(connection: HTTPConnection) -> Parts:
    """The parts of the API that serves this call."""
    parts: Parts = connection.app.state.parts
    return parts
