"""A book with a pool and people, valid by default; a test names only what it is about."""

from datetime import UTC, datetime, timedelta

from services.credit_ledger.engine.books import apply
from services.credit_ledger.rules.acts import (
    Authorize,
    Capture,
    Debit,
    Lapse,
    SetAccess,
    Void,
    Work,
)
from services.credit_ledger.rules.book import (
    Access,
    Book,
    Decision,
    Hold,
    Lot,
    PersonRole,
    Purchase,
    Refusal,
)
from services.credit_ledger.rules.entitlements import Use, lasting
from services.credit_ledger.rules.hold_acts import Extend
from services.credit_ledger.rules.spending import authorize
from shared.contracts.credits import AccessMode
from tests.builders import an_id

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
ANA, BEN, CHLOE, DAN = (an_id() for _ in range(4))
OWNER = an_id()
PURCHASE = Purchase("online", "order", 1, "EUR", "0.10")


def in_days(days: float) -> datetime:
    return NOW + timedelta(days=days)


def a_lot(
    free: int,
    *,
    number: int = 1,
    expires_at: datetime | None = None,
    category: int = 3,
    granted_at: datetime = NOW,
) -> Lot:
    return Lot(number, category, free, free, 0, granted_at, expires_at, PURCHASE)


def a_person(
    mode: AccessMode = "unlimited",
    quota: int | None = None,
    *,
    captured: int = 0,
    held: int = 0,
    role: PersonRole = "MEMBER",
) -> Access:
    return Access(BEN, role, mode, quota, captured, held)


def a_book(*lots: Lot, ben: Access | None = None, debt: int = 0) -> Book:
    """500 credits in one lot unless told otherwise; Ana administers, Ben's access is unlimited."""
    held = sorted(lots or (a_lot(500),), key=lambda lot: lot.burn_down_key)
    free = sum(lot.free for lot in held)
    administrator = Access(ANA, "ADMINISTRATOR", "unlimited", None, 0, 0)
    return Book(
        id=1,
        uid=an_id(),
        kind="ORGANIZATION",
        owner=OWNER,
        version=0,
        seq=len(held),
        fact_sequence=0,
        granted=free,
        free=free,
        held=0,
        dormant=0,
        captured=0,
        expired=0,
        clawed_back=0,
        credited_back=0,
        adjusted=0,
        debt=debt,
        absorbed=0,
        booked_at=NOW,
        head=b"",
        lots=held,
        access={ANA: administrator, BEN: ben or a_person(), CHLOE: None, DAN: None},
    )


def a_hold(
    book: Book,
    amount: int = 90,
    *,
    lease_seconds: int = 3600,
    job: str | None = None,
    max_credits: int | None = None,
) -> Hold:
    """A hold of Ben's, authorized and applied."""
    act = an_authorize(amount, lease_seconds=lease_seconds, job=job, max_credits=max_credits)
    hold = applied(book, authorize(book, act, NOW)).hold
    assert hold is not None
    return hold


def a_debit(
    amount: int, *, job: str | None = None, work: Work | None = None, product: str | None = None
) -> Debit:
    return Debit(an_id(), OWNER, 1, BEN, amount, job, work, product)


def an_authorize(
    amount: int,
    *,
    lease_seconds: int = 3600,
    job: str | None = None,
    max_credits: int | None = None,
    product: str | None = None,
) -> Authorize:
    return Authorize(
        an_id(), OWNER, 1, BEN, amount, lease_seconds, job, max_credits, product=product
    )


def entitle(book: Book, product: str, *, until: datetime | None = None) -> None:
    """Let Ben use a product, as the engine finds it for the acts that name it."""
    book.found[Use(BEN, product)] = lasting(until)


def an_extend(
    hold: Hold, amount: int = 0, *, lease_seconds: int = 3600, metered: int | None = None
) -> Extend:
    return Extend(an_id(), OWNER, 1, hold.id, amount, lease_seconds, metered, "", None)


def a_capture(hold: Hold, amount: int, *, final: bool = True) -> Capture:
    return Capture(an_id(), OWNER, 1, hold.id, amount, final, "", None)


def a_void(hold: Hold) -> Void:
    return Void(an_id(), OWNER, 1, hold.id, "", None)


def a_lapse(hold: Hold) -> Lapse:
    return Lapse(an_id(), OWNER, 1, hold.id)


def an_access(mode: AccessMode, quota: int | None = None) -> SetAccess:
    return SetAccess(an_id(), OWNER, 1, ANA, BEN, mode, quota)


def accepted(decided: Decision | Refusal) -> Decision:
    assert isinstance(decided, Decision), decided
    return decided


def refused(decided: Decision | Refusal) -> Refusal:
    assert isinstance(decided, Refusal), decided
    return decided


def applied(book: Book, decided: Decision | Refusal) -> Decision:
    """Move the book on to what was decided, as a page of the engine does."""
    decision = accepted(decided)
    apply(book, decision)
    if decision.access is not None:
        book.access[decision.access.person] = decision.access
    if decision.hold is not None:
        book.holds[decision.hold.id] = decision.hold
    return decision
