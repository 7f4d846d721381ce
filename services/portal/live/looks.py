"""How each page is looked at once, for all who keep it open."""

import asyncio
from dataclasses import dataclass
from itertools import compress
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.bars import meter_of
from services.portal.bulk.telling import summary_of
from services.portal.format import Format, format_of
from services.portal.live.desks import desk_of
from services.portal.live.topics import Scene, id_of
from services.portal.pages import credits, me, overview
from services.portal.pages.people import access_words
from services.portal.rooms import Rooms
from services.portal.sessions import last_known
from services.portal.store import uploads
from services.portal.viewer import Viewer
from services.portal.views import removal
from services.portal.views.awaited import awaited_by
from services.portal.views.desk import Desk
from services.portal.views.faces import faces_of
from services.portal.views.listing import PAGE, people_on, people_page, unlimited_in
from services.portal.views.needs import BUY
from services.portal.views.people import find_people, find_person
from services.portal.views.places import read_place
from services.portal.views.pool import first_holds, look_at_pool, open_holds
from services.portal.views.rows import EVERYBODY, read_filter
from services.portal.views.seats import seats_of
from services.portal.views.wallets import holds_of, look_into_purse
from services.portal.words.read import read
from shared.contracts.credit_queries import ListRequests
from shared.contracts.message import refuse
from shared.contracts.refusals import RefusalCode

REQUESTS_MAX = 500


@dataclass(frozen=True)
class Gone:
    """Somebody whose row is still on a page though he is in the organization no more."""

    id: UUID
    name: str
    state: str = "gone"


async def look_at_overview(rooms: Rooms, desk: Desk) -> dict[str, Any]:
    return {"buy": BUY, **await overview.look(rooms, desk)}


async def look_at_credits(rooms: Rooms, desk: Desk) -> dict[str, Any]:
    pool, holds, page = await asyncio.gather(
        look_at_pool(desk.ask, desk.all, rooms.clock.now()),
        first_holds(desk.ask),
        people_page(desk, EVERYBODY),
    )
    shown, faces = await credits.listed(desk, holds)
    return {
        "pool": pool,
        "holds": holds,
        "holds_shown": shown,
        "faces": faces,
        "unlimited": unlimited_in(page),
    }


async def look_at_rows(rooms: Rooms, key: str, reading: Format) -> Scene:
    """The people whose rows a page shows, whichever page it is; who is in no more is told so."""
    organization, *shown = (_id(part) for part in key.split(".")[: 1 + PAGE])
    desk = await desk_of(rooms, organization, reading)
    found = {row.id: row for row in await find_people(desk, tuple(shown))}
    rows = [*found.values(), *await _gone(desk, [one for one in shown if one not in found])]
    facts = {"desk": desk, "rows": rows, "access_words": lambda row: access_words(desk, row)}
    return Scene(facts, desk.format, frozenset({organization}))


async def _gone(desk: Desk, accounts: list[UUID]) -> list[Gone]:
    """Those who were in once, by name; of anybody else a page is told nothing."""
    were_in = await asyncio.gather(*(removal.was_in(desk, one) for one in accounts))
    faces = await faces_of(desk.asking, compress(accounts, were_in))
    return [Gone(face.account_id, face.name) for face in faces.values()]


async def look_at_list(rooms: Rooms, key: str, reading: Format) -> Scene:
    """Whom a list of people would show now, at the place and with the filter of its address."""
    organization, _, address = key.partition(".")
    desk = await desk_of(rooms, _id(organization), reading)
    asked = dict(parse_qsl(address))
    people, _ = await people_on(desk, read_filter(asked), read_place(asked))
    facts = {"desk": desk, "ids": [person.account_id for person in people]}
    return Scene(facts, desk.format, frozenset({desk.id}))


async def look_at_licenses(_rooms: Rooms, desk: Desk) -> dict[str, Any]:
    return {"seats": await seats_of(desk)}


async def look_at_requests(_rooms: Rooms, desk: Desk) -> dict[str, Any]:
    question = ListRequests(state="open", limit=REQUESTS_MAX)
    waiting = await desk.all(question, "requests", most=REQUESTS_MAX)
    return {"ids": [one["request_id"] for one in waiting]}


async def look_at_person(rooms: Rooms, key: str, reading: Format) -> Scene:
    """One person of an organization: his numbers, and none of the forms beside them."""
    organization, person = _pair(key)
    desk = await desk_of(rooms, organization, reading)
    row, holds = await asyncio.gather(find_person(desk, person), open_holds(desk.all, person))
    if row is None:
        raise RefusedError(refuse(RefusalCode.NOT_IN_ORGANIZATION))
    facts = {"desk": desk, "row": row, "meter": meter_of(row.access, row.available), "holds": holds}
    return Scene(facts, desk.format, frozenset({organization}))


async def look_at_removal(rooms: Rooms, key: str, reading: Format) -> Scene:
    """Somebody on his way out of an organization."""
    organization, person = _pair(key)
    desk = await desk_of(rooms, organization, reading)
    if not await removal.was_in(desk, person):
        raise RefusedError(refuse(RefusalCode.NOT_IN_ORGANIZATION))
    seen = {"desk": desk, "removal": await removal.look_at_removal(desk, person)}
    return Scene(seen, desk.format, frozenset({organization}))


async def look_at_upload(rooms: Rooms, key: str, reading: Format) -> Scene:
    """A table that is being checked or applied; its rows are read once nothing is done any more."""
    organization, named = _pair(key)
    desk = await desk_of(rooms, organization, reading)
    async with rooms.pool.acquire() as database:
        upload = await uploads.progress_of(database, named, organization)
        if upload is not None and not upload.is_busy:
            upload = await uploads.find(database, named, organization)
    if upload is None:
        raise RefusedError(refuse(RefusalCode.UNKNOWN_REQUEST))
    names = {"org": desk.name, "o": str(desk.id), "admin": desk.administrator.name}
    summary = summary_of(upload, read(), names)
    facts = {"desk": desk, "upload": upload, "summary": summary}
    return Scene(facts, desk.format, is_over=not upload.is_busy)


async def look_at_me(rooms: Rooms, key: str, reading: Format) -> Scene:
    """What somebody may spend himself, and what his jobs hold of it."""
    viewer = await _person(rooms, key)
    purse = await look_into_purse(rooms, viewer)
    holds = await holds_of(rooms.asking, viewer, purse)
    own = format_of(str(reading.locale), purse.zone)
    waiting = await awaited_by(rooms, viewer.account_id, own)
    facts = {"purse": purse, "holds": holds, "waiting": waiting}
    return Scene(facts, own, _books_of(viewer))


async def look_at_my_credits(rooms: Rooms, key: str, reading: Format) -> Scene:
    """The lots somebody has of his own, and what was charged to him lately."""
    viewer = await _person(rooms, key)
    purse = await look_into_purse(rooms, viewer)
    facts = {"purse": purse, "entries": await me.entries_of(rooms, viewer, purse)}
    return Scene(facts, format_of(str(reading.locale), purse.zone), _books_of(viewer))


async def look_at_awaited(rooms: Rooms, key: str, reading: Format) -> Scene:
    """What somebody waits for; what he is told of is written down by this process."""
    account = id_of(key)
    assert account is not None
    return Scene({"waiting": await awaited_by(rooms, account, reading)}, reading)


async def look_at_my_seats(rooms: Rooms, key: str, reading: Format) -> Scene:
    """What somebody may use himself."""
    viewer = await _person(rooms, key)
    licenses, administrator = await asyncio.gather(
        me.licenses_of(rooms.asking, viewer), me.my_administrator(rooms.asking, viewer)
    )
    facts = {"licenses": licenses, "administrator": administrator}
    return Scene(facts, reading, _books_of(viewer))


async def _person(rooms: Rooms, key: str) -> Viewer:
    """Whoever watches his own page; raises RefusedError for whom there is no more."""
    account = id_of(key)
    viewer = account and await last_known(rooms, account)
    if not viewer:
        raise RefusedError(refuse(RefusalCode.UNKNOWN_ACCOUNT))
    return viewer


def _books_of(viewer: Viewer) -> frozenset[UUID]:
    """Whose facts change his page: his own, and those of the organizations he is in."""
    named = (viewer.account_id, viewer.organization_id, viewer.joined_organization_id)
    return frozenset(one for one in named if one is not None)


def _pair(key: str) -> tuple[UUID, UUID]:
    """An organization, and what of it; raises RefusedError for what is neither."""
    organization, _, other = key.partition(".")
    return _id(organization), _id(other)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise RefusedError(refuse(RefusalCode.UNKNOWN_ORGANIZATION)) from None
