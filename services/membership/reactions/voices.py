"""Every voice membership listens to: importing this opens the door of each.

Sequences come last: their door takes every fact that no other door chose.
"""

from services.membership.reactions import copies, credits, door, licenses, removals, seats

from services.membership.reactions import sequences  # isort: skip  # the last door, see above

FAMILIES = (copies, credits, licenses, removals, seats, sequences)
router = door.router
apply = door.apply
