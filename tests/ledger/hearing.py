"""Hears what the ledger announces outside its sequences or buries, in a publisher's place."""

from dataclasses import dataclass, field
from typing import Any

from shared.contracts.catalogue import FACT_BY_TYPE
from shared.contracts.message import FactData
from shared.messaging.publisher import Outgoing


@dataclass
class Announced:
    """Facts as they were announced, those that were buried with the reason, and those too early."""

    said: list[FactData] = field(default_factory=list)
    buried: list[tuple[FactData, str]] = field(default_factory=list)
    early: list[FactData] = field(default_factory=list)

    async def publish(self, outgoing: Outgoing) -> None:
        fact: Any = FACT_BY_TYPE[outgoing.type].model_validate_json(outgoing.body)
        self.said.append(fact.data)

    async def bury_patiently(
        self, body: bytes, *, reason: str, type_name: str, **_: object
    ) -> None:
        fact: Any = FACT_BY_TYPE[type_name].model_validate_json(body)
        self.buried.append((fact.data, reason))
