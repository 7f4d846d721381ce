"""Ends what runs of somebody at once: what was metered is charged, the rest comes back.

Whose work it is, and then each command, is written down before it goes, and whose work it is stays
written down until all of it is known to have ended or to be refused for good. So a portal that is
killed in between goes on where it was, and what was turned away for the moment is asked again.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
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
from shared.clock import moment_of
from shared.contracts.credits import CaptureHold, VoidHold
from shared.contracts.message import CommandData, Refused, Verdict
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode
from shared.messaging.ask import NoAnswer
from shared.messaging.inbox import FORGOTTEN
from shared.service import Running

LOOK_SECONDS = 3.0
# Whoever is asked by a page has a head start; twice at the same time would change nothing.
FIRST_AFTER = timedelta(seconds=8)
TOGETHER_MAX = 50
ENDED_ALREADY = {RefusalCode.HOLD_NOT_OPEN, RefusalCode.HOLD_EXPIRED}

log = structlog.get_logger()


@dataclass(frozen=True)
class Ended:
    """How far it is: how many jobs are refused for good, and whether the rest goes on by itself."""

    refused: int = 0
    goes_on: bool = False


async def end_work(rooms: Rooms, wanted: WorkToEnd) -> Ended:
    """End what was noted before, as far as that is possible now.

    It stops where no answer comes, for the next job would wait for as long. Raises RefusedError
    where whoever asked may not see that work any more; then it does not go on either.
    """
    try:
        endings = await _written_down(rooms, wanted)
    except NoAnswer:
        return Ended(goes_on=True)
    except RefusedError as error:
        if _may_pass(error.refused):
            return Ended(goes_on=True)
        await _drop(rooms, wanted)
        raise
    ended = await _settled(rooms, endings)
    if not ended.goes_on:
        await _drop(rooms, wanted)
    return ended


async def go_on(running: Running) -> None:
    """End what is still to be ended, for as long as it takes; a work of the portal."""
    rooms = rooms_of(running)
    while not running.stopping.is_set():
        await running.pause(LOOK_SECONDS)
        now = rooms.wall.now()
        async with rooms.pool.acquire() as database:
            await work_to_end.clear(database, before=now - KEPT)
            waiting = await work_to_end.take(
                database, before=now - FIRST_AFTER, now=now, limit=TOGETHER_MAX
            )
        # Together: one that is owed an answer does not hold up the others.
        await asyncio.gather(*(_go_on_with(rooms, wanted) for wanted in waiting))


async def _go_on_with(rooms: Rooms, wanted: WorkToEnd) -> None:
    try:
        ended = await end_work(rooms, wanted)
    except RefusedError as error:
        log.warning("work_not_ended", work=str(wanted.id), reason=repr(error))
        return
    if ended.goes_on:
        log.warning("work_goes_on", work=str(wanted.id))


async def _written_down(rooms: Rooms, wanted: WorkToEnd) -> list[Sent]:
    """Write down a command for each open hold; those that came first under an id stay."""
    viewer = Viewer(wanted.asked_by, "", "", "")
    books = Books(rooms.asking, viewer, wanted.organization_id)
    holds = await open_holds(books.all, wanted.person_id)
    endings = [_ending(rooms, wanted, viewer, hold) for hold in holds]
    async with rooms.pool.acquire() as database, database.transaction():
        return [await forms.write_down(database, one) for one in endings]


async def _settled(rooms: Rooms, endings: list[Sent]) -> Ended:
    refused, goes_on = 0, False
    for one in endings:
        known = one.outcome
        verdict = known if known and not _may_pass(known.refused) else await settle(rooms, one)
        if verdict is None:
            return Ended(refused, goes_on=True)
        goes_on = goes_on or _may_pass(verdict.refused)
        refused += not _may_pass(verdict.refused) and not _has_ended(verdict)
    return Ended(refused, goes_on)


async def _drop(rooms: Rooms, wanted: WorkToEnd) -> None:
    async with rooms.pool.acquire() as database:
        await work_to_end.drop(database, wanted.id)


def _ending(rooms: Rooms, wanted: WorkToEnd, viewer: Viewer, hold: Mapping[str, Any]) -> Sent:
    """The one command that ends a hold for this wish, however often it is worked out.

    Its id is of the moment of the form's, by the stack's clock: by the machine's it may lie in the
    future, and a form that is sent again would give the hold another command.
    """
    command = rooms.asking.command(
        _data(hold),
        viewer=viewer,
        owner=wanted.organization_id,
        id=named_by(f"{wanted.id} {hold['hold_id']}", moment_of(wanted.id)),
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


def _has_ended(verdict: Verdict) -> bool:
    return verdict.refused is None or verdict.refused.code in ENDED_ALREADY


def _may_pass(refused: Refused | None) -> bool:
    """Whether the same may be done when it is asked again: nobody remembers such a refusal."""
    return refused is not None and refused.code in FORGOTTEN


WORKS = (go_on,)
