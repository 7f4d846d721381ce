"""Every question the ledger answers: importing this opens the door of each."""

from services.credit_ledger.queries import (
    access,
    audit,
    balances,
    books,
    copies,
    door,
    planning,
    pools,
    records,
    statements,
    usage,
)

FAMILIES = (
    access,
    audit,
    balances,
    books,
    copies,
    planning,
    pools,
    records,
    statements,
    usage,
)
router = door.router
