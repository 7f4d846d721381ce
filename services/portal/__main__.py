"""The portal's wiring: its rooms, its site and what goes on beside it."""

from services.portal import commanding, rooms, site
from shared.messaging.topology import PORTAL
from shared.service import run

if __name__ == "__main__":
    run(PORTAL, (), works=(site.serve, commanding.clear_forms), rooms=(rooms.room,))
