"""Every question licensing answers: importing this opens the door of each."""

from services.licensing.queries import (
    audit,
    checkouts,
    copies,
    door,
    entitlements,
    licenses,
    orders,
    trials,
)

FAMILIES = (audit, checkouts, copies, entitlements, licenses, orders, trials)
router = door.router
