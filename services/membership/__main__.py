"""Membership's wiring: its doors and its timer."""

from services.membership import commands, queries, reactions, timers
from shared.messaging.topology import MEMBERSHIP
from shared.service import run

if __name__ == "__main__":
    run(
        MEMBERSHIP,
        (commands.router, reactions.router, queries.router),
        works=(timers.watermark,),
    )
