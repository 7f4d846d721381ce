"""What licensing shows and says, in the few words that tests compare."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.entitlements import CheckEntitlement, EntitlementChanged
from shared.contracts.licensing import ListLicenses
from shared.contracts.message import FactData, Verdict
from tests.builders import LUMEN
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually


async def rights(portal: Portal, who: UUID, product: str = LUMEN) -> tuple[str, ...]:
    """By which rights somebody may use a product, as he is told himself."""
    asked = CheckEntitlement(account_id=who, product=product)
    verdict = await portal.ask(asked, by=who)
    assert verdict.result is not None, verdict.refused
    return tuple(verdict.result.get("sources", ()))  # type: ignore[arg-type]  # a list of strings


async def rights_become(portal: Portal, who: UUID, *sources: str, product: str = LUMEN) -> None:
    await eventually(lambda: rights(portal, who, product), lambda seen: seen == sources)


async def rights_told(told: Listener, who: UUID, product: str = LUMEN) -> list[tuple[str, ...]]:
    """Every change that was said of somebody's rights to a product, in order."""
    said = (fact.data for fact in told.facts_of(who))
    return [
        each.sources
        for each in said
        if isinstance(each, EntitlementChanged) and each.product == product
    ]


async def said(told: Listener, kind: type[FactData], subject: UUID) -> list[Any]:
    """Every fact of a kind that was said of a subject."""
    return [fact.data for fact in told.facts_of(subject) if isinstance(fact.data, kind)]


async def personal(portal: Portal, who: UUID) -> list[tuple[str, str, bool]]:
    """Product, kind and usability of what somebody has of his own."""
    verdict = await portal.ask(ListLicenses(), by=who, owner=who)
    assert verdict.result is not None, verdict.refused
    shown: list[dict[str, Any]] = verdict.result["personal"]  # type: ignore[assignment]  # of dicts
    return [(one["product"], one["kind"], one["usable"]) for one in shown]


def end_of(verdict: Verdict) -> datetime | None:
    """When an entitlement ends."""
    assert verdict.result is not None, verdict.refused
    until = verdict.result.get("until")
    return datetime.fromisoformat(str(until)) if until else None
