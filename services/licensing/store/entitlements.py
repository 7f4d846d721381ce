"""What everybody may use: what decides over it, and what was told of it.

Whoever changes what may entitle somebody calls `retell` afterwards, in the same transaction, as the
last locks it takes: after accounts, seats and whatever else it says.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.licensing.rules import entitlement as rules
from services.licensing.store.holdings import holding_of
from shared.contracts.entitlements import Entitlement
from shared.messaging.inbox import Act
from shared.messaging.outbox import lock_subject
from shared.postgres.pool import Connection


async def retell(act: Act, account_id: UUID, product: str) -> None:
    """Say what an account may use of a product, if that is not what was said last."""
    # As whoever says something of the account and retells afterwards: first this lock, then that.
    await lock_subject(act.connection, account_id)
    await _lock(act.connection, account_id, product)
    is_now = await entitlement_of(act.connection, account_id, product, now=act.now)
    if await _save(act.connection, is_now):
        await act.say(rules.changed(is_now, now=act.now), subject=account_id)


async def retell_all(act: Act, concerned: Iterable[tuple[UUID, str]]) -> None:
    """Retell of several accounts and products, in the one order in which all take their locks."""
    for account_id, product in sorted(set(concerned)):
        await retell(act, account_id, product)


async def retell_accounts(act: Act, account_ids: Iterable[UUID]) -> None:
    """Retell all that accounts may use, for their roles changed."""
    concerned = [
        (account_id, product)
        for account_id in account_ids
        for product in await products_of(act.connection, account_id)
    ]
    await retell_all(act, concerned)


async def entitlement_of(
    connection: Connection, account_id: UUID, product: str, *, now: datetime
) -> Entitlement:
    """What an account may use of a product now, whatever was told of it."""
    holding = await holding_of(connection, account_id, product, now=now)
    return rules.entitlement(holding, now=now)


async def products_of(connection: Connection, account_id: UUID) -> tuple[str, ...]:
    """The products that an account has or had to do with."""
    rows = await connection.fetch(
        """
        SELECT product FROM license WHERE account_id = $1
        UNION
        SELECT product FROM assignment WHERE account_id = $1 AND state = 'ACTIVE'
        UNION
        SELECT product FROM entitlement WHERE account_id = $1
        ORDER BY product
        """,
        account_id,
    )
    return tuple(row["product"] for row in rows)


async def _lock(connection: Connection, account_id: UUID, product: str) -> None:
    """Let one at a time tell of them: whoever is last sees what all the others changed."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 1))",
        str(account_id),
        product,
    )


async def _save(connection: Connection, is_now: Entitlement) -> bool:
    """Keep what will have been told; False when it was told already, or never was anything."""
    changed: bool | None = await connection.fetchval(
        """
        INSERT INTO entitlement (account_id, product, sources, until)
        SELECT $1, $2, $3, $4
        WHERE cardinality($3::text []) > 0
            OR EXISTS (SELECT 1 FROM entitlement WHERE account_id = $1 AND product = $2)
        ON CONFLICT (account_id, product)
        DO UPDATE SET sources = excluded.sources, until = excluded.until
        WHERE (entitlement.sources, entitlement.until)
            IS DISTINCT FROM (excluded.sources, excluded.until)
        RETURNING TRUE
        """,
        is_now.account_id,
        is_now.product,
        list(is_now.sources),
        is_now.until,
    )
    return changed is not None
