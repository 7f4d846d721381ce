"""Every command membership takes: importing this opens the door of each."""

from services.membership.commands import (
    accounts,
    appointments,
    door,
    nodes,
    organizations,
    people,
    setups,
    transfers,
)

FAMILIES = (accounts, appointments, nodes, organizations, people, setups, transfers)
router = door.router
