"""Purchases: a paid order line or a trial becomes a lot, and lots run out."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from services.credit_ledger.rules.acts import Expire, Grant
from services.credit_ledger.rules.book import Book, Decision, Lot, Purchase, Refusal, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.draws import Says, landing
from services.credit_ledger.rules.orders import closed_to_purchases, may_not_obtain
from services.credit_ledger.rules.purchase_acts import GrantTrial
from services.credit_ledger.rules.purchase_records import TrialTaken
from shared.contracts.credit_facts import CreditsDormant, CreditsExpired, CreditsGranted
from shared.contracts.credit_notices import OrderWithheld
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode

CATEGORIES: Final = {"promo": 1, "included": 2, "purchased": 3}
CATEGORY_NAMES: Final = {number: name for name, number in CATEGORIES.items()}
PROMO: Final = CATEGORIES["promo"]
# Lots that no store sold are filed under names of ours, which no store can have.
TRIAL: Final = "trial"
OPENING: Final = "opening"
CREDIT_BACK: Final = "credit_back"
ADJUSTMENT: Final = "adjustment"
OUR_STORES: Final = frozenset({TRIAL, OPENING, CREDIT_BACK, ADJUSTMENT})


class Brought(Struct, frozen=True):
    """A new lot with what comes into it, and what is to be said of that."""

    lot: Lot
    transfers: tuple[Transfer, ...]
    says: Says


class Arrival(Struct, frozen=True):
    """Credits that come into a wallet: from which ledger account, and what their lot is."""

    amount: int
    category: int
    expires_at: datetime | None
    purchase: Purchase
    withheld: bool = False
    kind: int = Kind.GRANTED
    src: int = LedgerAccount.ISSUED


def grant(book: Book, act: Grant, now: datetime) -> Decision:
    """Add exactly what was paid for to the wallet, as a lot of its own (R48, I8).

    Money is never lost and the one-pool rule never broken: where its owner may not spend it the
    lot sleeps (T5), and an operator looks at what was bought by somebody who might not (T18).
    """
    arrival = Arrival(act.amount, act.category, act.expires_at, act.purchase, act.withheld)
    brought = bring(book, arrival, now)
    says = (granted_line(act.command, brought, act.amount), *brought.says)
    reason = _alarming(book, act)
    if reason is not None:
        says += ((OrderWithheld, _withheld_line(act, brought.lot, reason)),)
    return Decision(brought.transfers, lots=(brought.lot,), says=says)


def grant_trial(book: Book, act: GrantTrial, now: datetime) -> Decision | Refusal:
    """Give an account the promotional credits of an offer, once (R47, A4, A15)."""
    refusal = may_not_obtain(book, act.person)
    if refusal is not None:
        return refusal
    taken, lots = _trials(book, act)
    if taken:
        return Refusal((RefusalCode.TRIAL_ALREADY_USED,), "offer")
    # A pool may have had the trial of its former Administrator.
    purchase = Purchase(TRIAL, act.offer, lots + 1, None, None)
    brought = bring(book, Arrival(act.amount, PROMO, act.expires_at, purchase), now)
    return Decision(
        brought.transfers,
        lots=(brought.lot,),
        records=(TrialTaken(act.person, act.offer, now),),
        says=(granted_line(act.command, brought, act.amount), *brought.says),
        result={"lot": brought.lot.number, "amount": format_credits(act.amount)},
    )


def bring(book: Book, arrival: Arrival, now: datetime, *, after: int = 0) -> Brought:
    """Make a new lot of what arrives, `after` other rows of the same decision.

    It is free, or sleeps in a closed wallet, or is past its time already and expires at once.
    """
    number = book.seq + after + 1
    lot = Lot(
        number=number,
        category=arrival.category,
        granted=0,
        free=0,
        held=0,
        granted_at=now,
        expires_at=arrival.expires_at,
        purchase=arrival.purchase,
        withheld=arrival.withheld,
    )
    amount, comes_to = arrival.amount, landing(book, lot, now)
    line: dict[str, object] = {"lot": number, "amount": format_credits(amount)}
    if comes_to == LedgerAccount.DORMANT:
        lot.dormant_since = now
        asleep = Transfer(arrival.kind, arrival.src, LedgerAccount.DORMANT, amount, number)
        # What was granted asleep says so itself.
        is_told = arrival.kind == Kind.GRANTED
        return Brought(lot, (asleep,), () if is_told else ((CreditsDormant, line),))
    free = Transfer(arrival.kind, arrival.src, LedgerAccount.FREE, amount, number)
    if comes_to == LedgerAccount.FREE:
        return Brought(lot, (free,), ())
    late = Transfer(Kind.EXPIRED, LedgerAccount.FREE, LedgerAccount.EXPIRED, amount, number)
    return Brought(lot, (free, late), ((CreditsExpired, line),))


def granted_line(
    command: object, brought: Brought, amount: int
) -> tuple[type[CreditsGranted], dict[str, object]]:
    """Say that a lot came, and whether it sleeps."""
    lot = brought.lot
    return CreditsGranted, {
        "id": command,
        "lot": lot.number,
        "amount": format_credits(amount),
        "category": CATEGORY_NAMES[lot.category],
        "order_id": lot.purchase.order_id,
        "line_no": lot.purchase.line_no,
        "expires_at": lot.expires_at,
        "dormant": lot.dormant_since is not None,
    }


def expire(_book: Book, _act: Expire, _now: datetime) -> Decision:
    """Ask for nothing more than what is decided for every wallet first: lots that are due."""
    return Decision()


def due(book: Book, now: datetime) -> tuple[Transfer, ...]:
    """Expire what is free of lots past their time; what is held waits for its hold (T24)."""
    return tuple(
        Transfer(Kind.EXPIRED, LedgerAccount.FREE, LedgerAccount.EXPIRED, lot.free, lot.number)
        for lot in book.lots
        if lot.free and lot.expires_at is not None and lot.expires_at <= now
    )


def _alarming(book: Book, act: Grant) -> RefusalCode | None:
    """Tell why an operator has to look: the buyer may not buy now, or might not when he ordered.

    What a Member ordered before he became one is his all the same (R30): it only sleeps.
    """
    if act.withheld:
        return RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    closed = closed_to_purchases(book)
    return closed if closed == RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED else None


def _withheld_line(act: Grant, lot: Lot, reason: RefusalCode) -> dict[str, object]:
    return {
        "id": act.command,
        "lot": lot.number,
        "amount": format_credits(act.amount),
        "order_id": act.purchase.order_id,
        "reason": reason.value,
    }


def _trials(book: Book, act: GrantTrial) -> tuple[bool, int]:
    """Tell whether the account had the offer, and how many lots of it the wallet has."""
    found = book.found.get((TrialTaken, act.person, act.offer), (False, 0))
    assert isinstance(found, tuple)
    here = [
        record
        for record in book.left
        if isinstance(record, TrialTaken) and record.offer == act.offer
    ]
    taken = found[0] or any(record.account == act.person for record in here)
    return taken, found[1] + len(here)
