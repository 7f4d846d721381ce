"""How often somebody may show a customer number: a few are mistakes, many are being tried out."""

from uuid import UUID

from services.portal.api.limits import Limiter, Rate
from services.portal.rooms import Rooms

NAME = "tries"
RATE = Rate("customer-number", per_second=10 / 3_600, burst=10)


def wait_before_trying(rooms: Rooms, account_id: UUID) -> int:
    """Take one try of an account's; answers in how many seconds there is one, if there is none."""
    limiter = rooms.running.rooms.setdefault(NAME, Limiter(RATE))
    assert isinstance(limiter, Limiter)
    looked = limiter.look(account_id)
    if looked.passes:
        limiter.take(account_id)
    return looked.wait_seconds
