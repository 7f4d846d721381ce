"""What every page, call and letter of the portal is made with, opened once at start."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from jinja2 import Environment
from starlette.requests import HTTPConnection

from services.portal.asking import Asking, open_asking
from services.portal.settings import PortalSettings, read_settings
from services.portal.static_files import Assets, gather_assets
from services.portal.templating import open_templates
from shared.clock import Clock
from shared.messaging.publisher import Publisher
from shared.postgres.pool import Pool
from shared.service import Running

NAME = "portal"


@dataclass(frozen=True)
class Rooms:
    """The portal's settings, connections, templates and clocks.

    `clock` is the stack's, which a demonstration moves; `wall` is the machine's, by which sessions
    and limits are counted.
    """

    settings: PortalSettings
    pool: Pool
    publisher: Publisher
    asking: Asking
    templates: Environment
    assets: Assets
    clock: Clock
    wall: Clock
    running: Running


def rooms_in(connection: HTTPConnection) -> Rooms:
    """The rooms of whoever serves this request."""
    rooms: Rooms = connection.app.state.rooms
    return rooms


def rooms_of(running: Running) -> Rooms:
    """The rooms of this process, for its works and its doors."""
    rooms = running.rooms[NAME]
    assert isinstance(rooms, Rooms)
    return rooms


@asynccontextmanager
async def room(running: Running) -> AsyncIterator[dict[str, object]]:
    """Open the rooms before the doors and the site."""
    settings = read_settings()
    async with open_asking(running, settings) as asking:
        assets = gather_assets()
        running.rooms[NAME] = Rooms(
            settings=settings,
            pool=running.pool,
            publisher=running.publisher,
            asking=asking,
            templates=open_templates(assets),
            assets=assets,
            clock=running.clock,
            wall=Clock(),
            running=running,
        )
        yield {"rooms": running.rooms[NAME]}
