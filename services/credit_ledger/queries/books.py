"""The books themselves: a wallet in all its accounts, its journal, its lots and holds, by page."""

from typing import Final
from uuid import UUID

import orjson
from pydantic import JsonValue

from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.pages import page, rfc3339
from services.credit_ledger.rules.chart import HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.purchases import CATEGORY_NAMES
from services.credit_ledger.store import exporting
from services.credit_ledger.store.exporting import Entry, HoldKept, LotKept, WalletState
from shared.contracts.credit_queries import (
    ListHolds,
    ListJournal,
    ListLots,
    ListWallets,
    ShowHold,
    ShowWallet,
)
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import carries
from shared.postgres.pool import Pool


def _names(chart: type) -> dict[int, str]:
    return {value: name.lower() for name, value in vars(chart).items() if isinstance(value, int)}


ACCOUNTS: Final = _names(LedgerAccount)
KINDS: Final = _names(Kind)
STATES: Final = _names(HoldState)
STATE_NUMBERS: Final = {name: number for number, name in STATES.items()}
BEFORE_ALL: Final = UUID(int=0)


@queries(filter=carries(ShowWallet))
async def show_wallet(command: Command[ShowWallet], pool: Pool) -> Verdict:
    """Show a wallet in all its accounts, and the head of its journal."""
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        state = await exporting.wallet_state(connection, wallet.id)
    return Verdict(id=command.id, result=_wallet(state))


@queries(filter=carries(ListWallets))
async def list_wallets(command: Command[ListWallets], pool: Pool) -> Verdict:
    """List a page of all wallets."""
    limit = command.data.limit
    async with pool.acquire() as connection:
        wallets = await exporting.wallets_page(connection, command.data.after, limit + 1)
    rows: list[JsonValue] = [{"owner": str(owner), "kind": kind} for owner, kind in wallets[:limit]]
    return page(command, "wallets", rows, [str(owner) for owner, _ in wallets])


@queries(filter=carries(ListJournal))
async def list_journal(command: Command[ListJournal], pool: Pool) -> Verdict:
    """List a page of the journal; any page of any journal costs the same."""
    after, limit = command.data.after, command.data.limit
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        entries = await exporting.journal_page(connection, wallet.id, after, limit + 1)
    rows: list[JsonValue] = [_entry(entry) for entry in entries[:limit]]
    return page(command, "rows", rows, [entry.seq for entry in entries])


@queries(filter=carries(ListLots))
async def list_lots(command: Command[ListLots], pool: Pool) -> Verdict:
    """List a page of lots, ended ones too."""
    after, limit = command.data.after, command.data.limit
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        lots = await exporting.lots_page(connection, wallet.id, after, limit + 1)
    rows: list[JsonValue] = [_lot(lot) for lot in lots[:limit]]
    return page(command, "lots", rows, [lot.number for lot in lots])


@queries(filter=carries(ListHolds))
async def list_holds(command: Command[ListHolds], pool: Pool) -> Verdict:
    """List a page of holds, of one state or of all."""
    after, limit = command.data.after or BEFORE_ALL, command.data.limit
    state = command.data.state
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        number = None if state is None else STATE_NUMBERS[state]
        holds = await exporting.holds_page(
            connection,
            wallet.id,
            after,
            limit + 1,
            state=number,
            person=command.data.account_id,
        )
    rows: list[JsonValue] = [_hold(hold) for hold in holds[:limit]]
    return page(command, "holds", rows, [str(hold.id) for hold in holds])


@queries(filter=carries(ShowHold))
async def show_hold(command: Command[ShowHold], pool: Pool) -> Verdict:
    """Show one hold, wherever the name of its wallet has moved since."""
    if command.owner is None:
        return unknown(command)
    async with pool.acquire() as connection:
        found = await exporting.find_hold(connection, command.owner, command.data.hold_id)
    if found is None:
        return Verdict(id=command.id, refused=refuse(RefusalCode.UNKNOWN_HOLD))
    hold, moved = found
    return Verdict(id=command.id, result={**_hold(hold), "moved": moved})


def _wallet(state: WalletState) -> dict[str, JsonValue]:
    return {
        "wallet_id": str(state.uid),
        "owner": str(state.owner),
        "kind": state.kind,
        "seq": state.seq,
        "head": state.head.hex(),
        "fact_sequence": state.fact_sequence,
        "booked_at": rfc3339(state.booked_at),
        "closed_until": rfc3339(state.closed_until),
        "period_ends": rfc3339(state.period_ends),
        "zone": state.zone,
        "granted": format_credits(state.granted),
        "free": format_credits(state.free),
        "held": format_credits(state.held),
        "dormant": format_credits(state.dormant),
        "captured": format_credits(state.captured),
        "expired": format_credits(state.expired),
        "clawed_back": format_credits(state.clawed_back),
        "credited_back": format_credits(state.credited_back),
        "adjusted": format_credits(state.adjusted),
        "debt": format_credits(state.debt),
        "absorbed": format_credits(state.absorbed),
    }


def _entry(entry: Entry) -> dict[str, JsonValue]:
    return {
        "seq": entry.seq,
        "command": str(entry.command),
        "part": entry.part,
        "kind": KINDS[entry.kind],
        "src": ACCOUNTS[entry.src],
        "dst": ACCOUNTS[entry.dst],
        "lot": entry.lot,
        "amount": format_credits(entry.amount),
        "balance": format_credits(entry.balance),
        "account_id": _text(entry.person),
        "hold_id": _text(entry.hold),
        "occurred_at": rfc3339(entry.occurred_at),
        "booked_at": rfc3339(entry.booked_at),
    }


def _lot(lot: LotKept) -> dict[str, JsonValue]:
    return {
        "lot": lot.number,
        "category": CATEGORY_NAMES[lot.category],
        "store": lot.store,
        "order_id": lot.order_id,
        "line_no": lot.line_no,
        "currency": lot.currency,
        "unit_price": lot.unit_price,
        "granted_at": rfc3339(lot.granted_at),
        "expires_at": None if lot.expires_at is None else rfc3339(lot.expires_at),
        "granted": format_credits(lot.granted),
        "free": format_credits(lot.free),
        "held": format_credits(lot.held),
        "dormant": format_credits(lot.dormant),
        "captured": format_credits(lot.captured),
        "expired": format_credits(lot.expired),
        "clawed_back": format_credits(lot.clawed_back),
        "credited_back": format_credits(lot.credited_back),
        "adjusted": format_credits(lot.adjusted),
        "owed": format_credits(lot.owed),
        "dormant_since": None if lot.dormant_since is None else rfc3339(lot.dormant_since),
        "withheld": lot.withheld,
    }


def _hold(hold: HoldKept) -> dict[str, JsonValue]:
    return {
        "hold_id": str(hold.id),
        "account_id": str(hold.person),
        "state": STATES[hold.state],
        "amount": format_credits(hold.authorized),
        "held": format_credits(hold.held),
        "captured": format_credits(hold.captured),
        "metered": format_credits(hold.metered),
        "lease_until": rfc3339(hold.lease_until),
        "job": hold.job,
        "work": None if hold.work is None else orjson.loads(hold.work),
    }


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)
