"""What membership does when somebody's seats or access are taken back: removals finish (T1).

Either may come first, twice, or long after; a removal is finished once, when both have come.
"""

from services.membership.reactions.door import listens_to
from services.membership.rules import removals as rules
from services.membership.store import removals
from shared.contracts.credit_facts import AccessReleased
from shared.contracts.licensing import SeatsReleased
from shared.messaging.inbox import Act


@listens_to(SeatsReleased)
async def seats_released(act: Act, released: SeatsReleased) -> None:
    await removals.confirm_seats(act.connection, released)
    await _finish(act, released)


@listens_to(AccessReleased)
async def access_released(act: Act, released: AccessReleased) -> None:
    await removals.confirm_access(act.connection, released)
    await _finish(act, released)


async def _finish(act: Act, released: SeatsReleased | AccessReleased) -> None:
    for finished in await removals.finish_removals(act.connection, released):
        offboarded = rules.offboard(finished, now=act.now)
        await act.say(offboarded, subject=offboarded.organization_id)
