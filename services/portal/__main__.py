"""The portal's wiring: its rooms, its site, what it hears, and what goes on beside it."""

from services.portal import commanding, ending, rooms, site
from services.portal.api import keys
from services.portal.awaiting import telling
from services.portal.bulk import carrying
from services.portal.live import listening
from services.portal.mail import sending
from services.portal.operating import dying, reconciling, refunding
from services.portal.webhooks import hearing, keeping, outgoing
from shared.messaging.topology import PORTAL
from shared.service import run

if __name__ == "__main__":
    run(
        PORTAL,
        (hearing.router,),
        works=(
            site.serve,
            *commanding.WORKS,
            *ending.WORKS,
            *listening.WORKS,
            *carrying.WORKS,
            *telling.WORKS,
            dying.redrive,
            reconciling.reconcile,
            refunding.tell,
            keeping.seal_anew,
            outgoing.deliver,
            outgoing.sweep,
            sending.send,
            keys.forget_keys,
        ),
        rooms=(rooms.room,),
    )
