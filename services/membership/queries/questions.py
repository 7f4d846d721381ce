"""Every question membership answers: importing this opens the door of each."""

from services.membership.queries import (
    accounts,
    audit,
    copies,
    door,
    nodes,
    organizations,
    people,
)

FAMILIES = (accounts, audit, copies, nodes, organizations, people)
router = door.router
