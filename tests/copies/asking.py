"""What operators ask of copies: how they stand, and to have them rebuilt."""

from typing import Any

from shared.contracts.copies import (
    RebuildCopy,
    RebuildCreditLedgerCopy,
    RebuildLicensingCopy,
    RebuildMembershipCopy,
    ShowCopy,
    ShowCreditLedgerCopy,
    ShowLicensingCopy,
    ShowMembershipCopy,
)
from tests.speaking import Portal
from tests.waiting import eventually

REBUILT_SECONDS = 60.0
SHOW: dict[str, ShowCopy] = {
    "membership": ShowMembershipCopy(),
    "licensing": ShowLicensingCopy(),
    "credit_ledger": ShowCreditLedgerCopy(),
}
REBUILD: dict[str, RebuildCopy] = {
    "membership": RebuildMembershipCopy(),
    "licensing": RebuildLicensingCopy(),
    "credit_ledger": RebuildCreditLedgerCopy(),
}


async def states(operator: Portal, copy: str) -> list[dict[str, Any]]:
    """How a service's copies stand."""
    verdict = await operator.ask(SHOW[copy])
    sources: Any = (verdict.result or {})["sources"]
    return list(sources)


async def fetched(operator: Portal) -> dict[tuple[str, str], int]:
    """How many facts each copy fetched since it started."""
    return {
        (copy, state["service"]): int(state["fetched"])
        for copy in SHOW
        for state in await states(operator, copy)
    }


async def rebuild(operator: Portal, copy: str) -> None:
    """Have a service's copies rebuilt."""
    assert (await operator.ask(REBUILD[copy])).accepted


async def is_rebuilt(operator: Portal, copy: str) -> None:
    """Wait until nothing of a service is being rebuilt."""
    await eventually(
        lambda: states(operator, copy),
        lambda sources: not any(source["rebuilding"] for source in sources),
        wait_seconds=REBUILT_SECONDS,
    )
