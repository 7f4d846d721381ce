"""A studio with the numbers of the story after its tenth step, in a stack that others use too."""

from dataclasses import dataclass
from uuid import UUID

from deploy.native.stack import Stack
from deploy.operator.demo.stage import Stage, stage
from shared.contracts.credit_access import EditQuota, RequestCredits
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import AssignLicense, RevokeLicense
from shared.contracts.message import CommandData, Verdict
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN
from tests.portal.studio import Studio
from tests.waiting import eventually

LATE = {RefusalCode.NOT_IN_ORGANIZATION, RefusalCode.UNKNOWN_ACCOUNT}


@dataclass(frozen=True)
class Larkspur:
    """416 credits in the pool, 410 of them held, three of three seats taken; Eva asks for more."""

    studio: Studio
    ben: UUID
    chloe: UUID
    dan: UUID
    eva: UUID

    async def leaves_a_seat_free(self) -> None:
        await _does(self.studio, RevokeLicense(product=LUMEN, account_id=self.dan))

    async def takes_that_seat(self) -> None:
        await _does(self.studio, AssignLicense(product=LUMEN, account_id=self.dan))


async def furnish(studio: Studio, stack: Stack) -> Larkspur:
    """Let the story happen in a new studio: people, seats, credits, jobs, a request."""
    names = (("Ben", "MEMBER"), ("Chloe", "MEMBER"), ("Dan", "GUEST"), ("Eva", "GUEST"))
    ben, chloe, dan, eva = [await studio.joined_by(role, name=name) for name, role in names]
    found = Larkspur(studio, ben, chloe, dan, eva)
    # The first seat is Ana's own from the beginning; the story's three are for others.
    await _does(studio, RevokeLicense(product=LUMEN, account_id=studio.ana))
    for person in (ben, chloe, dan):
        await _does(studio, AssignLicense(product=LUMEN, account_id=person))
    await studio.buys("500")
    await _does(studio, SetCreditAccess(account_id=ben, mode="unlimited"))
    for person, limit in ((chloe, "120"), (dan, "100"), (eva, "300")):
        quota = SetCreditAccess(account_id=person, mode="quota", limit=parse_credits(limit))
        await _does(studio, quota)
    async with stage(stack.home, stack.amqp_urls["stage"]) as speaks:
        await _render(found, speaks)
    await _does(studio, EditQuota(account_id=chloe, limit=parse_credits("60")))
    wish = RequestCredits(
        mode="quota", limit=parse_credits("400"), reason="The fly-through has twice the frames."
    )
    assert (await studio.does(wish, by=eva)).accepted
    return found


async def _render(larkspur: Larkspur, speaks: Stage) -> None:
    """Chloe's job is charged 84 credits; those of Ben and Eva hold 380 and 30."""
    studio = larkspur.studio
    held = await _holds(speaks, studio, larkspur.chloe, "90", "J1")
    assert (await speaks.capture(studio.id, larkspur.chloe, held, "84")).accepted
    await _holds(speaks, studio, larkspur.ben, "380", "J3")
    await _holds(speaks, studio, larkspur.eva, "30", "J4")


async def _holds(speaks: Stage, studio: Studio, person: UUID, amount: str, job: str) -> UUID:
    hold, verdict = await speaks.authorize(studio.id, person, amount, job=job)
    assert verdict.accepted, verdict
    return hold


async def _does(studio: Studio, data: CommandData) -> None:
    """As Ana; a service that has not heard of somebody yet is asked again."""

    async def attempt() -> Verdict:
        return await studio.does(data)

    told = await eventually(
        attempt, lambda told: told.refused is None or told.refused.code not in LATE
    )
    assert told.accepted, told
