"""/o/{organization}/audit: who did what to whom, by which door, from what to what."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.rooms import rooms_in
from services.portal.tables import stream
from services.portal.views.audit import ACTS, TRAILS, Done, Trail, Wanted, trail_page
from services.portal.views.changes import called_by, ids_in
from services.portal.views.desk import Desk, open_desk, show_at
from services.portal.views.faces import Face, faces_of
from services.portal.views.people import find_by_email
from shared.postgres.pool import Pool

NUMBER_MAX = 2**62
WRITTEN_AT_ONCE = 200
HEADER = ("at", "act", "by", "door", "about", "changes")


async def audit(request: Request) -> Response:
    desk = await open_desk(request)
    given = request.query_params
    person = await _person(desk, given.get("person", "").strip())
    wanted = Wanted(act=given.get("act", "") if given.get("act") in ACTS else "", account=person)
    is_nobody = bool(given.get("person", "").strip()) and person is None
    trail = (
        Trail(())
        if is_nobody
        else await trail_page(desk, wanted, _before(given), own=rooms_in(request).pool)
    )
    faces = await _faces(desk, trail)
    return await show_at(
        request,
        desk,
        "audit.html",
        "trail",
        trail=trail,
        faces=faces,
        called=called_by(faces),
        wanted=wanted,
        person=given.get("person", ""),
        acts=sorted(ACTS.items(), key=lambda each: each[1]),
        first=f"{desk.home}/audit?{_query(given, {})}" if _before(given) else "",
        next=f"{desk.home}/audit?{_query(given, trail.before)}" if trail.before else "",
        query=_query(given, {}),
    )


async def audit_csv(request: Request) -> Response:
    """The trail as a table, as far back as it goes."""
    desk = await open_desk(request)
    given = request.query_params
    person = await _person(desk, given.get("person", "").strip())
    wanted = Wanted(act=given.get("act", "") if given.get("act") in ACTS else "", account=person)
    return await stream("audit.csv", HEADER, _pages(desk, rooms_in(request).pool, wanted))


async def _pages(desk: Desk, own: Pool, wanted: Wanted) -> AsyncIterator[list[tuple[object, ...]]]:
    before: Mapping[str, int] = {}
    while True:
        trail = await trail_page(desk, wanted, before, own=own, size=WRITTEN_AT_ONCE)
        faces = await _faces(desk, trail)
        yield [_line(done, faces) for done in trail.entries]
        before = trail.before
        if not before:
            return


def _line(done: Done, faces: Mapping[UUID, Face]) -> tuple[object, ...]:
    called = called_by(faces)
    changes = "; ".join(
        f"{name}: {called(was) or '-'} > {called(became) or '-'}"
        for name, was, became in done.changes
    )
    by = faces[done.by].name if done.by else ""
    about = faces[done.about].name if done.about else ""
    return (done.at.isoformat(), done.words, by, done.door, about, changes)


async def _person(desk: Desk, named: str) -> UUID | None:
    """Whom a filter means: an id, or the address of somebody who is in."""
    if not named:
        return None
    try:
        return UUID(named)
    except ValueError:
        row = await find_by_email(desk, named)
        return None if row is None else row.id


async def _faces(desk: Desk, trail: Trail) -> dict[UUID, Face]:
    ids = {each for done in trail.entries for each in (done.by, done.about) if each is not None}
    return await faces_of(desk.asking, ids | ids_in(done.changes for done in trail.entries))


def _before(given: Mapping[str, str]) -> dict[str, int]:
    """Read where a page goes on in each trail; what is no number begins at the newest."""
    places = {}
    for name in TRAILS:
        text = given.get(name, "")
        if text.isascii() and text.isdecimal() and 0 < int(text) < NUMBER_MAX:
            places[name] = int(text)
    return places


def _query(given: Mapping[str, str], before: Mapping[str, Any]) -> str:
    kept = {name: given[name] for name in ("act", "person") if given.get(name)}
    return urlencode({**kept, **before})


routes = [
    Route("/o/{organization}/audit", audit),
    Route("/o/{organization}/audit.csv", audit_csv),
]
