"""Facts that somebody of the vendor's has to decide on, noted until he did."""

from collections.abc import Iterator

from services.portal.store import work_items
from services.portal.store.work_items import WorkItem
from shared.contracts.credit_notices import LateUsageRefused, OrderWithheld
from shared.contracts.licensing import LicenseWithheld
from shared.contracts.message import Fact, FactData
from shared.contracts.money import format_credits
from shared.postgres.pool import Connection

WITHHELD_CREDITS = "withheld_credits"
WITHHELD_LICENSE = "withheld_license"
LATE_USAGE = "late_usage"


async def note(connection: Connection, fact: Fact[FactData]) -> None:
    """Note what a fact leaves to be decided, in the transaction that hears it."""
    for item in items_of(fact):
        await work_items.add(connection, item)


def items_of(fact: Fact[FactData]) -> Iterator[WorkItem]:
    data = fact.data
    if isinstance(data, OrderWithheld):
        for line in data.lines:
            details = {
                "lot": line.lot,
                "amount": format_credits(line.amount),
                "order_id": line.order_id,
                "reason": line.reason,
            }
            yield WorkItem(line.id, WITHHELD_CREDITS, data.owner, None, fact.time, details)
    if isinstance(data, LicenseWithheld):
        details = {"product": data.product, "order_id": data.order_id, "store": data.store}
        yield WorkItem(
            data.license_id,
            WITHHELD_LICENSE,
            data.account_id,
            data.account_id,
            data.withheld_at,
            details,
        )
    if isinstance(data, LateUsageRefused):
        yield from _late(fact, data)


def _late(fact: Fact[FactData], data: LateUsageRefused) -> Iterator[WorkItem]:
    for line in data.lines:
        details = {
            "amount": format_credits(line.amount),
            "hold_id": str(line.hold_id),
            "job": line.job or "",
            "refused": [str(code) for code in line.refused],
        }
        yield WorkItem(line.id, LATE_USAGE, data.owner, line.account_id, fact.time, details)
