"""What stands beside the books, by page: corrections, orders and refunds, counts that are over."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from pydantic import JsonValue

from services.credit_ledger.queries.books import BEFORE_ALL
from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.pages import page, rfc3339
from services.credit_ledger.store import recorded
from shared.contracts.credit_records import (
    ListAdjustments,
    ListEndedCounts,
    ListOpeningBalances,
    ListPaidOrders,
    ListPlacedOrders,
    ListRefunds,
    ListReleasedLots,
)
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import carries
from shared.postgres.pool import Connection, Pool

Row = TypeVar("Row")
After = TypeVar("After")
Read = Callable[[Connection, int, int, After], Awaitable[Sequence[Row]]]


@queries(filter=carries(ListAdjustments))
async def list_adjustments(command: Command[ListAdjustments], pool: Pool) -> Verdict:
    """List a page of what operators added or removed by hand."""
    after = command.data.after or BEFORE_ALL
    found = await _found(command, pool, recorded.adjustments_page, after)
    return _answer(command, "adjustments", found, _adjustment, lambda row: str(row.id))


@queries(filter=carries(ListReleasedLots))
async def list_released_lots(command: Command[ListReleasedLots], pool: Pool) -> Verdict:
    """List a page of withheld lots that operators gave free."""
    after = command.data.after or BEFORE_ALL
    found = await _found(command, pool, recorded.releases_page, after)
    return _answer(command, "releases", found, _release, lambda row: str(row.command))


@queries(filter=carries(ListOpeningBalances))
async def list_opening_balances(command: Command[ListOpeningBalances], pool: Pool) -> Verdict:
    """List a page of what was brought in from another ledger."""
    found = await _found(command, pool, recorded.balances_page, command.data.after or "")
    return _answer(command, "balances", found, _balance, lambda row: row.reference)


@queries(filter=carries(ListPlacedOrders))
async def list_placed_orders(command: Command[ListPlacedOrders], pool: Pool) -> Verdict:
    """List a page of the orders that were placed for the wallet, paid or not."""
    after = command.data.after or BEFORE_ALL
    found = await _found(command, pool, recorded.placed_page, after)
    return _answer(command, "orders", found, _placed, lambda row: str(row.command))


@queries(filter=carries(ListPaidOrders))
async def list_paid_orders(command: Command[ListPaidOrders], pool: Pool) -> Verdict:
    """List a page of the paid order lines that became lots."""
    found = await _found(command, pool, recorded.orders_page, command.data.after)
    return _answer(command, "orders", found, _order, lambda row: row.lot)


@queries(filter=carries(ListRefunds))
async def list_refunds(command: Command[ListRefunds], pool: Pool) -> Verdict:
    """List a page of what the store took back."""
    try:
        after = _refund_place(command.data.after)
    except ValueError:
        return _misplaced(command)
    found = await _found(command, pool, recorded.refunds_page, after)
    return _answer(command, "refunds", found, _refund, lambda row: _cursor(row.lot, row.refund_id))


@queries(filter=carries(ListEndedCounts))
async def list_ended_counts(command: Command[ListEndedCounts], pool: Pool) -> Verdict:
    """List a page of the counts of quotas' use that are over."""
    try:
        after = _count_place(command.data.after)
    except ValueError:
        return _misplaced(command)
    found = await _found(command, pool, recorded.counts_page, after)
    return _answer(command, "counts", found, _count, lambda row: _cursor(row.person, row.number))


async def _found(
    command: Command[Any], pool: Pool, read: "Read[After, Row]", after: After
) -> Sequence[Row] | None:
    """Read one row more than is asked for; nothing for an owner without a wallet."""
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return None
        return await read(connection, wallet.id, command.data.limit + 1, after)


def _answer(
    command: Command[Any],
    name: str,
    found: Sequence[Row] | None,
    show: Callable[[Row], JsonValue],
    key: Callable[[Row], JsonValue],
) -> Verdict:
    if found is None:
        return unknown(command)
    rows = [show(row) for row in found[: command.data.limit]]
    return page(command, name, rows, [key(row) for row in found])


def _misplaced(command: Command[Any]) -> Verdict:
    message = "after: was never answered by this query"
    return Verdict(id=command.id, refused=refuse(RefusalCode.MALFORMED, message=message))


def _cursor(*keys: object) -> str:
    return orjson.dumps(keys, default=str).decode()


def _refund_place(cursor: str | None) -> tuple[int, str]:
    """Read a cursor of ours; ValueError for anything else."""
    match orjson.loads(cursor or '[0,""]'):
        case [int(lot), str(refund)] if abs(lot) < 2**63 and "\0" not in refund:
            return lot, refund
    message = "not a cursor"
    raise ValueError(message)


def _count_place(cursor: str | None) -> tuple[UUID, int]:
    """Read a cursor of ours; ValueError for anything else."""
    match orjson.loads(cursor or f'["{BEFORE_ALL}",-1]'):
        case [str(person), int(count)] if abs(count) < 2**63:
            return UUID(person), count
    message = "not a cursor"
    raise ValueError(message)


def _adjustment(row: recorded.AdjustmentKept) -> dict[str, JsonValue]:
    return {
        "adjustment_id": str(row.id),
        "amount": format_credits(row.amount),
        "direction": row.direction,
        "reason": row.reason,
        "expires_at": _moment(row.expires_at),
        "asked_by": str(row.asked_by),
        "confirmed_by": _text(row.confirmed_by),
        "asked_at": rfc3339(row.asked_at),
        "command": _text(row.booked),
    }


def _release(row: recorded.ReleaseKept) -> dict[str, JsonValue]:
    return {
        "command": str(row.command),
        "lot": row.lot,
        "released_by": str(row.released_by),
        "reason": row.reason,
        "released_at": rfc3339(row.released_at),
    }


def _balance(row: recorded.BalanceKept) -> dict[str, JsonValue]:
    return {
        "reference": row.reference,
        "lot": row.lot,
        "brought_by": _text(row.brought_by),
        "note": row.note,
        "brought_at": rfc3339(row.brought_at),
    }


def _order(row: recorded.OrderKept) -> dict[str, JsonValue]:
    return {
        "lot": row.lot,
        "store": row.store,
        "order_id": row.order_id,
        "line_no": row.line_no,
        "command": str(row.command),
        "withheld": row.withheld,
        "placed_by": _text(row.placed_by),
        "placed_at": _moment(row.placed_at),
    }


def _placed(row: recorded.PlacedKept) -> dict[str, JsonValue]:
    return {
        "store": row.store,
        "order_id": row.order_id,
        "command": str(row.command),
        "placed_by": str(row.account),
        "placed_at": rfc3339(row.placed_at),
        "paid": row.paid,
    }


def _refund(row: recorded.RefundKept) -> dict[str, JsonValue]:
    return {
        "lot": row.lot,
        "store": row.store,
        "order_id": row.order_id,
        "line_no": row.line_no,
        "refund_id": row.refund_id,
        "amount": format_credits(row.amount),
        "reason": row.reason,
        "command": str(row.command),
        "heard_at": rfc3339(row.heard_at),
        "taken": row.taken,
    }


def _count(row: recorded.CountKept) -> dict[str, JsonValue]:
    return {
        "account_id": str(row.person),
        "count": row.number,
        "mode": row.mode,
        "limit": None if row.quota is None else format_credits(row.quota),
        "captured": format_credits(row.captured),
        "held": format_credits(row.held),
        "ended_at": rfc3339(row.ended_at),
        "seq_to": row.seq_to,
    }


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
