"""Every voice licensing hears: importing this opens the door of each.

Sequences come last: their door takes every fact that no other door chose.
"""

from services.licensing.reactions import copies, door, store

from services.licensing.reactions import sequences  # isort: skip  # the last door, see above

VOICES = (copies, store, sequences)
ROOMS = (store.open_reach, copies.room)
router = door.router
