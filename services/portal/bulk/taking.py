"""Takes a table in: read as a whole, written down, and waited for as long as a page may take."""

import asyncio
from collections.abc import Iterable, Sequence
from time import monotonic
from uuid import UUID

from services.portal.rooms import Rooms
from services.portal.store import uploads
from services.portal.store.uploads import Upload
from services.portal.tables import csv_text
from services.portal.viewer import Viewer
from shared.bulk.office import Office
from shared.bulk.receipts import digest_of, receipt_of
from shared.bulk.table import read
from shared.bulk.wishes import COLUMNS

NAME = "bulk"
NAME_MAX = 120
WAITED_SECONDS = 4.0
LOOK_SECONDS = 0.1


def wake_of(rooms: Rooms) -> asyncio.Event:
    """What wakes whoever carries tables out in this process."""
    wake = rooms.running.rooms.setdefault(NAME, asyncio.Event())
    assert isinstance(wake, asyncio.Event)
    return wake


async def take_in(
    rooms: Rooms,
    viewer: Viewer,
    organization: UUID,
    *,
    name: str,
    content: bytes,
    salt: str = "",
) -> Upload:
    """Write a table down to be checked; raises UnreadableError.

    The same table again is the one that was taken before; `salt` keeps apart what a form made.
    """
    rows = read(content)
    digest = digest_of(content + salt.encode(), organization=organization, by=viewer.account_id)
    upload = Upload(
        id=rooms.clock.new_id(),
        organization_id=organization,
        account_id=viewer.account_id,
        digest=digest,
        name=name[:NAME_MAX] or "table.csv",
        content=content,
        state="CHECKING",
        total=len(rows),
        done=0,
        results=None,
        receipt=None,
        trouble=None,
        uploaded_at=rooms.wall.now(),
        begun_at=None,
        ended_at=None,
        is_file=not salt,
    )
    async with rooms.pool.acquire() as database:
        taken = await uploads.add(database, upload)
    wake_of(rooms).set()
    return taken


async def apply(rooms: Rooms, viewer: Viewer, upload: Upload) -> None:
    """Let a table that was checked be carried out, or go on; who its people are is settled once."""
    office = Office(rooms.asking.people, rooms.clock, upload.organization_id, viewer.account_id)
    await office.open()
    people = office.those_in(read(upload.content))
    receipt = receipt_of(upload.digest, people=people, now=rooms.clock.now())
    kept = {
        "begun_at": receipt.begun_at.isoformat(),
        "people": {mark: str(account) for mark, account in receipt.people.items()},
    }
    async with rooms.pool.acquire() as database:
        await uploads.begin_applying(database, upload.id, kept, rooms.wall.now())
    wake_of(rooms).set()


async def wait_for(rooms: Rooms, upload: Upload) -> Upload:
    """Wait a moment until nothing is done with a table any more; small ones are through by then."""
    deadline = monotonic() + WAITED_SECONDS
    is_busy = upload.is_busy
    while is_busy and monotonic() < deadline:
        # sleep: until the work beside us has written down what it found; WAITED_SECONDS at most
        await asyncio.sleep(LOOK_SECONDS)
        async with rooms.pool.acquire() as database:
            is_busy = await uploads.is_busy(database, upload.id)
    async with rooms.pool.acquire() as database:
        return await uploads.find(database, upload.id, upload.organization_id) or upload


async def stop(rooms: Rooms, upload: Upload) -> None:
    """Let the rows be that are not begun; those in the works are still done."""
    async with rooms.pool.acquire() as database:
        await uploads.ask_to_stop(database, upload.id, rooms.wall.now())


def table_of(rows: Iterable[Sequence[str]]) -> bytes:
    """A table made by a page: the columns, and a row for each act."""
    return csv_text([COLUMNS, *rows]).encode()
