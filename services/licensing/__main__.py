"""Licensing's wiring: its doors and its timers."""

from services.licensing.commands import doors
from services.licensing.queries import questions
from services.licensing.reactions import voices
from services.licensing.timers import WORKS
from shared.copies.healing import heal
from shared.messaging.topology import LICENSING
from shared.service import run

if __name__ == "__main__":
    run(
        LICENSING,
        (doors.router, voices.router, questions.router),
        works=(*WORKS, heal),
        rooms=voices.ROOMS,
    )
