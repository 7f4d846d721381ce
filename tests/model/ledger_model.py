"""The ledger as the domain's rules say it, one ask at a time: plain Python, nothing of the product.

Written from the rules (R12, R20-R25, R28-R30, R36-R53, T2-T29, A11, A14, A17, A19) and not from the
engine, whose answers and books it is held against.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.model import ledger_holds, ledger_people, ledger_spending, ledger_trade
from tests.model.ledger_moves import expire
from tests.model.ledger_spending import Rights
from tests.model.ledger_trade import Line, Order, Refund
from tests.model.ledger_wallet import Answer, Ask, Lot, Person, Wallet

RULES_OF_ONE_WALLET: dict[str, Callable[[Wallet, Ask, datetime], Answer]] = {
    "extend": ledger_spending.extend,
    "capture": ledger_holds.capture,
    "void": ledger_holds.void,
    "lapse": ledger_holds.lapse,
    "credit_back": ledger_holds.credit_back,
    "expire": ledger_holds.look_at_lots,
}
RULES_OF_RIGHTS: dict[str, Callable[[Rights, Wallet, Ask, datetime], Answer]] = {
    "debit": ledger_spending.debit,
    "authorize": ledger_spending.authorize,
}
RULES_OF_ALL: dict[str, Callable[[Any, Wallet, Ask, datetime], Answer]] = {
    "open_pool": ledger_people.open_pool,
    "role": ledger_people.role,
    "administrator": ledger_people.administrator,
    "access": ledger_people.access,
    "edit": ledger_people.edit,
    "restart": ledger_people.restart_quota,
    "request": ledger_people.request,
    "decide": ledger_people.decide,
    "terms": ledger_people.terms,
    "place": ledger_trade.place,
    "trial": ledger_trade.trial,
    "release": ledger_trade.release,
    "adjust": ledger_trade.adjust,
    "bring_in": ledger_trade.bring_in,
}
# Said by the clock, never sent twice.
UNREMEMBERED = {"lapse", "expire"}
# What ends a hold or gives back finds what it is about in whatever wallet its owner's name has
# meant (T16), and says it at this place of its effect.
OF_EARLIER = {"extend": 0, "capture": 0, "void": 0, "credit_back": 1}
# Said by membership, whose facts are heard once each and in order.
NEVER_OLD = {"open_pool", "role", "administrator", *UNREMEMBERED}
REMEMBERED = timedelta(days=90)
ONLY_ANSWERED = {
    "operator_required",
    "unknown_organization",
    "account_already_has_organization",
}


@dataclass
class Interval:
    """Who was what in an organization, and when (T17)."""

    wallet: Wallet
    person: UUID
    role: str
    since: datetime
    until: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


class Model:
    """Decides asks in the order they come; `late` are answers to those that had waited."""

    def __init__(self) -> None:
        self.names: dict[UUID, Wallet] = {}
        self.uids: dict[UUID, Wallet] = {}
        self.past: dict[UUID, list[Wallet]] = {}
        self.wallets: list[Wallet] = []
        self.intervals: list[Interval] = []
        self.lines: dict[tuple[str, int], tuple[UUID, Line]] = {}
        self.lots: dict[tuple[str, int], tuple[Wallet, Lot]] = {}
        self.going: dict[str, tuple[Wallet, bool]] = {}
        self.refunds: dict[tuple[str, int, str], int] = {}
        self.taken: dict[tuple[str, int, str], int] = {}
        self.parked: list[Order] = []
        self.covered_until = datetime.min.replace(tzinfo=UTC)
        self.placed: dict[str, tuple[Wallet, UUID]] = {}
        self.trials: set[tuple[UUID, str]] = set()
        self.rights: Rights = {}
        self.late: list[Answer] = []

    def play(self, asks: list[Ask], now: datetime) -> list[Answer]:
        """One commit of the ledger: due lots first, then ask by ask."""
        self.expire(now)
        for account in (name for ask in asks for name in _opens(ask)):
            self.own(account)
        return [self.decide(ask, now) for ask in asks]

    def expire(self, now: datetime) -> None:
        for wallet in self.wallets:
            expire(wallet, now)

    def decide(self, ask: Ask, now: datetime) -> Answer:
        wallet = self.uids.get(ask.owner) or self.names.get(ask.owner)
        if wallet is None:
            return Answer(ask.id, ("unknown_organization",))
        decided = self._decided(wallet, ask)
        if decided is not None:
            effect, answer = decided
            if effect != (ask.kind, *ask.effect):
                return Answer(ask.id, ("idempotency_key_reused",), duplicate=True)
            return replace(answer, duplicate=True)
        if ask.kind not in NEVER_OLD and minted_at(ask.id) < now - REMEMBERED:
            return Answer(ask.id, ("stale_report",))
        return self._decide_in(self._where_it_began(wallet, ask), ask, now)

    def _decide_in(self, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
        """Decide what was not decided before; an authorization lets those go on that wait for it.

        They are decided with it, by whatever name they called its wallet.
        """
        answer = self._ruled(wallet, ask, now)
        if answer.parked:
            queue = wallet.waiting.setdefault(ask.effect[0], [])
            if all(ask.id != other.id for other in queue):
                queue.append(ask)
            return answer
        if ask.kind not in UNREMEMBERED and not ONLY_ANSWERED & set(answer.binding):
            wallet.verdicts[ask.id] = ((ask.kind, *ask.effect), answer)
        if ask.kind == "authorize":
            waiting = wallet.waiting.pop(ask.id, [])
            for one in waiting:
                self.late.append(self._decide_in(wallet, replace(one, waited_in=0), now))
        return answer

    def hear_paid(self, order: Order, now: datetime) -> None:
        """An order of a time that the copy of memberships does not cover waits (A14)."""
        self.expire(now)
        is_known = self.placed_for(order) is not None or order.name in self.going
        if order.placed_at > self.covered_until and not is_known:
            self.parked.append(order)
        else:
            ledger_trade.paid(self, order, now)

    def hear_watermark(self, at: datetime, now: datetime) -> None:
        """All that membership decided until then is known: what waited for it is decided."""
        self.expire(now)
        self.covered_until = max(self.covered_until, at)
        waiting = sorted(self.parked, key=lambda order: order.placed_at)
        self.parked = [order for order in waiting if order.placed_at > self.covered_until]
        for order in waiting[: len(waiting) - len(self.parked)]:
            self.hear_paid(order, now)

    def hear_taken_back(self, refund: Refund, now: datetime) -> None:
        self.expire(now)
        ledger_trade.taken_back(self, refund)

    def hear_right(self, person: UUID, product: str, until: datetime) -> None:
        """Licensing says until when somebody may use a product; until long ago, if he may not."""
        self.rights[person, product] = until

    def own(self, account: UUID) -> Wallet:
        """The wallet that an account's name means, opened when it has none (A11)."""
        if account not in self.names:
            self.names[account] = self.personal(account)
        return self.names[account]

    def of_account(self, account: UUID) -> Wallet:
        """His own wallet, be it the pool of his making by now; not one he came to administer."""
        of_his = [w for w in self.wallets if w.kind == "ACCOUNT" and w.owner == account]
        return of_his[0] if of_his else self.own(account)

    def wallet_of_hold(self, hold: UUID) -> Wallet | None:
        """The wallet that a hold was authorized in."""
        return next((wallet for wallet in self.wallets if hold in wallet.holds), None)

    def personal(self, account: UUID) -> Wallet:
        """The wallet that belongs to the account itself, whatever its name means."""
        for wallet in self.wallets:
            if wallet.kind == "ACCOUNT" and wallet.owner == account:
                return wallet
        wallet = Wallet("ACCOUNT", account, people={account: Person("OWNER", "unlimited")})
        self.wallets.append(wallet)
        return wallet

    def rename(self, account: UUID, wallet: Wallet) -> None:
        """A name moves with the administratorship, and what waits under it follows (T16)."""
        before = self.names.get(account)
        self.names[account] = wallet
        if before is None or before is wallet:
            return
        self.past.setdefault(account, []).append(before)
        for hold, asks in before.waiting.items():
            before.waiting[hold] = [ask for ask in asks if ask.owner != account]
            for ask in asks:
                if ask.owner == account and not wallet.awaits(ask.id):
                    wallet.waiting.setdefault(hold, []).append(ask)

    def began(self, wallet: Wallet, person: UUID, role: str, since: datetime) -> None:
        """A role ends when another begins; REMOVED is none."""
        for interval in self.intervals:
            if (interval.wallet, interval.person) == (wallet, person) and interval.until is None:
                interval.until = max(since, interval.since)
        if role != "REMOVED":
            self.intervals.append(Interval(wallet, person, role, since))

    def placed_for(self, order: Order) -> Wallet | None:
        """The wallet its own buyer placed it for; whoever else claimed its name counts nothing."""
        wallet, by = self.placed.get(order.name, (None, None))
        return wallet if by == order.account else None

    def destination(self, order: Order) -> tuple[Wallet, bool]:
        """Where the credits of an order go, and whether they are withheld (T17, T18, A14)."""
        placed_for = self.placed_for(order)
        if placed_for is not None:
            return placed_for, False
        then = {
            interval.role: interval.wallet
            for interval in self.intervals
            if interval.person == order.account and interval.covers(order.placed_at)
        }
        if "ADMINISTRATOR" in then:
            return then["ADMINISTRATOR"], False
        return self.of_account(order.account), "MEMBER" in then

    def _decided(self, wallet: Wallet, ask: Ask) -> tuple[tuple[Any, ...], Answer] | None:
        """What comes again is not decided again, be it that its owner's name has moved since."""
        wallets: list[Wallet] = [wallet, *self.past.get(ask.owner, [])]
        for one in wallets:
            if ask.id in one.verdicts:
                return one.verdicts[ask.id]
        return None

    def _where_it_began(self, wallet: Wallet, ask: Ask) -> Wallet:
        if ask.kind in OF_EARLIER:
            began = ask.effect[OF_EARLIER[ask.kind]]
            for one in (wallet, *self.past.get(ask.owner, [])):
                if began in one.holds or began in one.charges:
                    return one
        return wallet

    def _ruled(self, wallet: Wallet, ask: Ask, now: datetime) -> Answer:
        if ask.kind in RULES_OF_ONE_WALLET:
            return RULES_OF_ONE_WALLET[ask.kind](wallet, ask, now)
        if ask.kind in RULES_OF_RIGHTS:
            return RULES_OF_RIGHTS[ask.kind](self.rights, wallet, ask, now)
        return RULES_OF_ALL[ask.kind](self, wallet, ask, now)


def _opens(ask: Ask) -> tuple[UUID, ...]:
    """The accounts that get a wallet if they have none yet (A11)."""
    match ask.kind, ask.effect:
        case "open_pool", _:
            return (ask.owner,)
        case "role", (person, *_):
            return (person,)
        case "place" | "trial", (by, *_) if by == ask.owner:
            return (by,)
    return ()


def minted_at(identifier: UUID) -> datetime:
    """A UUIDv7 says when it was minted, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
