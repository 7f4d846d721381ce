"""Who is forgotten may use nothing any more; what was stays under his id (A20)."""

from asyncio import create_task
from uuid import UUID

import pytest

from services.licensing.reactions import copies, membership
from services.licensing.store import floors
from shared.clock import Clock
from shared.contracts.checkouts import CheckoutClosed
from shared.contracts.refusals import RefusalCode
from shared.contracts.snapshots import MembershipSubject
from shared.contracts.trials import ApplyForTrial, OfferKind, SetOffer, TrialApplied
from shared.messaging.inbox import act
from shared.messaging.outbox import lock_subject
from tests.builders import LUMEN, a_license_line, a_purchase, an_id
from tests.doors.licensing.showing import personal, rights, rights_become, rights_told, said
from tests.doors.licensing.studio import Ground, Studio, code_of, id_of
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually

TIDE = "Tide"


async def a_freelancer(ground: Ground) -> UUID:
    """Somebody who is in no organization and bought a license for himself."""
    studio = await ground.studio(seats=0, people=0)
    dan = an_id()
    await ground.says.registers(dan)
    await studio.buys(1, by=dan, kind="EDU")
    await rights_become(ground.portal, dan, "EDU")
    return dan


async def test_A20_his_own_licenses_entitle_no_more_and_everybody_hears_it(
    ground: Ground, told: Listener
) -> None:
    dan = await a_freelancer(ground)

    await ground.says.forgets(dan)

    await rights_become(ground.portal, dan)
    heard = await eventually(lambda: rights_told(told, dan), lambda heard: len(heard) >= 2)
    assert heard == [("EDU",), ()]
    assert [kind for _, kind, _ in await personal(ground.portal, dan)] == ["EDU"]


async def test_A20_his_checkouts_end_and_he_opens_none(ground: Ground, heard: Listener) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    assert (await studio.floats(everyone=True)).accepted
    opened = id_of(await studio.opens(ben))

    await ground.says.forgets(ben)

    await eventually(studio.seats, lambda seen: seen == (2, 0, 0))
    closed = await eventually(lambda: said(heard, CheckoutClosed, studio.id), bool)
    assert [(each.checkout_id, each.swept) for each in closed] == [(opened, True)]
    assert code_of(await studio.renews(opened, by=ben)) is RefusalCode.UNKNOWN_CHECKOUT
    assert code_of(await studio.opens(ben)) is RefusalCode.NO_ENTITLEMENT


async def test_A20_all_his_seats_are_locked_before_one_is_said_to_be_free(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    await studio.store.says(
        a_purchase(account_id=studio.ana, lines=(a_license_line(product=TIDE, seats=2),))
    )
    await eventually(lambda: is_bought(studio, TIDE), bool)
    for product in (LUMEN, TIDE):
        assert (await studio.floats(everyone=True, product=product)).accepted
        assert (await studio.opens(ben, product=product)).accepted

    async with ground.database.acquire() as opening, opening.transaction():
        await floors.lock_floor(opening, studio.id, TIDE)
        forgetting = create_task(forget(ground, ben))
        await eventually(lambda: is_waited_for(ground, opening.get_server_pid()), bool)
        await lock_subject(opening, studio.id)
    await forgetting

    assert await studio.leases() == 0


async def is_bought(studio: Studio, product: str) -> bool:
    async with studio.database.acquire() as connection:
        return await floors.is_bought(connection, studio.id, product)


async def forget(ground: Ground, who: UUID) -> None:
    async with act(ground.database, Clock()) as forgetting:
        await membership.account_forgotten(forgetting, who)


async def is_waited_for(ground: Ground, backend: int) -> bool:
    """Whether somebody waits for a lock that this connection holds."""
    waiting: bool = await ground.database.fetchval(
        "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid)))",
        backend,
    )
    return waiting


async def test_A20_his_seat_is_freed_as_he_leaves(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=1)
    [ben] = studio.people
    assert (await studio.assigns(ben)).accepted
    await rights_become(ground.portal, ben, "ORGANIZATION")

    await ground.says.forgets(ben)
    await rights_become(ground.portal, ben)
    await ground.says.removes(studio.id, ben)

    await eventually(studio.seats, lambda seen: seen == (2, 0, 0))


async def test_A20_a_beta_he_waits_for_is_declined(
    ground: Ground, operator: Portal, told: Listener
) -> None:
    dan = await a_freelancer(ground)
    name = f"{LUMEN} early, {an_id().hex}"
    assert (await operator.ask(SetOffer(offer=name, product=LUMEN, kind="BETA", days=30))).accepted
    assert (await ground.portal.ask(ApplyForTrial(offer=name), by=dan)).accepted

    await ground.says.forgets(dan)

    applied = await eventually(lambda: said(told, TrialApplied, dan), lambda seen: len(seen) == 2)
    assert [each.state for each in applied] == ["PENDING", "DECLINED"]


@pytest.mark.parametrize("kind", ["TRIAL", "BETA"])
async def test_A20_what_he_applied_for_is_refused_when_it_is_heard_after_he_was_forgotten(
    ground: Ground, operator: Portal, told: Listener, kind: OfferKind
) -> None:
    dan = await a_freelancer(ground)
    name = f"{LUMEN} late, {an_id().hex}"
    assert (await operator.ask(SetOffer(offer=name, product=LUMEN, kind=kind, days=30))).accepted
    await ground.says.forgets(dan)
    await rights_become(ground.portal, dan)
    late = ground.portal.command(ApplyForTrial(offer=name), by=dan)

    refused = await ground.portal.sends(late)

    assert code_of(refused) is RefusalCode.UNKNOWN_ACCOUNT
    assert await said(told, TrialApplied, dan) == []
    assert [each for _, each, _ in await personal(ground.portal, dan)] == ["EDU"]
    remembered = "SELECT EXISTS (SELECT 1 FROM inbox WHERE command = $1)"
    assert not await ground.database.fetchval(remembered, late.id)


async def test_A20_a_rebuild_that_overtakes_it_does_the_same(ground: Ground) -> None:
    dan = await a_freelancer(ground)
    studio = await ground.studio(seats=0, people=0)
    opened = id_of(await studio.opens(dan))

    async with act(ground.database, Clock()) as replacing:
        await copies.replace(replacing, MembershipSubject(subject=dan, sequence=2))

    assert await rights(ground.portal, dan) == ()
    assert code_of(await studio.renews(opened, by=dan)) is RefusalCode.UNKNOWN_CHECKOUT
