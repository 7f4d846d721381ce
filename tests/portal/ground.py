"""The portal's rooms without its process: a database of their own, and a clock that tests move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.portal import rooms as rooms_module
from services.portal.asking import Asking
from services.portal.rooms import NAME, Rooms
from services.portal.settings import PortalSettings
from services.portal.static_files import gather_assets
from services.portal.templating import open_templates
from shared.clock import Clock
from shared.messaging.ask import Asker
from shared.service import Running
from shared.settings import Settings
from tests.databases import Database, scratch_database

MIGRATIONS = Path(rooms_module.__file__).parent / "migrations"
SEALING = "what-these-tests-seal-secrets-with"
TABLES = ("heard_fact", "store_webhook", "store_payment", "webhook", "letter")


@dataclass
class Ground:
    """A database of the portal's alone, and who asks the services for it."""

    pool: Database
    asks: Asker
    clock: Clock = field(default_factory=Clock)

    def rooms(self, **settings: object) -> Rooms:
        """Rooms with these settings, as a portal that starts now has them."""
        url = "postgresql://nobody@localhost/none"
        running = Running(
            settings=Settings(database_url=url, amqp_url=url),
            pool=self.pool,
            publisher=self.asks.publisher,
            clock=self.clock,
        )
        assets = gather_assets()
        rooms = Rooms(
            settings=PortalSettings.model_validate({"sealing_keys": SEALING, **settings}),
            pool=self.pool,
            publisher=self.asks.publisher,
            asking=Asking(self.asks, None, self.clock),
            templates=open_templates(assets),
            assets=assets,
            clock=self.clock,
            wall=Clock(),
            running=running,
        )
        running.rooms[NAME] = rooms
        return rooms

    def pass_time(self, time: timedelta) -> None:
        self.clock._offset += time

    async def clear(self) -> None:
        """Begin anew: what is due does not say whose test it is."""
        for table in TABLES:
            await self.pool.execute(f"DELETE FROM {table}")  # noqa: S608 -- of the list above
        self.clock._offset = timedelta()


@asynccontextmanager
async def scratch_ground(administrator_url: str, asks: Asker) -> AsyncIterator[Ground]:
    async with scratch_database(administrator_url, MIGRATIONS) as pool:
        yield Ground(pool, asks)
