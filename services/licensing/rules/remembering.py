"""How long it is remembered what was asked of checkouts: heartbeats come by the million (A12)."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.message import Refused, refuse
from shared.contracts.refusals import RefusalCode

REMEMBERED = timedelta(days=7)
AHEAD_MAX = timedelta(minutes=10)


def oldest_id(now: datetime) -> UUID:
    """Before which id nothing of checkouts is decided: ids are in order of time."""
    return _first_id(now - REMEMBERED)


def turned_away(identifier: UUID, *, now: datetime) -> Refused | None:
    """Refuse what may have been decided and forgotten, for it is never decided anew.

    An id of a time to come would be remembered until then: it waits until it is due (A18). What is
    no UUIDv7 lies in neither span but by chance.
    """
    if identifier < oldest_id(now):
        return refuse(RefusalCode.STALE_REPORT)
    if identifier > _first_id(now + AHEAD_MAX):
        return refuse(RefusalCode.CLOCK_SKEW)
    return None


def _first_id(moment: datetime) -> UUID:
    return UUID(int=int(moment.timestamp() * 1_000) << 80)
