"""A Guest's trial rests while he has a seat of its product, and goes on afterwards (T33, R46)."""

from shared.contracts.refusals import RefusalCode
from tests.doors.licensing.studio import Ground, Studio, code_of, id_of, source_of
from tests.waiting import eventually


async def with_a_trial(ground: Ground) -> Studio:
    studio = await ground.studio(seats=2, people=1, role="GUEST")
    await studio.buys(1, by=studio.people[0], kind="TRIAL")

    async def opens() -> bool:
        return (await studio.opens(studio.people[0])).accepted

    await eventually(opens, bool)
    return studio


async def test_T33_a_running_trial_gives_way_to_an_assigned_seat(ground: Ground) -> None:
    studio = await with_a_trial(ground)
    eva = studio.people[0]
    trial = await studio.opens(eva)
    assert source_of(trial) == "TRIAL"

    await studio.assigns(eva)

    assert code_of(await studio.renews(id_of(trial), by=eva)) is RefusalCode.NO_ENTITLEMENT
    assert source_of(await studio.opens(eva)) == "ORGANIZATION"
    elsewhere = await studio.opens(eva, machine="laptop")
    assert code_of(elsewhere) is RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED


async def test_T33_a_trial_goes_on_when_the_seat_is_gone(ground: Ground) -> None:
    studio = await with_a_trial(ground)
    eva = studio.people[0]
    await studio.assigns(eva)
    seated = await studio.opens(eva)
    assert source_of(seated) == "ORGANIZATION"

    await studio.revokes(eva)

    again = await studio.opens(eva)
    assert source_of(again) == "TRIAL"
    assert id_of(again) != id_of(seated)
    assert await studio.seats() == (2, 0, 0)


async def test_R13_the_administrator_uses_the_organizations_seats_too(ground: Ground) -> None:
    studio = await ground.studio(seats=2, people=0)
    await studio.floats(everyone=True)

    assert source_of(await studio.opens(studio.ana)) == "FLOATING"
    await studio.assigns(studio.ana)
    assert source_of(await studio.opens(studio.ana, machine="laptop")) == "ORGANIZATION"
