"""The trails of the three services as one: newest first, in words, with what changed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.portal.asking import RefusedError
from services.portal.views.changes import Changes, changes_of
from services.portal.views.desk import NO_WALLET, Desk
from shared.contracts.audit import (
    AuditEntry,
    AuditQuery,
    AuditTrail,
    ListCreditAudit,
    ListLicensingAudit,
    ListMembershipAudit,
)

TRAILS: Mapping[str, type[AuditQuery]] = {
    "m": ListMembershipAudit,
    "l": ListLicensingAudit,
    "c": ListCreditAudit,
}
PAGE = 50
ACTS = {
    "add_member": "Added to the organization",
    "remove_member": "Removed from the organization",
    "leave_organization": "Left the organization",
    "change_role": "Role changed",
    "request_transfer": "Organization offered",
    "accept_transfer": "Offer accepted",
    "decline_transfer": "Offer declined",
    "cancel_transfer": "Offer taken back",
    "appoint_administrator": "Administrator appointed",
    "request_setup": "Set-up asked for",
    "confirm_setup": "Set-up confirmed",
    "reject_setup": "Set-up rejected",
    "rename_organization": "Organization renamed",
    "end_organization": "Organization ended",
    "enrol_node": "Render node enrolled",
    "withdraw_node": "Render node withdrawn",
    "forget_account": "Account forgotten",
    "assign_license": "Seat assigned",
    "revoke_license": "Seat taken back",
    "reassign_license": "Seat moved",
    "set_floating": "Floating changed",
    "decide_beta": "Beta decided",
    "set_offer": "Offer changed",
    "apply_for_trial": "Trial applied for",
    "place_license_order": "Licenses ordered",
    "place_credit_order": "Credits ordered",
    "close_checkout": "Checkout closed",
    "set_credit_access": "Credit access changed",
    "edit_quota": "Quota changed",
    "restart_quota": "Quota restarted",
    "decide_request": "Request decided",
    "request_credits": "Credits asked for",
    "set_pool_terms": "Settings changed",
    "set_rate": "Rate set",
    "credit_back": "Credited back",
    "adjust_credits": "Credits adjusted",
    "ask_adjustment": "Adjustment asked for",
    "release_lot": "Lot released",
    "import_balance": "Balance brought in",
}
DOORS = {"coffer_portal": "portal", "operator": "vendor staff", "stage": "demonstration"}


@dataclass(frozen=True)
class Done:
    """One act, as the trail tells it."""

    number: int
    act: str
    words: str
    by: UUID | None
    door: str
    about: UUID | None
    changes: Changes
    at: datetime


@dataclass(frozen=True)
class Wanted:
    """Which acts a page shows: of one kind, by or about somebody, or about him alone."""

    act: str = ""
    account: UUID | None = None
    about: UUID | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.act or self.account or self.about)


@dataclass(frozen=True)
class Trail:
    """One page; `before` are the places where the next one goes on, by trail; none on the last."""

    entries: tuple[Done, ...]
    before: Mapping[str, int] = field(default_factory=dict)


async def trail_page(
    desk: Desk, wanted: Wanted, before: Mapping[str, int], *, size: int = PAGE
) -> Trail:
    """A page of what was done, newest first, of all three services; `before` continues one."""
    places = dict(before) or dict.fromkeys(TRAILS, 0)
    trails = await asyncio.gather(
        *(_entries(desk, name, wanted, places[name], size) for name in places)
    )
    entries, places = merged(dict(zip(places, trails, strict=True)), size)
    return Trail(tuple(_done(entry) for _, entry in entries), places)


async def trail_about(desk: Desk, account: UUID, most: int) -> tuple[Done, ...]:
    """The latest acts that were done to one person."""
    return (await trail_page(desk, Wanted(about=account), {}, size=most)).entries


def merged(
    listed: Mapping[str, AuditTrail], size: int
) -> tuple[list[tuple[str, AuditEntry]], dict[str, int]]:
    """The newest of all trails, and where each goes on; one that is at its end is left out."""
    every = [(name, entry) for name, trail in listed.items() for entry in trail.entries]
    every.sort(key=lambda each: (each[1].at, each[1].number), reverse=True)
    taken = every[:size]
    places: dict[str, int] = {}
    for name, trail in listed.items():
        left = [entry for entry in trail.entries if (name, entry) not in taken]
        shown = [entry.number for named, entry in taken if named == name]
        if left:
            places[name] = min(shown, default=left[0].number + 1)
        elif trail.before is not None:
            places[name] = trail.before
    return taken, places


async def _entries(desk: Desk, name: str, wanted: Wanted, before: int, size: int) -> AuditTrail:
    question = TRAILS[name](
        act=wanted.act or None,
        about=wanted.about,
        account=wanted.account,
        before=before or None,
        limit=size,
    )
    try:
        return await desk.show(question, AuditTrail)
    except RefusedError as error:
        if error.refused.code != NO_WALLET:
            raise
        return AuditTrail(entries=())


def _done(entry: AuditEntry) -> Done:
    return Done(
        number=entry.number,
        act=entry.act,
        words=ACTS.get(entry.act, entry.act.replace("_", " ").capitalize()),
        by=entry.by,
        door=DOORS.get(entry.door, entry.door),
        about=entry.about,
        changes=tuple(changes_of(entry.before, entry.after)),
        at=entry.at,
    )
