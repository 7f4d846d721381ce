"""Licensing's wiring: its doors and its timers."""

from services.licensing import commands, queries, reactions, timers
from shared.messaging.topology import LICENSING
from shared.service import run

if __name__ == "__main__":
    run(
        LICENSING,
        (commands.router, reactions.router, queries.router),
        works=(timers.expire_licenses, timers.watermark),
    )
