"""The trails of the three services and the portal's own as one: newest first, in words."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.portal.store import deeds
from services.portal.views.books import if_any
from services.portal.views.changes import Changes, changes_of
from services.portal.views.desk import Desk
from shared.contracts.audit import (
    AuditEntry,
    AuditQuery,
    AuditTrail,
    ListCreditAudit,
    ListLicensingAudit,
    ListMembershipAudit,
)
from shared.postgres.pool import Pool

OF_SERVICES: Mapping[str, type[AuditQuery]] = {
    "m": ListMembershipAudit,
    "l": ListLicensingAudit,
    "c": ListCreditAudit,
}
OURS = "p"
TRAILS = (*OF_SERVICES, OURS)
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
    "make_token": "Token made",
    "revoke_token": "Token revoked",
    "make_webhook": "Webhook added",
    "change_webhook": "Webhook changed",
    "rotate_secret": "New secret for a webhook",
    "enable_webhook": "Webhook enabled",
    "disable_webhook": "Webhook disabled",
    "remove_webhook": "Webhook removed",
    "refund": "Refund recorded",
    "refunded": "Credits refunded",
    "charged_back": "Payment charged back",
}
DOORS = {
    "coffer_portal": "portal",
    "operator": "vendor staff",
    "stage": "demonstration",
    "store": "store",
}


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
    desk: Desk,
    wanted: Wanted,
    before: Mapping[str, int],
    *,
    own: Pool | None = None,
    size: int = PAGE,
) -> Trail:
    """A page of what was done, newest first, of all services; `before` continues one.

    With it goes what the portal wrote down itself, in its `own` database.
    """
    places = dict(before) or dict.fromkeys(OF_SERVICES if own is None else TRAILS, 0)

    async def entries_of(name: str) -> AuditTrail:
        if name != OURS:
            return await _entries(desk, name, wanted, places[name], size)
        if own is None:
            return AuditTrail(entries=())
        async with own.acquire() as database:
            question = _question(AuditQuery, wanted, places[name], size)
            return await deeds.trail_of(database, desk.id, question)

    trails = await asyncio.gather(*(entries_of(name) for name in places))
    entries, places = merged(dict(zip(places, trails, strict=True)), size)
    return Trail(tuple(_done(entry) for _, entry in entries), places)


async def trail_about(desk: Desk, account: UUID, most: int) -> tuple[Done, ...]:
    """The latest acts that were done to one person."""
    return (await trail_page(desk, Wanted(about=account), {}, size=most)).entries


def merged(
    listed: Mapping[str, AuditTrail], size: int
) -> tuple[list[tuple[str, AuditEntry]], dict[str, int]]:
    """The newest of all trails, and where each goes on; one that is at its end is left out.

    Each is taken from in its own order, whatever its moments say: so nothing that was not shown is
    before the place where its trail goes on.
    """
    waiting = {name: [*reversed(trail.entries)] for name, trail in listed.items()}
    taken: list[tuple[str, AuditEntry]] = []
    while len(taken) < size and any(waiting.values()):
        name = max((name for name in waiting if waiting[name]), key=lambda one: waiting[one][-1].at)
        taken.append((name, waiting[name].pop()))
    places: dict[str, int] = {}
    for name, trail in listed.items():
        if waiting[name]:
            places[name] = waiting[name][-1].number + 1
        elif trail.before is not None:
            places[name] = trail.before
    return taken, places


def _question(question: type[AuditQuery], wanted: Wanted, before: int, size: int) -> AuditQuery:
    return question(
        act=wanted.act or None,
        about=wanted.about,
        account=wanted.account,
        before=before or None,
        limit=size,
    )


async def _entries(desk: Desk, name: str, wanted: Wanted, before: int, size: int) -> AuditTrail:
    question = _question(OF_SERVICES[name], wanted, before, size)
    return await if_any(desk.show(question, AuditTrail)) or AuditTrail(entries=())


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
