"""Every voice the ledger hears: importing this opens the door of each.

Membership comes last: its door takes every fact that no other door chose.
"""

from services.credit_ledger.reactions import door, licensing, store

from services.credit_ledger.reactions import membership  # isort: skip  # the last door, see above
from services.credit_ledger.reactions import copies  # isort: skip  # it hears by those doors

VOICES = (store, licensing, membership)
ROOMS = (store.open_store_orders, copies.room)
router = door.router
