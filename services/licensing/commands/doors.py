"""Every command licensing takes: importing this opens the door of each."""

from services.licensing.commands import checkouts, door, floating, orders, seats, trials

FAMILIES = (checkouts, floating, orders, seats, trials)
router = door.router
