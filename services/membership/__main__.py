"""Membership's wiring: its doors and its timers."""

from services.membership import timers
from services.membership.commands import doors
from services.membership.queries import questions
from services.membership.reactions import copies, voices
from shared.copies.healing import heal
from shared.messaging.topology import MEMBERSHIP
from shared.service import run

if __name__ == "__main__":
    run(
        MEMBERSHIP,
        (doors.router, voices.router, questions.router),
        works=(timers.watermark, timers.await_removals, timers.expire_offers, heal),
        rooms=(copies.room,),
    )
