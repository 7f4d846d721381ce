"""What a test sees of a ledger: the facts it said, how a pool stands, and terms set at its desk."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from msgspec.json import encode

from services.credit_ledger.rules.terms import Terms
from shared.contracts.message import FactData
from tests.ledger.acts import CREDIT
from tests.ledger.desk import Desk


async def lines_said(desk: Desk, data: type[FactData]) -> list[dict[str, Any]]:
    """Every line of one kind of fact, in the order they were said."""
    bodies = await desk.connection.fetch(
        "SELECT body FROM fact WHERE routing_key = $1 ORDER BY subject, sequence", data.ROUTING_KEY
    )
    return [line for row in bodies for line in orjson.loads(row["body"])["data"]["lines"]]


async def pool_of(desk: Desk, owner: UUID) -> tuple[float, float, float]:
    """Posted, held and available, in credits."""
    row = await desk.connection.fetchrow(
        "SELECT free, held FROM wallet_name JOIN wallet ON wallet.id = wallet"
        " WHERE wallet_name.owner = $1",
        owner,
    )
    assert row is not None
    free, held = row["free"] / CREDIT, row["held"] / CREDIT
    return free + held, held, free


async def uid_of(desk: Desk, owner: UUID) -> UUID:
    """The uuid of the wallet that a name means."""
    uid: UUID = await desk.connection.fetchval(
        "SELECT uid FROM wallet_name JOIN wallet ON wallet.id = wallet"
        " WHERE wallet_name.owner = $1",
        owner,
    )
    return uid


async def free_by_expiry(desk: Desk, owner: UUID) -> list[tuple[datetime | None, float]]:
    """What each lot has free, in credits, in the order in which lots are used."""
    rows = await desk.connection.fetch(
        "SELECT expires_at, free FROM lot WHERE wallet ="
        " (SELECT wallet FROM wallet_name WHERE owner = $1) ORDER BY expires_at NULLS LAST",
        owner,
    )
    return [(row["expires_at"], row["free"] / CREDIT) for row in rows]


async def agree_on(desk: Desk, owner: UUID, terms: Terms) -> None:
    """Set a wallet's terms; whoever has its book at hand loads it afresh."""
    await desk.connection.execute(
        "UPDATE wallet SET terms = $2, version = version + 1"
        " WHERE id = (SELECT wallet FROM wallet_name WHERE owner = $1)",
        owner,
        encode(terms).decode(),
    )
