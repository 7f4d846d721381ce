"""Paid orders and refunds, from the store's word to the wallet, in whatever order they come.

A payment is mapped to its wallet and command before anything else, a refund is written down before
anything else. Whoever comes second sees what the other wrote, and submits the claw-back; the ids
make it harmless that both may. What was refunded before it was paid is granted and taken back in
one submission: nobody can spend it between (T20).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import structlog

from services.credit_ledger.engine.contents import CONTENT_VERSION, content_of, moment_of
from services.credit_ledger.engine.group_commit import Engine
from services.credit_ledger.engine.outcomes import Outcome
from services.credit_ledger.rules.acts import Act, Grant
from services.credit_ledger.rules.book import Purchase, Refusal
from services.credit_ledger.rules.clawbacks import NOT_YET
from services.credit_ledger.rules.effects import is_same
from services.credit_ledger.rules.purchase_acts import ClawBack, TakenBackFor
from services.credit_ledger.rules.purchases import CATEGORIES, OUR_STORES
from services.credit_ledger.store import orders, refunds
from services.credit_ledger.store.orders import OrderLine
from services.credit_ledger.store.refunds import Refund
from shared.clock import Clock
from shared.contracts.money import format_credits
from shared.contracts.purchases import CreditLine, CreditsTakenBack, OrderPaid
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import Poison
from shared.messaging.reach import Reach
from shared.postgres.pool import Connection

log = structlog.get_logger()


@dataclass(frozen=True)
class Destination:
    """The wallet that an order's credits go to, and whether they wait there for an operator."""

    wallet: int
    withheld: bool = False


@dataclass
class StoreOrders:
    """Settles what the store says with this worker's engine."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    engine: Engine
    clock: Clock
    memberships: Reach

    async def settle(self, order: OrderPaid) -> bool:
        """Grant a paid order's credits, and take back what was refunded already.

        False when it was placed later than the copy of memberships reaches: then it has to wait.
        Raises Poison for what the ledger cannot take; the rest of the order is settled first.
        """
        _check_store(order.store)
        lines = {line.line_no: line for line in order.lines if isinstance(line, CreditLine)}
        if not lines:
            return True
        async with self.pool.acquire() as connection:
            mapped = await self._map(connection, order, lines.values())
            if mapped is None:
                return False
            names = await orders.uids_of(connection, {line.wallet for line in mapped.values()})
            known = await refunds.refunds_of(connection, order.store, order.order_id)
        grants = [_grant(order, lines[number], line, names) for number, line in mapped.items()]
        taken = _claw_backs(order, known, mapped, names)
        acts = [*grants, *taken]
        settled = [*zip(acts, await self.engine.submit(acts), strict=True)]
        settled += await self._take_back_what_came_meanwhile(order, known, mapped, names)
        _insist(settled)
        return True

    async def take_back(self, refund: CreditsTakenBack, reason: TakenBackFor) -> None:
        """Write a refund down, and take it if its payment is here; else the payment will.

        Raises Poison for a refund whose amount changed, or that takes more than was paid.
        """
        _check_store(refund.store)
        async with self.pool.acquire() as connection:
            known, changed = await self._remember(connection, refund, reason)
            mapped = await orders.lines_of(connection, refund.store, refund.order_id)
            names = await orders.uids_of(connection, {line.wallet for line in mapped.values()})
        taken = _claw_backs(refund, known, mapped, names)
        outcomes = await self.engine.submit(taken) if taken else []
        settled = zip(taken, outcomes, strict=True)
        _insist((act, outcome) for act, outcome in settled if outcome.refusal != NOT_YET)
        if changed:
            lines = ", ".join(str(line.line_no) for line in changed)
            message = f"refund {refund.refund_id} of line {lines} came with another amount before"
            log.error("refund_changed", order=refund.order_id, refund=refund.refund_id)
            raise Poison(RefusalCode.IDEMPOTENCY_KEY_REUSED, message)

    async def _map(
        self, connection: Connection, order: OrderPaid, lines: Iterable[CreditLine]
    ) -> dict[int, OrderLine] | None:
        """Decide where each line goes, or see where it went; None while that is not known."""
        mapped = await orders.lines_of(connection, order.store, order.order_id)
        unmapped = [line for line in lines if line.line_no not in mapped]
        if unmapped:
            destination = await self._destination(connection, order, mapped)
            if destination is None:
                return None
            for line in unmapped:
                proposed = OrderLine(
                    line.line_no,
                    self.clock.new_id(),
                    _content(order, line),
                    destination.wallet,
                    destination.withheld,
                )
                mapped[line.line_no] = await orders.map_line(
                    connection, order.store, order.order_id, proposed
                )
        return {
            line.line_no: mapped[line.line_no]
            for line in lines
            if _is_unchanged(order, line, mapped[line.line_no])
        }

    async def _destination(
        self, connection: Connection, order: OrderPaid, mapped: dict[int, OrderLine]
    ) -> Destination | None:
        """Decide by the order as it was placed with us, else by the buyer's role then (A14, T17).

        What an Administrator bought feeds the pool (R48), what a Member bought is withheld (T18),
        everything else is the buyer's own (R44). All lines of an order go the same way.
        """
        for line in mapped.values():
            return Destination(line.wallet, line.withheld)
        wallet = await orders.placed_for(connection, order.store, order.order_id, order.account_id)
        if wallet is not None:
            return Destination(wallet)
        if order.placed_at > self.memberships.covered_until:
            return None
        roles = await orders.roles_then(connection, order.account_id, order.placed_at)
        for then in roles:
            if then.role == "ADMINISTRATOR":
                return Destination(then.wallet)
        own = await orders.own_wallet_of(connection, order.account_id, self.clock.new_id())
        return Destination(own, withheld=any(then.role == "MEMBER" for then in roles))

    async def _remember(
        self, connection: Connection, refund: CreditsTakenBack, reason: TakenBackFor
    ) -> tuple[list[Refund], list[Refund]]:
        """Write down what is taken back, line by line; gives those, and those that changed."""
        same: list[Refund] = []
        changed: list[Refund] = []
        for line in refund.lines:
            told = Refund(line.line_no, refund.refund_id, line.credits, reason, self.clock.new_id())
            kept = await refunds.remember(
                connection, refund.store, refund.order_id, told, self.clock.now()
            )
            is_same = (kept.amount, kept.reason) == (told.amount, told.reason)
            (same if is_same else changed).append(kept)
        return same, changed

    async def _take_back_what_came_meanwhile(
        self,
        order: OrderPaid,
        known: Collection[Refund],
        mapped: dict[int, OrderLine],
        names: dict[int, UUID],
    ) -> list[tuple[Act, Outcome]]:
        """Look again: a refund that was written down meanwhile may have found no lot yet."""
        seen = {refund.command for refund in known}
        async with self.pool.acquire() as connection:
            now_known = await refunds.refunds_of(connection, order.store, order.order_id)
        later = [refund for refund in now_known if refund.command not in seen]
        taken = _claw_backs(order, later, mapped, names)
        outcomes = await self.engine.submit(taken) if taken else []
        return [*zip(taken, outcomes, strict=True)]


def _check_store(store: str) -> None:
    """Names of ours are kept for lots that no store sold."""
    if store in OUR_STORES:
        raise Poison(RefusalCode.MALFORMED, f"store: {store!r} is a name of the ledger's own")


def _is_unchanged(order: OrderPaid, line: CreditLine, mapped: OrderLine) -> bool:
    """What was mapped once is never granted otherwise: alarmed, and not applied (T21)."""
    if is_same(mapped.content, _content(order, line)):
        return True
    log.error("order_line_changed", order=order.order_id, line=line.line_no)
    return False


def _content(order: OrderPaid, line: CreditLine) -> int:
    return content_of(
        "grant",
        order.account_id.int,
        line.credits,
        line.category,
        moment_of(line.expires_at),
        version=CONTENT_VERSION,
    )


def _grant(order: OrderPaid, line: CreditLine, mapped: OrderLine, names: dict[int, UUID]) -> Grant:
    return Grant(
        mapped.command,
        names[mapped.wallet],
        mapped.content,
        line.credits,
        CATEGORIES[line.category],
        line.expires_at,
        Purchase(order.store, order.order_id, line.line_no, line.currency, line.unit_price),
        mapped.withheld,
    )


def _claw_backs(
    order: OrderPaid | CreditsTakenBack,
    known: Iterable[Refund],
    mapped: dict[int, OrderLine],
    names: dict[int, UUID],
) -> list[Act]:
    """Take each refund whose payment has a wallet."""
    return [
        ClawBack(
            refund.command,
            names[mapped[refund.line_no].wallet],
            content_of("claw_back", refund.amount, refund.reason),
            order.store,
            order.order_id,
            refund.line_no,
            refund.amount,
            refund.reason,
            refund.refund_id,
        )
        for refund in known
        if refund.line_no in mapped
    ]


def _insist(settled: Iterable[tuple[Act, Outcome]]) -> None:
    """Bury what the engine could not take: nothing that was paid or refunded vanishes silently."""
    for act, outcome in settled:
        if outcome.refusal is not None:
            code = outcome.refusal.code
            raise Poison(code, f"{code}: {_told(act, outcome.refusal)}")


def _told(act: Act, refusal: Refusal) -> str:
    """Say which line of which order it is about, for whoever looks into it."""
    if isinstance(act, ClawBack):
        told = f"{format_credits(act.amount)} of line {act.line_no} of order {act.order_id}"
        if refusal.left is None:
            return f"{told} could not be taken back"
        return f"{told} to take back, {format_credits(refusal.left)} are left of it"
    if isinstance(act, Grant):
        bought = act.purchase
        return f"line {bought.line_no} of order {bought.order_id} could not be granted"
    return f"the ledger refused {act.command}"
