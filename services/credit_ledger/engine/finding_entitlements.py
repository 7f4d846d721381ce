"""Until when people may use the products that the acts of a batch name; most name none."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from services.credit_ledger.rules.acts import Act, Authorize, Debit
from services.credit_ledger.rules.entitlements import Use, lasting
from services.credit_ledger.store import entitlements

SPENDING = (Debit, Authorize)


async def find_entitlements(
    connection: "asyncpg.Connection[asyncpg.Record]", acts: Sequence[Act]
) -> dict[Use, datetime]:
    """Read the copy of entitlements once for the whole batch, in the batch's own transaction."""
    uses = {
        (act.person, act.product)
        for act in acts
        if isinstance(act, SPENDING) and act.product is not None
    }
    if not uses:
        return {}
    found = await entitlements.ends_of(connection, list(uses))
    return {Use(person, product): lasting(until) for (person, product), until in found.items()}
