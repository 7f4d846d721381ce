"""The trail of administrative acts: who did what to whom, by which door, from what to what.

Each kind is looked at in the book before and after it; what it says itself is noted beside. What is
refused leaves none, but for the first word of two operators: asking is an act of its own.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from services.credit_ledger.rules.access_acts import (
    SET_NAMES,
    DecideRequest,
    EditQuota,
    RestartQuota,
    SetTerms,
)
from services.credit_ledger.rules.acts import SetAccess
from services.credit_ledger.rules.book import Access, Book
from services.credit_ledger.rules.hold_acts import SetRate
from services.credit_ledger.rules.pool_terms import terms_told
from services.credit_ledger.rules.purchase_acts import Adjust, BringIn, Release
from services.credit_ledger.rules.purchases import CATEGORY_NAMES
from services.credit_ledger.rules.rates import rate_at
from services.credit_ledger.rules.requests import request_of
from shared.contracts.money import format_credits

Values: TypeAlias = dict[str, object]


class Audited(Struct, frozen=True):
    """One entry of the trail, written with the batch and never changed."""

    id: UUID
    act: str
    by: UUID | None
    door: str
    about: UUID | None
    before: Values
    after: Values
    at: datetime


class Audit(Struct, frozen=True):
    """How a kind of act is called, what of the book it may change, and what it says itself."""

    name: str
    look: Callable[[Book, Any], Values]
    note: Callable[[Any], Values] = lambda _act: {}


def _access(book: Book, act: SetAccess) -> Values:
    access = _access_of(book, act.person)
    return {"mode": access.mode, "limit": _credits(access.quota), "period": access.period}


def _limit(book: Book, act: EditQuota) -> Values:
    return {"limit": _credits(_access_of(book, act.person).quota)}


def _count(book: Book, act: RestartQuota) -> Values:
    access = _access_of(book, act.person)
    return {
        "count": access.count,
        "captured": _credits(access.captured),
        "held": _credits(access.held),
    }


def _request(book: Book, act: DecideRequest) -> Values:
    """The request, and the access of whoever made it."""
    request = request_of(book, act.request)
    assert request is not None
    decided = "approved" if act.approve else "declined"
    access = _access_of(book, request.person)
    return {
        "state": "open" if request.is_open else decided,
        "mode": access.mode,
        "limit": _credits(access.quota),
    }


def _terms(book: Book, act: SetTerms) -> Values:
    """The terms that the act names."""
    told = terms_told(book.terms)
    return {name: told[name] for name in SET_NAMES if getattr(act, name) is not None}


def _rate(book: Book, act: SetRate) -> Values:
    """What the unit costs at the time from which the new rate is to hold."""
    rate = rate_at(book.rates, act.node_class, act.unit, act.effective_from)
    return {"credits_per_unit": None if rate is None else format_credits(rate.price)}


def _free(book: Book, _act: Adjust | BringIn) -> Values:
    return {"available": format_credits(book.free)}


def _lot(book: Book, act: Release) -> Values:
    lot = next(lot for lot in book.lots if lot.number == act.lot)
    return {
        "withheld": lot.withheld,
        "free": format_credits(lot.free),
        "dormant": format_credits(lot.dormant),
    }


AUDITS: Final[dict[type, Audit]] = {
    SetAccess: Audit("set_credit_access", _access),
    EditQuota: Audit("edit_quota", _limit),
    RestartQuota: Audit("restart_quota", _count),
    DecideRequest: Audit(
        "decide_request",
        _request,
        lambda act: {"request_id": str(act.request), "reason": act.answer},
    ),
    SetTerms: Audit("set_pool_terms", _terms),
    SetRate: Audit(
        "set_rate",
        _rate,
        lambda act: {
            "node_class": act.node_class,
            "unit": act.unit,
            "effective_from": act.effective_from.isoformat(),
        },
    ),
    Adjust: Audit(
        "adjust_credits",
        _free,
        lambda act: {
            "amount": format_credits(act.amount),
            "direction": act.direction,
            "reason": act.reason,
            "confirms": None if act.confirms is None else str(act.confirms),
        },
    ),
    Release: Audit("release_lot", _lot, lambda act: {"lot": act.lot, "reason": act.reason}),
    BringIn: Audit(
        "import_balance",
        _free,
        lambda act: {
            "amount": format_credits(act.amount),
            "category": CATEGORY_NAMES[act.category],
            "reference": act.purchase.order_id,
            "note": act.note,
        },
    ),
}


def seen(book: Book, act: object) -> Values | None:
    """Look at what an administrative act may change; None for all others."""
    audit = AUDITS.get(type(act))
    return None if audit is None else audit.look(book, act)


def audited(book: Book, act: Any, before: Values, at: datetime) -> Audited:  # noqa: ANN401  # any of AUDITS
    """Write down an act that was accepted, when the book has moved on."""
    audit = AUDITS[type(act)]
    said = {name: value for name, value in audit.note(act).items() if value is not None}
    return Audited(
        id=act.command,
        act=audit.name,
        by=act.by,
        door=act.door,
        about=getattr(act, "person", None),
        before=before,
        after={**audit.look(book, act), **said},
        at=at,
    )


def asked(book: Book, act: Adjust, at: datetime) -> Audited:
    """Write down what an operator asks for and another is to confirm; nothing is booked (A17)."""
    entry = audited(book, act, _free(book, act), at)
    return replace(
        entry, act="ask_adjustment", after={**entry.after, "waits_for": "second_operator"}
    )


def _access_of(book: Book, person: UUID) -> Access:
    access = book.access[person]
    assert access is not None
    return access


def _credits(amount: int | None) -> str | None:
    return None if amount is None else format_credits(amount)
