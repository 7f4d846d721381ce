"""What the supervisor was asked to run, handed over as one argument of its command line."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Plan:
    """An owned stack ends with the process that started it, an ephemeral one leaves nothing."""

    ephemeral: bool = False
    demo: bool = False
    owned: bool = False
    services: bool = True
    workers: int | None = None
    package: str = "services"
    log_deliveries: bool = False

    def to_argument(self) -> str:
        return json.dumps(asdict(self))


def plan_from(argument: str) -> Plan:
    return Plan(**json.loads(argument))
