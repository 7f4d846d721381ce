"""What people may use, as licensing tells the ledger; valid by default."""

from datetime import datetime
from uuid import UUID

from services.credit_ledger.store import entitlements
from shared.contracts.entitlements import EntitlementChanged, Source
from tests.ledger.acts import CLOCK
from tests.ledger.desk import Desk

LUMEN = "Lumen for Max"
SEAT: tuple[Source, ...] = ("ORGANIZATION",)


def a_right(
    person: UUID,
    product: str = LUMEN,
    *,
    sources: tuple[Source, ...] = SEAT,
    until: datetime | None = None,
) -> EntitlementChanged:
    """He may use it for good by a seat; without sources he may not."""
    return EntitlementChanged(
        account_id=person, product=product, sources=sources, until=until, changed_at=CLOCK.now()
    )


async def entitle(desk: Desk, *told: EntitlementChanged) -> None:
    """Have the ledger's copy say so, as if it had been heard."""
    for one in told:
        await entitlements.keep(desk.connection, one)
