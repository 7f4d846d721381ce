"""What needs an Administrator now: each in a sentence, with the one thing to do about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.portal.views.desk import Desk
from services.portal.views.faces import Face
from services.portal.views.pool import PoolSeen
from services.portal.views.seats import Seats
from shared.contracts.money import parse_credits

LOW_PERCENT = 10
BUY = "buy"
SHOWN_MAX = 5


@dataclass(frozen=True)
class Need:
    """One thing; `href` is where it is dealt with, the store's when it is `BUY`."""

    tone: str
    words: str
    action: str
    href: str
    about: str = ""


def needs_of(
    desk: Desk,
    pool: PoolSeen,
    seats: Sequence[Seats],
    asked: Sequence[Mapping[str, Any]],
    faces: Mapping[UUID, Face],
    now: datetime,
) -> tuple[Need, ...]:
    """Everything that waits, the most urgent first."""
    return (
        *_of_organization(desk),
        *_of_pool(desk, pool),
        *_of_requests(desk, asked, faces),
        *_of_expiry(desk, pool, now),
        *_of_seats(desk, seats),
    )


def _of_organization(desk: Desk) -> Iterator[Need]:
    transfer = desk.profile.transfer
    if desk.profile.state == "LAPSED":
        words = "No commercial license is active: seats count no more; people and credits stay"
        yield Need("warn", words, "Renew a license", BUY)
    if transfer is not None:
        until = desk.format.when(transfer.expires_at)
        yield Need(
            "info",
            f"Your offer waits for an answer until {until}",
            "See it",
            f"{desk.home}/transfer",
        )


def _of_pool(desk: Desk, pool: PoolSeen) -> Iterator[Need]:
    bar = pool.bar
    if bar.debt:
        yield Need(
            "danger",
            f"{desk.format.credits(bar.debt)} credits are owed; new jobs wait",
            "Buy credits",
            BUY,
        )
    elif pool.is_empty:
        return
    elif bar.available == 0:
        yield Need("danger", "The pool is used up; new jobs wait", "Buy credits", BUY)
    elif bar.available * 100 < bar.base * LOW_PERCENT:
        yield Need(
            "warn", f"The pool is low: {desk.format.credits(bar.available)}", "Buy credits", BUY
        )


def _of_requests(
    desk: Desk, asked: Sequence[Mapping[str, Any]], faces: Mapping[UUID, Face]
) -> Iterator[Need]:
    for request in asked[:SHOWN_MAX]:
        face = faces[UUID(request["account_id"])]
        words = f"{face.name} asks for {_wish(desk, request)}"
        href = f"{desk.home}/requests#request-{request['request_id']}"
        yield Need("info", words, "Decide", href, about=str(request["reason"] or ""))
    if len(asked) > SHOWN_MAX:
        more = len(asked) - SHOWN_MAX
        yield Need("info", f"{more} more ask for something", "See all", f"{desk.home}/requests")


def _wish(desk: Desk, request: Mapping[str, Any]) -> str:
    if request["mode"] == "unlimited":
        return "access without a limit"
    return f"a quota of {desk.format.credits(request['limit'])}"


def _of_expiry(desk: Desk, pool: PoolSeen, now: datetime) -> Iterator[Need]:
    notice = now + timedelta(days=int(desk.terms.get("notice_days") or 0))
    for lot in pool.open_lots:
        if not lot["expires_at"] or not parse_credits(lot["free"]):
            continue
        ends = datetime.fromisoformat(lot["expires_at"])
        if ends <= notice:
            words = f"{desk.format.credits(lot['free'])} credits expire on {desk.format.when(ends)}"
            yield Need("warn", words, "See lots", f"{desk.home}/credits#lots")


def _of_seats(desk: Desk, seats: Sequence[Seats]) -> Iterator[Need]:
    for product in seats:
        if product.total and product.free == 0:
            words = f"No seat of {product.product} is free"
            yield Need("quiet", words, "See who holds them", f"{desk.home}/licenses")
