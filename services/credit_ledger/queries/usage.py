"""Usage: what was charged, summed by whom and for what, or charge by charge."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import orjson
from pydantic import JsonValue

from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.months import snapshot
from services.credit_ledger.queries.pages import page, rfc3339
from services.credit_ledger.store import summing, usage
from services.credit_ledger.store.usage import (
    Asked,
    Bound,
    Keys,
    OverloadedError,
    Reach,
    Sums,
    UsageLine,
)
from shared.contracts.credit_reports import ListUsageLines, ShowUsage
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import carries
from shared.postgres.pool import Connection, Pool

KINDS: Final = {1: "charged", 2: "absorbed", 3: "credited_back"}
NOBODY: Final = UUID(int=0)
SEQ_MAX: Final = 2**63 - 1
# Reports may take seconds; the other connections are for questions and sweeps that do not.
REPORTS_AT_ONCE: Final = 3
TURN_SECONDS: Final = 2.0
TURNS: Final = asyncio.Semaphore(REPORTS_AT_ONCE)


@queries(filter=carries(ShowUsage))
async def show_usage(command: Command[ShowUsage], pool: Pool) -> Verdict:
    """Show a page of sums; its cursor holds the report to the moment of its first page."""
    data = command.data
    try:
        bound, after = _place(data.after)
    except ValueError:
        return _refused(command, RefusalCode.MALFORMED, "after: was never answered by this query")
    try:
        async with _reporting(pool) as connection:
            wallet = await find_wallet(connection, command)
            if wallet is None:
                return unknown(command)
            reach = await usage.reach_of(connection, wallet.id, bound)
            asked = _asked(wallet.id, data)
            if data.after is None and summing.is_kept(asked, data.by):
                sums = await summing.sums_kept(
                    connection, asked, data.by, reach.zone, data.limit + 1
                )
            else:
                sums = await usage.sums_of(connection, asked, data.by, reach, after, data.limit + 1)
    except OverloadedError as error:
        return _refused(command, RefusalCode.OVERLOADED, str(error))
    if not data.by and not sums:
        sums = [Sums(Keys(NOBODY, "", "", ""), 0, 0, 0, 0, {})]
    rows: list[JsonValue] = [_sums(data.by, row) for row in sums[: data.limit]]
    places = () if data.most_first else [_cursor(reach, row.keys) for row in sums]
    answer = page(command, "rows", rows, places)
    return _with_reach(answer, reach)


@queries(filter=carries(ListUsageLines))
async def list_usage_lines(command: Command[ListUsageLines], pool: Pool) -> Verdict:
    """List a page of charges in the order of booking."""
    data = command.data
    try:
        async with _reporting(pool) as connection:
            wallet = await find_wallet(connection, command)
            if wallet is None:
                return unknown(command)
            reach = await usage.reach_of(connection, wallet.id)
            asked = Asked(wallet.id, data.since, data.until, data.account_id, data.job)
            found = await usage.lines_of(connection, asked, reach, data.after, data.limit + 1)
    except OverloadedError as error:
        return _refused(command, RefusalCode.OVERLOADED, str(error))
    rows: list[JsonValue] = [_line(line) for line in found[: data.limit]]
    return _with_reach(page(command, "lines", rows, [line.seq for line in found]), reach)


@asynccontextmanager
async def _reporting(pool: Pool) -> AsyncIterator[Connection]:
    """Read at one moment, planned as reports are, when it is this one's turn."""
    try:
        async with asyncio.timeout(TURN_SECONDS):
            await TURNS.acquire()
    except TimeoutError as error:
        message = "too many reports at once: ask again"
        raise OverloadedError(message) from error
    try:
        async with snapshot(pool) as connection:
            await usage.plan_reports(connection)
            yield connection
    finally:
        TURNS.release()


def _asked(wallet: int, data: ShowUsage) -> Asked:
    return Asked(
        wallet=wallet,
        since=data.since,
        until=data.until,
        person=data.account_id,
        job=data.job,
        project=data.project,
        product=data.product,
        node=data.node,
        node_class=data.node_class,
        unit=data.unit,
        tag=next(iter(data.tag.items())) if data.tag else None,
        most_first=data.most_first,
    )


def _place(cursor: str | None) -> tuple[Bound, Keys | None]:
    """Read a cursor of ours; ValueError for anything else."""
    if cursor is None:
        return (None, None), None
    match orjson.loads(cursor):
        case [int(seq), int(covered), str(who), *values] if _is_bound(seq) and _is_bound(covered):
            if [type(value) for value in values] == [str] * 3 and "\x00" not in "".join(values):
                return (seq, covered), Keys(UUID(who), *values)
    message = "not a cursor"
    raise ValueError(message)


def _is_bound(number: int) -> bool:
    return 0 <= number <= SEQ_MAX


def _cursor(reach: Reach, keys: Keys) -> str:
    return orjson.dumps([reach.seq, reach.covered, str(keys.who), *keys[1:]]).decode()


def _refused(command: Command[Any], code: RefusalCode, message: str) -> Verdict:
    return Verdict(id=command.id, refused=refuse(code, message=message))


def _with_reach(answer: Verdict, reach: Reach) -> Verdict:
    told: dict[str, JsonValue] = {
        "complete": reach.whole,
        "complete_until": rfc3339(reach.until),
        "zone": reach.zone,
    }
    return answer.model_copy(update={"result": told | (answer.result or {})})


def _sums(by: Sequence[str], sums: Sums) -> dict[str, JsonValue]:
    quantity: dict[str, JsonValue] = {
        unit: format_credits(amount) for unit, amount in sums.quantity_by_unit.items()
    }
    return {
        "group": _group(by, sums.keys),
        "charged": format_credits(sums.charged),
        "credited_back": format_credits(sums.credited_back),
        "credits": format_credits(sums.charged - sums.credited_back),
        "absorbed": format_credits(sums.absorbed),
        "quantity": quantity,
        "lines": sums.lines,
    }


def _group(by: Sequence[str], keys: Keys) -> dict[str, JsonValue]:
    values = [keys.first, keys.second, keys.third]
    if by and by[0] == "user":
        values[0] = str(keys.who)
    return {column: value or None for column, value in zip(by, values, strict=False)}


def _line(line: UsageLine) -> dict[str, JsonValue]:
    sign = -1 if KINDS[line.kind] == "credited_back" else 1
    return {
        "seq": line.seq,
        "id": str(line.command),
        "kind": KINDS[line.kind],
        "account_id": str(line.person),
        "credits": format_credits(sign * line.amount),
        "job": line.job or None,
        "work": _work(line),
        "quantity": None if line.quantity is None else format_credits(line.quantity),
        "unit": line.unit or None,
        "rate": line.rate,
        "hold_id": None if line.hold is None else str(line.hold),
        "booked_at": rfc3339(line.booked_at),
    }


def _work(line: UsageLine) -> dict[str, JsonValue]:
    """Describe the work in the words of the commands; what nobody said is left out."""
    told: dict[str, JsonValue] = {
        "project": line.project,
        "product": line.product,
        "node": line.node,
        "node_class": line.node_class,
        "frame_first": line.frame_first,
        "frame_last": line.frame_last,
        "tags": dict(line.tags) if line.tags else None,
        "occurred_at": None if line.occurred_at is None else rfc3339(line.occurred_at),
    }
    return {name: value for name, value in told.items() if value not in (None, "")}
