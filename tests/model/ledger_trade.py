"""What is bought, tried, taken back and corrected in the model."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from tests.model.ledger_moves import claw_back, land, new_lot, wake
from tests.model.ledger_spending import accepted, refused
from tests.model.ledger_wallet import FOREVER, Answer, Ask, Lot, Wallet


class Line(NamedTuple):
    """One line of an order; categories are 1 promo, 2 included, 3 purchased."""

    number: int
    amount: int
    category: int
    expires_at: datetime | None


class Order(NamedTuple):
    """An order that is paid."""

    name: str
    account: UUID
    placed_at: datetime
    lines: tuple[Line, ...]


class Refund(NamedTuple):
    """What is taken back of an order: of which line how much."""

    order: str
    name: str
    lines: tuple[tuple[int, int], ...]


class Shop(Protocol):
    """Where orders go, and what became of their lines."""

    lines: dict[tuple[str, int], tuple[UUID, Line]]
    lots: dict[tuple[str, int], tuple[Wallet, Lot]]
    going: dict[str, tuple[Wallet, bool]]
    refunds: dict[tuple[str, int, str], int]
    taken: dict[tuple[str, int, str], int]
    placed: dict[str, tuple[Wallet, UUID]]
    trials: set[tuple[UUID, str]]

    def destination(self, order: Order) -> tuple[Wallet, bool]: ...
    def own(self, account: UUID) -> Wallet: ...


def paid(shop: Shop, order: Order, now: datetime) -> None:
    """Each line makes one lot once (I8); what was taken back before leaves at once (T20)."""
    told = []
    for line in order.lines:
        key, said = (order.name, line.number), (order.account, line)
        if shop.lines.setdefault(key, said) != said:
            continue
        told.append(line.number)
        if key not in shop.lots:
            # All lines of an order go the same way.
            if order.name not in shop.going:
                shop.going[order.name] = shop.destination(order)
            wallet, withheld = shop.going[order.name]
            shop.lots[key] = wallet, bring(wallet, line, now, withheld=withheld)
    for taking, amount in shop.refunds.items():
        if taking[0] == order.name and taking[1] in told:
            _take_back(shop, taking, amount)


def bring(wallet: Wallet, line: Line, now: datetime, *, withheld: bool = False) -> Lot:
    lot = new_lot(wallet, line.category, line.expires_at or FOREVER)
    lot.granted, lot.withheld = line.amount, withheld
    land(wallet, lot, line.amount, now)
    return lot


def taken_back(shop: Shop, refund: Refund) -> None:
    """The store takes credits back (T22, T23); before they are paid it is remembered (T20)."""
    for number, amount in refund.lines:
        taking = (refund.order, number, refund.name)
        known = shop.refunds.setdefault(taking, amount)
        if known == amount and taking[:2] in shop.lots:
            _take_back(shop, taking, amount)


def _take_back(shop: Shop, taking: tuple[str, int, str], amount: int) -> None:
    """Once, and together no more than was bought, however many refunds there are."""
    if taking in shop.taken:
        return
    wallet, lot = shop.lots[taking[:2]]
    before = sum(taken for line, taken in shop.taken.items() if line[:2] == taking[:2])
    shop.taken[taking] = amount if before + amount <= lot.granted else 0
    claw_back(wallet, lot, shop.taken[taking])


def place(shop: Shop, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """Ask before buying (A14): the Administrator for his pool (R12), a Member never (R29)."""
    by, order = ask.effect
    if order in shop.placed:
        if shop.placed[order] != (wallet, by):
            return refused(ask, "idempotency_key_reused")
        return accepted(ask, wallet)
    refusal = may_not_obtain(wallet, ask, by)
    if refusal is not None:
        return refusal
    shop.placed[order] = wallet, by
    return accepted(ask, wallet)


def trial(shop: Shop, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """The credits of an offer are given once, to whoever may obtain some (R47, A4, A15)."""
    by, offer, amount, expires_at = ask.effect
    refusal = may_not_obtain(wallet, ask, by)
    if refusal is not None:
        return refusal
    if (by, offer) in shop.trials:
        return refused(ask, "trial_already_used")
    shop.trials.add((by, offer))
    bring(wallet, Line(1, amount, 1, expires_at), now)
    return accepted(ask, wallet)


def may_not_obtain(wallet: Wallet, ask: Ask, by: UUID) -> Answer | None:
    """Say why somebody cannot get credits for a wallet now (R12, R29, R45, R47)."""
    person = wallet.people.get(by)
    if person is None or person.role not in {"OWNER", "ADMINISTRATOR"}:
        is_member = person is not None and person.role == "MEMBER"
        return refused(ask, "members_may_not_purchase" if is_member else "not_administrator")
    if wallet.closed_role == "MEMBER":
        return refused(ask, "members_may_not_purchase")
    if wallet.closed_role == "GUEST":
        return refused(ask, "organizational_credits_assigned")
    return None


def release(shop: Shop, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """An operator lets a withheld lot go (T18); in a closed wallet it sleeps on (T5)."""
    by_operator, number = ask.effect
    if not by_operator:
        return refused(ask, "operator_required")
    lot = next((lot for lot in wallet.lots if lot.number == number), None)
    if lot is None:
        return refused(ask, "unknown_lot")
    was_withheld, lot.withheld = lot.withheld, False
    if was_withheld and wallet.closed_by is None:
        wake(wallet, lot, now)
    return accepted(ask, wallet)


def bring_in(shop: Shop, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """An opening balance from another ledger; each reference counts once per wallet."""
    by_operator, reference, amount, category, expires_at = ask.effect
    if not by_operator:
        return refused(ask, "operator_required")
    content = (amount, category, expires_at)
    known = wallet.brought_in.setdefault(reference, content)
    if known != content:
        return refused(ask, "idempotency_key_reused")
    if wallet.brought_by.setdefault(reference, ask.id) == ask.id:
        bring(wallet, Line(1, amount, category, expires_at), now)
    return accepted(ask, wallet)


def adjust(shop: Shop, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
    """An operator adds credits as a lot of goodwill, or removes free ones (A17)."""
    by_operator, amount, direction, expires_at = ask.effect
    if not by_operator:
        return refused(ask, "operator_required")
    if direction == "add":
        lot = new_lot(wallet, 1, expires_at or FOREVER)
        lot.adjusted -= amount
        land(wallet, lot, amount, now)
        return accepted(ask, wallet)
    if amount > wallet.free:
        return refused(ask, "pool_insufficient", left=wallet.free)
    for lot in wallet.burn_down():
        part = min(amount, lot.free)
        lot.free -= part
        lot.adjusted += part
        amount -= part
    return accepted(ask, wallet)
