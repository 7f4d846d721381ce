"""The work list: everything that waits for the vendor's staff, the oldest first."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.live.ops.health import STAFF
from services.portal.live.ops.names import names_of
from services.portal.operating.noticing import LATE_USAGE, WITHHELD_CREDITS, WITHHELD_LICENSE
from services.portal.operating.winning import WON_DISPUTE
from services.portal.rooms import Rooms
from services.portal.store import dead_letters, reconciliations, work_items
from services.portal.store.dead_letters import Letter
from services.portal.store.reconciliations import Reconciliation
from services.portal.store.work_items import ADJUSTMENT, WorkItem
from services.portal.views.faces import faces_of
from shared.contracts.organizations import ListSetupRequests, SetupRequestList
from shared.contracts.trials import ApplicationList, ListApplications
from shared.messaging.ask import NoAnswer

LISTED_MAX = 200
SETUP = "setup"
BETA = "beta"
DEAD = "dead"
DRIFT = "drift"
KINDS = {
    SETUP: "Set-up",
    BETA: "Beta",
    WITHHELD_CREDITS: "Withheld credits",
    WITHHELD_LICENSE: "Withheld license",
    LATE_USAGE: "Late usage",
    WON_DISPUTE: "Won dispute",
    ADJUSTMENT: "Adjustment",
    DEAD: "Dead message",
    DRIFT: "Drift",
}


@dataclass(frozen=True)
class Job:
    """One thing that waits: what it is about, why, since when, and where it is decided."""

    id: UUID
    kind: str
    subject: str
    reason: str
    since: datetime
    href: str

    @property
    def word(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True)
class WorkList:
    """What waits; `unasked` are services that could not be asked, so that more may wait."""

    jobs: tuple[Job, ...]
    unasked: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Job, ...]:
        return tuple(job for job in self.jobs if not kind or job.kind == kind)

    @property
    def oldest(self) -> Job | None:
        return self.jobs[0] if self.jobs else None


async def list_work(rooms: Rooms) -> WorkList:
    """Gather what waits: from the services, and from what was noted here."""
    setups, betas = await asyncio.gather(_setups(rooms), _betas(rooms))
    async with rooms.pool.acquire() as database:
        items = await work_items.undecided(database, LISTED_MAX)
        letters = await dead_letters.waiting(database, after=None, limit=LISTED_MAX)
        runs = await reconciliations.last(database, 1)
    jobs = [
        *(setups or ()),
        *(betas or ()),
        *await _of_items(rooms, items),
        *map(_of_letter, letters),
        *_of_run(runs),
    ]
    asked = (("Set-up requests", setups), ("Applications for betas", betas))
    unasked = tuple(name for name, found in asked if found is None)
    return WorkList(tuple(sorted(jobs, key=lambda job: job.since)), unasked)


async def _setups(rooms: Rooms) -> list[Job] | None:
    """Set-up requests; nothing is known of them while nobody can be asked."""
    try:
        found = await rooms.asking.show(
            ListSetupRequests(limit=LISTED_MAX), SetupRequestList, viewer=STAFF
        )
    except (NoAnswer, RefusedError):
        return None
    faces = await faces_of(rooms.asking, (one.account_id for one in found.requests))
    return [
        Job(
            one.request_id,
            SETUP,
            faces[one.account_id].name,
            f"customer number {one.customer_number} is theirs",
            one.requested_at,
            f"/operator/setups/{one.request_id}",
        )
        for one in found.requests
    ]


async def _betas(rooms: Rooms) -> list[Job] | None:
    try:
        found = await rooms.asking.show(
            ListApplications(limit=LISTED_MAX), ApplicationList, viewer=STAFF
        )
    except (NoAnswer, RefusedError):
        return None
    faces = await faces_of(rooms.asking, (one.account_id for one in found.applications))
    return [
        Job(
            one.application_id,
            BETA,
            faces[one.account_id].name,
            f"applies for {one.product}",
            one.applied_at,
            f"/operator/betas/{one.application_id}",
        )
        for one in found.applications
    ]


async def _of_items(rooms: Rooms, items: Sequence[WorkItem]) -> list[Job]:
    await names_of(rooms).learn(rooms.asking, (str(item.owner) for item in items))
    return [
        Job(
            item.id,
            item.kind,
            names_of(rooms).of(str(item.owner)),
            told_of(item),
            item.told_at,
            f"/operator/items/{item.id}",
        )
        for item in items
    ]


def told_of(item: WorkItem) -> str:
    """Why it waits, in a sentence without its full stop."""
    details = item.details
    if item.kind == WITHHELD_LICENSE:
        return f"{details['product']} of order {details['order_id']} was paid for by a Member"
    if item.kind == WITHHELD_CREDITS:
        why = details["reason"].replace("_", " ")
        return f"{details['amount']} credits of order {details['order_id']}: {why}"
    if item.kind == LATE_USAGE:
        return f"{details['amount']} credits were not charged: {', '.join(details['refused'])}"
    if item.kind == WON_DISPUTE:
        amount, order = details.get("amount"), details["order_id"]
        if amount is None:
            return f"The dispute about order {order} was won, and what it took is still to be found"
        return f"{amount} credits of order {order} were charged back, and the dispute was won"
    return f"{details['direction']} {details['amount']}: a second operator has to confirm"


def _of_letter(letter: Letter) -> Job:
    name = letter.type.removeprefix("coffer.").removesuffix(".v1") or "no type"
    href = f"/operator/messages/{letter.id}"
    return Job(letter.id, DEAD, name, letter.reason, letter.taken_at, href)


def _of_run(runs: Sequence[Reconciliation]) -> Iterator[Job]:
    for run in runs:
        if run.differences and run.ended_at is not None:
            count = len(run.differences)
            told = f"{count} difference{'' if count == 1 else 's'} between the services"
            yield Job(run.id, DRIFT, "Reconciliation", told, run.ended_at, "/operator/reconcile")
