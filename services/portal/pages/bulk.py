"""/o/{organization}/bulk: a table of many acts: template, check, apply, what became of it."""

from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.bulk.mending import as_guests, lines_for_guests
from services.portal.bulk.taking import apply, stop, take_in, wait_for
from services.portal.bulk.telling import failed_table, summary_of
from services.portal.format import sentence
from services.portal.forms import read_form
from services.portal.rooms import rooms_in
from services.portal.sessions import NotFound
from services.portal.show import go
from services.portal.store import uploads
from services.portal.store.uploads import Upload
from services.portal.tables import csv_file
from services.portal.views.desk import Desk, open_own_desk, show_at
from services.portal.words.read import read
from shared.bulk.office import NotShownError
from shared.bulk.table import BYTES_MAX, ROWS_MAX, UnreadableError, example
from shared.contracts.message import refuse

SHOWN = 20
ROWS_SHOWN = 50


async def imports(request: Request) -> Response:
    return await _imports(request, await open_own_desk(request))


async def template(request: Request) -> Response:
    await open_own_desk(request)
    return csv_file("people.csv", example())


async def upload(request: Request) -> Response:
    """Take a table in and check it; nothing of it is done yet."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    given = form.files.get("file")
    content = b"" if given is None else await given.read(BYTES_MAX + 1)
    if given is None or not content:
        return await _imports(request, desk, errors={"file": "Choose a file."})
    try:
        taken = await take_in(
            rooms_in(request), desk.viewer, desk.id, name=given.filename or "", content=content
        )
    except UnreadableError as error:
        return await _imports(request, desk, errors={"file": _without_code(str(error))})
    await wait_for(rooms_in(request), taken)
    return go(request, f"{desk.home}/bulk/{taken.id}")


async def one(request: Request) -> Response:
    desk = await open_own_desk(request)
    return await _one(request, desk, await _find(request, desk))


async def carry_out(request: Request) -> Response:
    """Apply a table that was checked, or go on with one; pressed twice it is applied once."""
    desk = await open_own_desk(request)
    await read_form(request)
    found = await _find(request, desk)
    if found.state == "CHECKED" or found.stop_asked_at is not None:
        try:
            await apply(rooms_in(request), desk.viewer, found)
        except NotShownError as error:
            refused = refuse(error.wrong.code, message=error.wrong.message)
            return await _one(request, desk, found, refused=refused, told={"failed": "Not applied"})
    await wait_for(rooms_in(request), await _find(request, desk))
    return go(request, f"{desk.home}/bulk/{found.id}")


async def hold_on(request: Request) -> Response:
    """Stop a table after the rows that are in the works."""
    desk = await open_own_desk(request)
    await read_form(request)
    found = await _find(request, desk)
    await stop(rooms_in(request), found)
    await wait_for(rooms_in(request), await _find(request, desk))
    return go(request, f"{desk.home}/bulk/{found.id}")


async def mend(request: Request) -> Response:
    """Check the table again with Guests where a Member cannot be; on one line, or on all."""
    desk = await open_own_desk(request)
    form = await read_form(request)
    found = await _find(request, desk)
    fitting = lines_for_guests(found)
    chosen = frozenset(line for line in fitting if form.get("line") in {"", str(line)})
    if not chosen:
        return go(request, f"{desk.home}/bulk/{found.id}")
    taken = await take_in(
        rooms_in(request),
        desk.viewer,
        desk.id,
        name=found.name,
        content=as_guests(found, chosen),
    )
    await wait_for(rooms_in(request), taken)
    return go(request, f"{desk.home}/bulk/{taken.id}")


async def failed(request: Request) -> Response:
    """The rows that failed, ready to be mended and uploaded."""
    desk = await open_own_desk(request)
    return csv_file("failed-rows.csv", failed_table(await _find(request, desk)))


async def _imports(
    request: Request,
    desk: Desk,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    async with rooms_in(request).pool.acquire() as database:
        before = await uploads.uploads_of(database, desk.id, SHOWN)
    return await show_at(
        request,
        desk,
        "bulk.html",
        uploads=before,
        rows_max=ROWS_MAX,
        megabytes_max=BYTES_MAX // 1_000_000,
        example=example().split("\n")[:4],
        **shown,
    )


async def _one(
    request: Request,
    desk: Desk,
    found: Upload,
    **shown: Any,  # noqa: ANN401  # see `show`
) -> Response:
    facts = {"org": desk.name, "o": str(desk.id), "admin": desk.administrator.name}
    summary = summary_of(found, read(), facts)
    given = request.query_params.get("from", "0")
    first = int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0  # noqa: PLR2004  # rows of a file
    last = first + ROWS_SHOWN
    here = f"{desk.home}/bulk/{found.id}"
    return await show_at(
        request,
        desk,
        "bulk_one.html",
        "progress",
        upload=found,
        summary=summary,
        rows=summary.rows[first:last],
        previous=f"{here}?from={max(0, first - ROWS_SHOWN)}" if first else "",
        next=f"{here}?from={last}" if len(summary.rows) > last else "",
        **shown,
    )


async def _find(request: Request, desk: Desk) -> Upload:
    try:
        named = UUID(request.path_params["upload"])
    except ValueError:
        raise NotFound from None
    async with rooms_in(request).pool.acquire() as database:
        found = await uploads.find(database, named, desk.id)
    if found is None:
        raise NotFound
    return found


def _without_code(message: str) -> str:
    """Leave the code out of what the reader of tables says."""
    _, _, words = message.partition(": ")
    return sentence(words) if words else message


BULK = "/o/{organization}/bulk"
routes = [
    Route(BULK, imports, methods=["GET"]),
    Route(BULK, upload, methods=["POST"]),
    Route(f"{BULK}/template.csv", template, methods=["GET"]),
    Route(f"{BULK}/{{upload}}/failed.csv", failed, methods=["GET"]),
    Route(f"{BULK}/{{upload}}/apply", carry_out, methods=["POST"]),
    Route(f"{BULK}/{{upload}}/stop", hold_on, methods=["POST"]),
    Route(f"{BULK}/{{upload}}/guests", mend, methods=["POST"]),
    Route(f"{BULK}/{{upload}}", one, methods=["GET"]),
]
