"""Ends what runs of somebody at once: what was metered is charged, the rest comes back.

Whose work it is, and then each command, is written down before it goes, so that a portal that is
killed in between goes on where it was.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from services.portal.asking import RefusedError
from services.portal.commanding import KEPT, sent_of, settle
from services.portal.rooms import Rooms, rooms_of
from services.portal.store import forms, work_to_end
from services.portal.store.forms import Sent
from services.portal.store.work_to_end import WorkToEnd
from services.portal.viewer import Viewer
from services.portal.views.books import Books
from services.portal.views.pool import open_holds
from shared.bulk.receipts import named_by
from shared.contracts.credits import CaptureHold, VoidHold
from shared.contracts.message import CommandData, Verdict
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer
from shared.service import Running

LOOK_SECONDS = 3.0
# Whoever is asked by a page has a head start; twice at the same time would change nothing.
FIRST_AFTER = timedelta(seconds=8)
TOGETHER_MAX = 50
ENDED_ALREADY = {RefusalCode.HOLD_NOT_OPEN, RefusalCode.HOLD_EXPIRED}

log = structlog.get_logger()


async def end_work(rooms: Rooms, wanted: WorkToEnd) -> int:
    """End what was noted before; tells of how many it is not known that they ended.

    Raises NoAnswer and RefusedError while it is not known what runs: it goes on by itself then.
    """
    endings = await _written_down(rooms, wanted)
    verdicts = [one.outcome or await settle(rooms, one) for one in endings]
    return sum(not _has_ended(verdict) for verdict in verdicts)


async def go_on(running: Running) -> None:
    """End what is still to be ended, for as long as it takes; a work of the portal."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        await running.pause(LOOK_SECONDS)
        now = rooms.wall.now()
        async with rooms.pool.acquire() as database:
            await work_to_end.clear(database, before=now - KEPT)
            waiting = await work_to_end.due(database, before=now - FIRST_AFTER, limit=TOGETHER_MAX)
        for wanted in waiting:
            try:
                await end_work(rooms, wanted)
            except (NoAnswer, RefusedError) as error:
                log.warning("work_goes_on", work=str(wanted.id), reason=repr(error))


async def _written_down(rooms: Rooms, wanted: WorkToEnd) -> list[Sent]:
    """Write down a command for each open hold; those that came first under an id stay."""
    viewer = Viewer(wanted.asked_by, "", "", "")
    books = Books(rooms.asking, viewer, wanted.organization_id)
    holds = await open_holds(books.all, wanted.person_id)
    endings = [_ending(rooms, wanted, viewer, hold) for hold in holds]
    async with rooms.pool.acquire() as database, database.transaction():
        first = [await forms.write_down(database, one) for one in endings]
        await work_to_end.drop(database, wanted.id)
    return first


def _ending(rooms: Rooms, wanted: WorkToEnd, viewer: Viewer, hold: Mapping[str, Any]) -> Sent:
    """The one command that ends a hold for this wish, however often it is worked out."""
    command = rooms.asking.command(
        _data(hold),
        viewer=viewer,
        owner=wanted.organization_id,
        id=named_by(f"{wanted.id} {hold['hold_id']}", wanted.asked_at),
    )
    page = f"/o/{wanted.organization_id}/people/{wanted.person_id}/removed"
    title = "Running work cancelled"
    return sent_of(rooms, command, account_id=wanted.asked_by, title=title, back=page, done=page)


def _data(hold: Mapping[str, Any]) -> CommandData:
    hold_id, metered = UUID(hold["hold_id"]), parse_credits(hold["metered"] or "0")
    due = min(metered - parse_credits(hold["captured"]), parse_credits(hold["held"]))
    if due > 0:
        return CaptureHold(hold_id=hold_id, amount=due, final=True)
    return VoidHold(hold_id=hold_id)


def _has_ended(verdict: Verdict | None) -> bool:
    if verdict is None:
        return False
    return verdict.refused is None or verdict.refused.code in ENDED_ALREADY


WORKS = (go_on,)
