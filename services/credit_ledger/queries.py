"""What the ledger is asked to show."""

from typing import Annotated, TypeVar

from faststream import Context
from faststream.rabbit import RabbitRouter
from pydantic import JsonValue

from services.credit_ledger.store import reading
from services.credit_ledger.store.reading import AccessShown, LotShown, WalletShown
from shared.clock import Clock
from shared.contracts.credits import ListCreditAccess, ShowPool, ShowVerdict
from shared.contracts.message import Command, Verdict, refuse
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from shared.messaging import topology
from shared.messaging.doors import carries, open_queue
from shared.postgres.pool import Connection, Pool

router = RabbitRouter()
queries = open_queue(router, topology.queries_of(topology.CREDIT_LEDGER))

Question = TypeVar("Question", ShowPool, ListCreditAccess, ShowVerdict)
SharedClock = Annotated[Clock, Context("clock")]


@queries(filter=carries(ShowPool))
async def show_pool(command: Command[ShowPool], pool: Pool, clock: SharedClock) -> Verdict:
    """Show what a wallet has: posted, held, available, debt, and its lots in order of use (R50)."""
    async with pool.acquire() as connection:
        wallet = await _wallet(connection, command)
        if wallet is None:
            return _unknown(command)
        lots = await reading.open_lots_of(connection, wallet.id, clock.now())
    return Verdict(id=command.id, result=_pool(wallet, lots))


@queries(filter=carries(ListCreditAccess))
async def list_credit_access(command: Command[ListCreditAccess], pool: Pool) -> Verdict:
    """List who may draw on a wallet, with what each used, holds and has left."""
    async with pool.acquire() as connection:
        wallet = await _wallet(connection, command)
        if wallet is None:
            return _unknown(command)
        people = await reading.access_of(
            connection, wallet.id, command.data.after, command.data.limit
        )
    rows: list[JsonValue] = [_person(person) for person in people]
    return Verdict(id=command.id, result={"people": rows})


@queries(filter=carries(ShowVerdict))
async def show_verdict(command: Command[ShowVerdict], pool: Pool) -> Verdict:
    """Tell what was decided about a command, to a caller who lost the answer."""
    async with pool.acquire() as connection:
        wallet = await _wallet(connection, command)
        if wallet is None:
            return _unknown(command)
        found = await reading.find_verdict(connection, wallet.id, command.data.command_id)
    return Verdict(id=command.id, result={"verdict": found})


async def _wallet(connection: Connection, command: Command[Question]) -> WalletShown | None:
    return await reading.find_wallet(connection, command.owner) if command.owner else None


def _unknown(command: Command[Question]) -> Verdict:
    return Verdict(id=command.id, refused=refuse(RefusalCode.UNKNOWN_ORGANIZATION))


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


def _person(person: AccessShown) -> dict[str, JsonValue]:
    used = person.captured + person.held
    remaining = None if person.quota is None else format_credits(max(0, person.quota - used))
    return {
        "account_id": str(person.person),
        "role": person.role,
        "mode": person.mode,
        "limit": None if person.quota is None else format_credits(person.quota),
        "used": format_credits(person.captured),
        "held": format_credits(person.held),
        "remaining": remaining,
        "over_quota": person.quota is not None and used > person.quota,
    }
