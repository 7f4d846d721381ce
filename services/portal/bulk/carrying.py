"""The work that checks and applies tables, one after the other; what a killed one began goes on."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from services.portal.bulk.naming import named_in
from services.portal.bulk.taking import wake_of
from services.portal.rooms import Rooms, rooms_of
from services.portal.store import uploads
from services.portal.store.letters import NewLetter, add_letters
from services.portal.store.uploads import State, Upload
from shared.bulk.office import NotShownError, Office
from shared.bulk.receipts import Receipt
from shared.bulk.results import Result
from shared.bulk.running import Run
from shared.bulk.table import Row, read
from shared.bulk.trying import Trial
from shared.service import Running

BUSY = timedelta(seconds=15)
NOTED_EVERY_SECONDS = 0.5
LOOK_SECONDS = 5.0
KEPT = timedelta(days=7)

log = structlog.get_logger()


@dataclass
class Progress:
    """How far a table is, between two times that it is written down; and whether to go on."""

    done: int = 0
    is_stopped: bool = False

    def __call__(self, done: int, _total: int) -> None:
        """Note that so many rows are through."""
        self.done = done


async def carry_uploads(running: Running) -> None:
    """Carry out what waits; then wait for more."""
    rooms = rooms_of(running)
    wake = wake_of(rooms)
    while not running.stopping.is_set():
        wake.clear()
        now = rooms.wall.now()
        async with rooms.pool.acquire() as database:
            upload = await uploads.claim(database, now, now + BUSY)
        if upload is not None:
            await _carried(rooms, upload)
            continue
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), LOOK_SECONDS)


async def clear_uploads(running: Running) -> None:
    """Forget old tables; they name people."""
    rooms = rooms_of(running)
    async with rooms.pool.acquire() as database:
        await uploads.clear(database, before=rooms.wall.now() - KEPT)
    await running.pause(600.0)


WORKS = (carry_uploads, clear_uploads)


async def _carried(rooms: Rooms, upload: Upload) -> None:
    progress = Progress()
    rows = read(upload.content)
    office = Office(rooms.asking.people, rooms.clock, upload.organization_id, upload.account_id)
    noting = asyncio.create_task(_noting(rooms, upload.id, progress))
    try:
        results = await _results(office, upload, rows, progress)
        people = await named_in(rooms, office, rows)
    except NotShownError as error:
        people = await named_in(rooms, office, rows)
        trouble = str(error.wrong.code)
        await _finish(rooms, upload, "FAILED", None, people=people, trouble=trouble)
        return
    finally:
        noting.cancel()
        with suppress(asyncio.CancelledError):
            await noting
    state: State = "CHECKED" if upload.state == "CHECKING" else "DONE"
    await _finish(rooms, upload, state, results, people=people)
    log.info("table_carried", upload=str(upload.id), was=upload.state, rows=len(results))


async def _results(
    office: Office, upload: Upload, rows: Sequence[Row], progress: Progress
) -> Sequence[Result]:
    if upload.state == "CHECKING":
        return await Trial(office, progress).all(rows)
    await office.open()
    assert upload.receipt is not None
    people = {mark: UUID(account) for mark, account in upload.receipt["people"].items()}
    begun_at = datetime.fromisoformat(upload.receipt["begun_at"])
    receipt = Receipt(upload.digest, begun_at, people)
    return await Run(office, receipt, progress, stops=lambda: progress.is_stopped).all(rows)


async def _noting(rooms: Rooms, upload_id: UUID, progress: Progress) -> None:
    """Write down how far it is, which keeps the table ours as well, and hear of a stop."""
    while True:
        await asyncio.sleep(NOTED_EVERY_SECONDS)  # sleep: the pace of what is written down
        async with rooms.pool.acquire() as database:
            until = rooms.wall.now() + BUSY
            progress.is_stopped |= await uploads.note_progress(
                database, upload_id, progress.done, until
            )


async def _finish(
    rooms: Rooms,
    upload: Upload,
    state: State,
    results: Sequence[Result] | None,
    *,
    people: Sequence[UUID] = (),
    trouble: str | None = None,
) -> None:
    kept = None if results is None else [_kept(result) for result in results]
    now = rooms.wall.now()
    async with rooms.pool.acquire() as database, database.transaction():
        await uploads.finish(
            database,
            upload.id,
            state,
            kept,
            now,
            people=people,
            trouble=trouble,
            is_stopped=any(result.outcome == "stopped" for result in results or ()),
        )
        if state == "DONE" and upload.is_file:
            letter = letter_of(rooms.clock.new_id(), upload, results or ())
            await add_letters(database, [(rooms.clock.new_id(), letter)], now)


def letter_of(cause: UUID, upload: Upload, results: Sequence[Result]) -> NewLetter:
    """Whoever had it applied may have left the page long ago."""
    counts = Counter(result.outcome for result in results)
    return NewLetter(
        cause=cause,
        kind="import_stopped" if counts["stopped"] else "import_ended",
        facts={
            "done": str(counts["done"]),
            "bad": str(counts["refused"] + counts["unanswered"]),
            "rest": str(counts["stopped"]),
            "upload_id": str(upload.id),
        },
        account_id=upload.account_id,
        organization_id=upload.organization_id,
    )


def _kept(result: Result) -> dict[str, Any]:
    wrong = result.wrong
    return {
        "line": result.row.line,
        "outcome": result.outcome,
        "code": None if wrong is None else wrong.code.value,
        "message": None if wrong is None else wrong.message,
        "earlier": result.earlier,
    }
