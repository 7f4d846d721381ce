"""Statements, by booking: what a wallet opened a month with, what moved, what it closed with."""

from typing import Any

from pydantic import JsonValue

from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.months import (
    Month,
    find_month,
    list_months,
    lots_of,
    people_of,
    snapshot,
)
from services.credit_ledger.queries.pages import page, rfc3339
from services.credit_ledger.queries.pools import SharedClock
from services.credit_ledger.queries.worth import values_of, worth
from services.credit_ledger.rules.purchases import CATEGORY_NAMES
from services.credit_ledger.store.stating import Totals
from services.credit_ledger.store.stating_lines import LotMonth, PersonMonth
from shared.contracts.credit_reports import (
    ListStatementLots,
    ListStatementPeople,
    ListStatements,
    ShowStatement,
)
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import carries
from shared.postgres.pool import Pool


@queries(filter=carries(ShowStatement))
async def show_statement(
    command: Command[ShowStatement], pool: Pool, clock: SharedClock
) -> Verdict:
    """Show one month: what it opened and closed with, what moved, and what that was worth."""
    async with snapshot(pool) as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        month = await find_month(connection, wallet.id, command.data.period, clock.now())
        if month is None:
            return _no_month(command)
        values = await values_of(connection, month)
    return Verdict(id=command.id, result=_statement(month) | {"values": values})


@queries(filter=carries(ListStatements))
async def list_statements(
    command: Command[ListStatements], pool: Pool, clock: SharedClock
) -> Verdict:
    """List a page of months, oldest first; the open one ends the last page."""
    after, limit = command.data.after, command.data.limit
    async with snapshot(pool) as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        shown = await list_months(connection, wallet.id, after, limit + 1, clock.now())
    rows: list[JsonValue] = [_statement(month) for month in shown[:limit]]
    return page(command, "statements", rows, [month.named.period for month in shown])


@queries(filter=carries(ListStatementLots))
async def list_statement_lots(
    command: Command[ListStatementLots], pool: Pool, clock: SharedClock
) -> Verdict:
    """List what happened to each lot in one month, with what it was worth (A21)."""
    after, limit = command.data.after, command.data.limit
    async with snapshot(pool) as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        month = await find_month(connection, wallet.id, command.data.period, clock.now())
        if month is None:
            return _no_month(command)
        lots = await lots_of(connection, month, after, limit + 1)
    rows: list[JsonValue] = [_lot(lot) for lot in lots[:limit]]
    return page(command, "lots", rows, [lot.number for lot in lots])


@queries(filter=carries(ListStatementPeople))
async def list_statement_people(
    command: Command[ListStatementPeople], pool: Pool, clock: SharedClock
) -> Verdict:
    """List what each person used in one month; the Administrator has a line of his own (T15)."""
    after, limit = command.data.after, command.data.limit
    async with snapshot(pool) as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        month = await find_month(connection, wallet.id, command.data.period, clock.now())
        if month is None:
            return _no_month(command)
        people = await people_of(connection, month, after, limit + 1)
    rows: list[JsonValue] = [_person(person) for person in people[:limit]]
    return page(command, "people", rows, [str(person.person) for person in people])


def _no_month(command: Command[Any]) -> Verdict:
    return Verdict(id=command.id, refused=refuse(RefusalCode.UNKNOWN_PERIOD))


def _statement(month: Month) -> dict[str, JsonValue]:
    named, opening, closing = month.named, month.opening, month.closing
    return {
        "period": named.period,
        "zone": named.zone,
        "starts": rfc3339(named.starts),
        "ends": rfc3339(named.ends),
        "closed": month.closed,
        "seq_from": opening.seq + 1,
        "seq_to": closing.seq,
        "opening": _stock(opening),
        "closing": _stock(closing),
        "totals": {
            "granted": format_credits(closing.granted - opening.granted),
            "credited_back": format_credits(closing.credited_back - opening.credited_back),
            "captured": format_credits(closing.captured - opening.captured),
            "expired": format_credits(closing.expired - opening.expired),
            "clawed_back": format_credits(closing.clawed_back - opening.clawed_back),
            "adjusted": format_credits(closing.adjusted - opening.adjusted),
            "debt": format_credits(closing.debt - opening.debt),
            "absorbed": format_credits(closing.absorbed - opening.absorbed),
        },
    }


def _stock(totals: Totals) -> dict[str, JsonValue]:
    """What stood in the wallet: its balance is what it had, less what it owed."""
    balance = totals.free + totals.held + totals.dormant - totals.debt
    return {
        "free": format_credits(totals.free),
        "held": format_credits(totals.held),
        "dormant": format_credits(totals.dormant),
        "debt": format_credits(totals.debt),
        "balance": format_credits(balance),
    }


def _lot(lot: LotMonth) -> dict[str, JsonValue]:
    """What came into a lot and went out of it: what is left, less what it owes, is its closing.

    What was taken back of a lot beyond what there was, it owes; one that repaid what others owe
    owes less than nothing itself (T23).
    """
    opening, closing = lot.opening, lot.closing
    [value] = worth([lot])
    return {
        "lot": lot.number,
        "store": lot.store,
        "order_id": lot.order_id,
        "line_no": lot.line_no,
        "category": CATEGORY_NAMES[lot.category],
        "currency": lot.currency,
        "unit_price": lot.unit_price,
        "expires_at": None if lot.expires_at is None else rfc3339(lot.expires_at),
        "opening": format_credits(opening.remaining - opening.owed),
        "granted": format_credits(closing.granted - opening.granted),
        "credited_back": format_credits(closing.credited_back - opening.credited_back),
        "captured": format_credits(closing.captured - opening.captured),
        "expired": format_credits(closing.expired - opening.expired),
        "clawed_back": format_credits(closing.clawed_back - opening.clawed_back),
        "adjusted": format_credits(closing.adjusted - opening.adjusted),
        "debt": format_credits(closing.owed - opening.owed),
        "closing": format_credits(closing.remaining - closing.owed),
        "left": format_credits(closing.remaining),
        "owes": format_credits(closing.owed),
        "values": value,
    }


def _person(person: PersonMonth) -> dict[str, JsonValue]:
    return {
        "account_id": str(person.person),
        "role": person.role,
        "used": format_credits(person.used),
    }
