"""Whom a table names: it goes with whoever of them is forgotten (A20)."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.rooms import Rooms
from shared.bulk.office import Office
from shared.bulk.table import Row
from shared.bulk.wishes import Wrong
from shared.contracts.accounts import AccountFound, FindAccount
from shared.messaging.ask import NoAnswer

ASKED_TOGETHER_MAX = 50


async def named_in(rooms: Rooms, office: Office, rows: Sequence[Row]) -> tuple[UUID, ...]:
    """The accounts of those whom a table names, be they in the organization or elsewhere."""
    known = office.those_in(rows)
    named = {row.wish.email.casefold() for row in rows if not isinstance(row.wish, Wrong)}
    others = sorted(named - known.keys())
    found = list(known.values())
    for first in range(0, len(others), ASKED_TOGETHER_MAX):
        asked = others[first : first + ASKED_TOGETHER_MAX]
        accounts = await asyncio.gather(*(_account_of(rooms, email) for email in asked))
        found += [account for account in accounts if account is not None]
    return tuple(found)


async def _account_of(rooms: Rooms, email: str) -> UUID | None:
    try:
        return (await rooms.asking.show(FindAccount(email=email), AccountFound)).account_id
    except (RefusedError, NoAnswer):
        return None
