"""Whatever happens at once, what was told of everybody's rights is what they are (R27, I6, I11)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from deploy.native.stack import Stack
from services.licensing.store import entitlements
from shared.clock import Clock
from shared.contracts.trials import ApplyForTrial, SetOffer
from tests.builders import LUMEN, an_id
from tests.doors.licensing.studio import Ground, Studio
from tests.processes import ServiceProcess, running
from tests.speaking import Portal
from tests.waiting import eventually

PEOPLE = 6
ACTS = 60
ACTS_AT_ONCE = 6
SEEDS = (1, 2)
SEEDS_LONG = range(3, 23)

# Members who use licenses of their own, people who sit without being in, and Members' purchases.
FORBIDDEN = """
    SELECT entitlement.account_id
    FROM entitlement
    INNER JOIN role_held
        ON role_held.account_id = entitlement.account_id
        AND role_held.ended_at IS NULL
        AND role_held.role = 'MEMBER'
    WHERE entitlement.account_id = ANY($1::uuid [])
        AND entitlement.sources && ARRAY['PERSONAL', 'EDU']
    UNION ALL
    SELECT assignment.account_id
    FROM assignment
    WHERE assignment.account_id = ANY($1::uuid []) AND assignment.state = 'ACTIVE' AND NOT EXISTS (
        SELECT 1 FROM role_held
        WHERE role_held.account_id = assignment.account_id
            AND role_held.organization_id = assignment.organization_id
            AND role_held.ended_at IS NULL
    )
    UNION ALL
    SELECT license.account_id
    FROM license
    INNER JOIN role_held
        ON role_held.account_id = license.account_id
        AND role_held.role = 'MEMBER'
        AND role_held.began_at <= license.placed_at
        AND (role_held.ended_at IS NULL OR license.placed_at < role_held.ended_at)
    WHERE license.account_id = ANY($1::uuid [])
        AND license.organization_id IS NULL AND NOT license.withheld
"""
SURPLUS = """
    SELECT organization_id
    FROM product_seats
    WHERE assigned + in_use > seats OR assigned <> (
        SELECT count(*) FROM assignment
        WHERE assignment.organization_id = product_seats.organization_id
            AND assignment.product = product_seats.product
            AND assignment.state = 'ACTIVE'
    )
"""


@pytest.fixture
async def second(ground: Ground, stack: Stack) -> AsyncIterator[ServiceProcess]:
    async with running(stack, "licensing") as service:
        yield service


async def untold(ground: Ground, people: tuple[UUID, ...]) -> list[UUID]:
    """Whose rights are not what was last told of them."""
    found = []
    async with ground.database.acquire() as connection:
        for who in people:
            now = Clock().now()
            is_now = await entitlements.entitlement_of(connection, who, LUMEN, now=now)
            told = await connection.fetchrow(
                "SELECT sources, until FROM entitlement WHERE account_id = $1 AND product = $2",
                who,
                LUMEN,
            )
            sources, until = (tuple(told["sources"]), told["until"]) if told else ((), None)
            if (is_now.sources, is_now.until) != (sources, until):
                found.append(who)
    return found


async def all_is_heard(ground: Ground, subjects: tuple[UUID, ...]) -> bool:
    heard = await ground.database.fetch(
        "SELECT subject, sequence FROM heard WHERE subject = ANY($1::uuid [])", list(subjects)
    )
    last = {row["subject"]: row["sequence"] for row in heard}
    return all(last.get(each, 0) == ground.says.last[each] for each in subjects)


def acts_on(studio: Studio, offer: str, random: Random) -> Callable[[UUID], Awaitable[object]]:
    """Something that happens to a person: what he is, has, buys, tries or loses."""
    role = dict.fromkeys(studio.people, "MEMBER")

    async def changes_role(who: UUID) -> None:
        if role[who]:
            role[who] = ""
            await studio.says.removes(studio.id, who)
        else:
            role[who] = random.choice(("MEMBER", "GUEST"))
            await studio.says.adds(studio.id, who, role=role[who])  # type: ignore[arg-type]  # one of both

    async def does(who: UUID) -> object:
        other = random.choice(studio.people)
        soon = Clock().now() + timedelta(seconds=random.choice((2, 3600)))
        return await random.choice(
            (
                lambda: studio.assigns(who),
                lambda: studio.assigns(who),
                lambda: studio.revokes(who),
                lambda: studio.reassigns(who, other),
                lambda: changes_role(who),
                lambda: studio.buys(1, by=who, kind="EDU", ends=soon),
                lambda: studio.buys(2, ends=soon),
                lambda: studio.portal.ask(ApplyForTrial(offer=offer), by=who),
            )
        )()

    return does


@pytest.mark.parametrize(
    "seed",
    [*SEEDS, *(pytest.param(seed, marks=pytest.mark.verify) for seed in SEEDS_LONG)],
)
async def test_R27_I6_I11_what_was_told_is_what_is_whatever_happens_at_once(
    ground: Ground,
    operator: Portal,
    licensing: ServiceProcess,
    second: ServiceProcess,
    seed: int,
) -> None:
    random = Random(seed)
    studio = await ground.studio(seats=3, people=PEOPLE)
    everybody = (studio.ana, *studio.people)
    offer = f"all at once, {an_id().hex}"
    await operator.ask(SetOffer(offer=offer, product=LUMEN, kind="TRIAL", days=30))
    does = acts_on(studio, offer, random)
    logged = len(licensing.log)

    for _ in range(ACTS // ACTS_AT_ONCE):
        who = random.sample(studio.people, ACTS_AT_ONCE)
        await asyncio.gather(*(does(each) for each in who))
        # Purchases are decided by what was heard until the watermark, which says all was said.
        await eventually(lambda: all_is_heard(ground, (studio.id, *everybody)), bool)

    await eventually(lambda: untold(ground, everybody), lambda seen: seen == [])
    assert await ground.database.fetch(FORBIDDEN, everybody) == []
    assert await ground.database.fetch(SURPLUS) == []
    lines = (*licensing.log[logged:], *second.log)
    assert [line for line in lines if "Deadlock" in str(line.get("reason"))] == []
