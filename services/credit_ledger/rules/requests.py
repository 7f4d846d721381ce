"""Requests: a Member or Guest asks for access or a higher quota, the Administrator decides."""

from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.credit_ledger.rules.access import (
    NOT_ADMINISTRATOR,
    NOT_IN_ORGANIZATION,
    Wish,
    changed,
    invalid_quota,
    is_administrator,
    subject_of,
)
from services.credit_ledger.rules.access_acts import DecideRequest, RequestCredits
from services.credit_ledger.rules.book import Access, Book, Decision, Refusal
from services.credit_ledger.rules.records import Record
from services.credit_ledger.rules.signing import signed
from shared.contracts.credit_access import WishedMode
from shared.contracts.credit_notices import CreditsRequested, RequestApproved, RequestDeclined
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

OPEN_MAX: Final = 5
"""Open requests of one person; more would only bury the Administrator."""
LAPSE_AFTER: Final = timedelta(days=30)
"""So old a request is answered by asking anew: what it asked for may be long past."""

UNKNOWN = Refusal((RefusalCode.UNKNOWN_REQUEST,), "request")
DECIDED = Refusal((RefusalCode.REQUEST_DECIDED,), "request")
TOO_MANY = Refusal((RefusalCode.RATE_LIMITED,), "requests")


class Request(Struct, frozen=True):
    """A request as it was found; only an open one that has not lapsed is left to decide."""

    person: UUID
    mode: WishedMode
    quota: int | None
    is_open: bool
    asked_at: datetime


class OpenOf(Struct, frozen=True):
    """Under this name a book's `found` has when each open request of a person was made."""

    person: UUID


class RequestMade(Struct, frozen=True):
    """Somebody asked."""

    id: UUID
    person: UUID
    mode: WishedMode
    quota: int | None
    reason: str
    asked_at: datetime


class RequestDecided(Struct, frozen=True):
    """The Administrator approved or declined; `quota` is the one that was set."""

    id: UUID
    state: Literal["approved", "declined"]
    quota: int | None
    decided_by: UUID
    decided_at: datetime
    answer: str | None


def request_credits(book: Book, act: RequestCredits, now: datetime) -> Decision | Refusal:
    """Write a wish down for the Administrator to decide; it changes no access and no other wish."""
    access = subject_of(book, act.by) if act.by is not None else NOT_IN_ORGANIZATION
    if isinstance(access, Refusal):
        return access
    if _open_of(book, access.person, now) >= OPEN_MAX:
        return TOO_MANY
    made = RequestMade(act.command, access.person, act.mode, act.quota, act.reason, now)
    line = _line(act.command, access.person, Wish(act.mode, act.quota), act.reason)
    return Decision(
        records=(made,),
        says=((CreditsRequested, line),),
        result={"request_id": str(act.command)},
    )


def decide_request(book: Book, act: DecideRequest, now: datetime) -> Decision | Refusal:
    """Approve, which sets the access with all that stands in its way, or decline (R20-R22, R37).

    What is refused leaves the request open.
    """
    if act.by is None or not is_administrator(book, act.by):
        return NOT_ADMINISTRATOR
    request = request_of(book, act.request)
    if request is None:
        return UNKNOWN
    if not request.is_open or has_lapsed(request.asked_at, now):
        return DECIDED
    if not act.approve:
        said = _line(act.request, request.person, Wish(request.mode, request.quota), act.answer)
        said |= signed(act.by, act.door)
        declined = RequestDecided(act.request, "declined", None, act.by, now, act.answer)
        return Decision(records=(declined,), says=((RequestDeclined, said),))
    access = subject_of(book, request.person)
    if isinstance(access, Refusal):
        return access
    wish = _wish(request, access, act.quota)
    if wish is None:
        return invalid_quota(act.quota)
    decision = changed(book, access, wish, act.command, now)
    if isinstance(decision, Refusal):
        return decision
    said = _line(act.request, request.person, wish, act.answer) | signed(act.by, act.door)
    approved = RequestDecided(act.request, "approved", wish.quota, act.by, now, act.answer)
    return replace(
        decision,
        records=(*decision.records, approved),
        says=(*decision.says, (RequestApproved, said)),
    )


def _wish(request: Request, access: Access, quota: int | None) -> Wish | None:
    """What approving sets: a quota keeps its period, and may be another than was asked for."""
    if request.mode == "unlimited":
        return Wish("unlimited") if quota is None else None
    return Wish("quota", quota or request.quota, access.period)


def request_of(book: Book, request: UUID) -> Request | None:
    """Find a request, as earlier acts of the batch left it."""
    found = book.found.get(request)
    assert found is None or isinstance(found, Request)
    for record in book.left:
        if isinstance(record, RequestMade) and record.id == request:
            found = Request(
                record.person, record.mode, record.quota, is_open=True, asked_at=record.asked_at
            )
        elif isinstance(record, RequestDecided) and record.id == request and found is not None:
            found = replace(found, is_open=False)
    return found


def has_lapsed(asked_at: datetime, now: datetime) -> bool:
    """Whether a request waited so long that nobody decides it any more."""
    return asked_at <= now - LAPSE_AFTER


def _open_of(book: Book, person: UUID, now: datetime) -> int:
    asked = book.found.get(OpenOf(person), ())
    assert isinstance(asked, tuple)
    count = sum(not has_lapsed(at, now) for at in asked)
    return count + sum(_opens(book, record, person) for record in book.left)


def _opens(book: Book, record: Record, person: UUID) -> int:
    """Count one more or one less open request of a person."""
    if isinstance(record, RequestMade):
        return int(record.person == person)
    if isinstance(record, RequestDecided):
        request = request_of(book, record.id)
        return -int(request is not None and request.person == person)
    return 0


def _line(request: UUID, person: UUID, wish: Wish, reason: str | None) -> dict[str, object]:
    line: dict[str, object] = {
        "request_id": str(request),
        "account_id": str(person),
        "mode": wish.mode,
        "reason": reason,
    }
    if wish.quota is not None:
        line["limit"] = format_credits(wish.quota)
    return line
