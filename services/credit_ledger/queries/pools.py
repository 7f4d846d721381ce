"""What a pool has, who may draw on it, what was decided: asked at any time."""

from datetime import datetime
from typing import Annotated

from faststream import Context
from pydantic import JsonValue

from services.credit_ledger.queries.door import find_wallet, queries, unknown
from services.credit_ledger.queries.pages import page, rfc3339
from services.credit_ledger.store import drawing, reading
from services.credit_ledger.store.drawing import AccessShown
from services.credit_ledger.store.reading import LotShown, WalletShown
from shared.clock import Clock
from shared.contracts.credit_queries import ListCreditAccess, ShowPool, ShowVerdict
from shared.contracts.message import Command, Verdict
from shared.contracts.money import format_credits
from shared.messaging.doors import carries
from shared.postgres.pool import Pool

SharedClock = Annotated[Clock, Context("clock")]


@queries(filter=carries(ShowPool))
async def show_pool(command: Command[ShowPool], pool: Pool, clock: SharedClock) -> Verdict:
    """Show what a wallet has: posted, held, available, debt, and its lots in order of use (R50)."""
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        lots = await reading.open_lots_of(connection, wallet.id, clock.now())
        quotas = await reading.quotas_of(connection, wallet.id)
    result = _pool(wallet, lots) | {"quotas": format_credits(quotas)}
    return Verdict(id=command.id, result=result)


@queries(filter=carries(ListCreditAccess))
async def list_credit_access(
    command: Command[ListCreditAccess], pool: Pool, clock: SharedClock
) -> Verdict:
    """List who may draw on a wallet, with what each used, holds and has left."""
    limit, now = command.data.limit, clock.now()
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        people = await drawing.access_page(connection, wallet.id, command.data, limit + 1, now=now)
    if command.data.before is not None:
        return _page_back(command, people, now)
    rows: list[JsonValue] = [_person(person, now) for person in people[:limit]]
    return page(command, "people", rows, [str(person.person) for person in people])


def _page_back(
    command: Command[ListCreditAccess], people: list[AccessShown], now: datetime
) -> Verdict:
    """Show what was found on the way back in the order of all lists."""
    shown = people[command.data.limit - 1 :: -1]
    result: dict[str, JsonValue] = {"people": [_person(person, now) for person in shown]}
    if len(people) > len(shown):
        result["before"] = str(shown[0].person)
    return Verdict(id=command.id, result=result)


@queries(filter=carries(ShowVerdict))
async def show_verdict(command: Command[ShowVerdict], pool: Pool) -> Verdict:
    """Tell what was decided about a command, to a caller who lost the answer."""
    async with pool.acquire() as connection:
        wallet = await find_wallet(connection, command)
        if wallet is None:
            return unknown(command)
        found = await reading.find_verdict(connection, wallet.id, command.data.command_id)
    return Verdict(id=command.id, result={"verdict": found})


def _pool(wallet: WalletShown, lots: list[LotShown]) -> dict[str, JsonValue]:
    available = sum(lot.free for lot in lots)
    return {
        "wallet_id": str(wallet.uid),
        "owner": str(wallet.owner),
        "kind": wallet.kind,
        "posted": format_credits(available + wallet.held),
        "held": format_credits(wallet.held),
        "available": format_credits(available),
        "debt": format_credits(wallet.debt),
        "granted": format_credits(wallet.granted),
        "captured": format_credits(wallet.captured),
        "expired": format_credits(wallet.expired + wallet.free - available),
        "dormant": format_credits(wallet.dormant),
        "clawed_back": format_credits(wallet.clawed_back),
        "credited_back": format_credits(wallet.credited_back),
        "adjusted": format_credits(wallet.adjusted),
        "lots": [_lot(lot) for lot in lots],
    }


def _lot(lot: LotShown) -> dict[str, JsonValue]:
    return {
        "lot": lot.number,
        "granted": format_credits(lot.granted),
        "free": format_credits(lot.free),
        "held": format_credits(lot.held),
        "expires_at": lot.expires_at.isoformat() if lot.expires_at else None,
        "order_id": lot.order_id,
    }


def _person(person: AccessShown, now: datetime) -> dict[str, JsonValue]:
    """Show a person's access; a count that is over is not his any more (A7)."""
    renewed = person.renews_at is not None and person.renews_at <= now
    captured, held = (0, 0) if renewed else (person.captured, person.held)
    used = captured + held
    remaining = None if person.quota is None else format_credits(max(0, person.quota - used))
    return {
        "account_id": str(person.person),
        "role": person.role,
        "mode": person.mode,
        "limit": None if person.quota is None else format_credits(person.quota),
        "used": format_credits(captured),
        "held": format_credits(held),
        "remaining": remaining,
        "over_quota": person.quota is not None and used > person.quota,
        "period": person.period,
        "renews_at": None if person.renews_at is None or renewed else rfc3339(person.renews_at),
    }
