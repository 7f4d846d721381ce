"""A rebuild that overtakes who came and went takes back what was given before (T1, T16, T30)."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from services.licensing.reactions import copies
from services.licensing.store.copies import Interval
from shared.clock import Clock
from shared.contracts.licensing import SeatRevoked, SeatsReleased
from shared.contracts.people import JoinedRole
from shared.contracts.snapshots import (
    KnownAdministrator,
    KnownInterval,
    KnownMember,
    KnownOrganization,
    MembershipSubject,
)
from shared.messaging.inbox import act
from tests.builders import an_id
from tests.doors.licensing.showing import said
from tests.doors.licensing.studio import Ground, Studio
from tests.listening import Listener
from tests.waiting import eventually

CLOCK = Clock()
LONG_AGO = CLOCK.now() - timedelta(days=9)
THOUSANDS = 2_000


class CountedId(UUID):
    """An id that counts how often one of its kind is compared."""

    compared: ClassVar[int] = 0

    def __eq__(self, other: object) -> bool:
        CountedId.compared += 1
        return super().__eq__(other)

    def __hash__(self) -> int:
        return super().__hash__()


def was(who: UUID, since: datetime, until: datetime) -> KnownInterval:
    return KnownInterval(account_id=who, role="MEMBER", added_at=since, removed_at=until)


def is_in(who: UUID, role: JoinedRole, since: datetime) -> KnownMember:
    return KnownMember(account_id=who, role=role, added_at=since)


async def since_when(studio: Studio, who: UUID) -> datetime:
    began: datetime = await studio.database.fetchval(
        "SELECT began_at FROM role_held WHERE account_id = $1 AND ended_at IS NULL", who
    )
    return began


async def rebuilt(
    studio: Studio,
    *members: KnownMember,
    former: tuple[KnownInterval, ...] = (),
    administrators: tuple[tuple[UUID, datetime], ...] | None = None,
) -> None:
    """Membership says who is and was in the studio, and licensing makes its copy so."""
    all_of_them = administrators or ((studio.ana, await since_when(studio, studio.ana)),)
    known = KnownOrganization(
        administrator_id=all_of_them[-1][0],
        state="ACTIVE",
        activated_at=all_of_them[0][1],
        administrators=tuple(
            KnownAdministrator(account_id=who, began_at=since) for who, since in all_of_them
        ),
        members=members,
        former=former,
    )
    subject = MembershipSubject(subject=studio.id, sequence=9, organization=known)
    async with act(studio.database, CLOCK) as replacing:
        await copies.replace(replacing, subject)


async def seated(studio: Studio) -> set[UUID]:
    rows = await studio.database.fetch(
        "SELECT account_id FROM assignment WHERE organization_id = $1 AND state = 'ACTIVE'",
        studio.id,
    )
    return {row["account_id"] for row in rows}


async def test_T30_an_unseen_change_of_roles_takes_seats_back_and_says_so(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=3, people=2)
    ben, chloe = studio.people
    for person in studio.people:
        assert (await studio.assigns(person)).accepted
    joined, changed_at = await since_when(studio, ben), CLOCK.now()

    await rebuilt(
        studio,
        is_in(ben, "GUEST", changed_at),
        is_in(chloe, "MEMBER", await since_when(studio, chloe)),
        former=(was(ben, joined, changed_at),),
    )

    assert await seated(studio) == {chloe}
    assert await studio.seats() == (3, 1, 0)
    assert await since_when(studio, ben) == changed_at
    [released] = await eventually(lambda: said(told, SeatsReleased, studio.id), bool)
    assert (released.account_id, released.removed_at) == (ben, changed_at)
    [taken] = await said(told, SeatRevoked, studio.id)
    assert (taken.account_id, taken.reason) == (ben, "removed")


async def test_T1_whoever_left_and_came_again_unseen_may_not_float_any_more(
    ground: Ground,
) -> None:
    studio = await ground.studio(seats=3, people=1)
    [ben] = studio.people
    assert (await studio.floats(ben)).accepted
    joined, left_at = await since_when(studio, ben), CLOCK.now()

    await rebuilt(
        studio,
        is_in(ben, "MEMBER", left_at + timedelta(seconds=1)),
        former=(was(ben, joined, left_at),),
    )

    assert not (await studio.opens(ben)).accepted


async def test_T30_what_was_given_since_he_came_again_is_kept_though_the_copy_was_lost(
    ground: Ground,
) -> None:
    """Rows that are gone make every departure look new: a seat knows of which stay it is."""
    studio = await ground.studio(seats=3, people=1)
    [ben] = studio.people
    assert (await studio.assigns(ben)).accepted
    ana_since, joined = await since_when(studio, studio.ana), await since_when(studio, ben)
    await ground.database.execute("DELETE FROM role_held WHERE organization_id = $1", studio.id)

    await rebuilt(
        studio,
        is_in(ben, "MEMBER", joined),
        former=(was(ben, LONG_AGO, joined - timedelta(microseconds=1)),),
        administrators=((studio.ana, ana_since),),
    )

    assert await seated(studio) == {ben}


async def test_T16_whoever_took_over_and_handed_over_unseen_keeps_his_seat(ground: Ground) -> None:
    studio = await ground.studio(seats=3, people=1)
    [ben] = studio.people
    assert (await studio.assigns(ben)).accepted
    ana_since, joined = await since_when(studio, studio.ana), await since_when(studio, ben)
    taken_over, handed_back = CLOCK.now(), CLOCK.now() + timedelta(seconds=1)

    await rebuilt(
        studio,
        is_in(ben, "MEMBER", handed_back),
        former=(was(ben, joined, taken_over), was(studio.ana, taken_over, handed_back)),
        administrators=((studio.ana, ana_since), (ben, taken_over), (studio.ana, handed_back)),
    )

    assert await seated(studio) == {ben}


async def test_T1_whom_membership_never_had_keeps_nothing(ground: Ground) -> None:
    studio = await ground.studio(seats=3, people=1)
    [ben] = studio.people
    assert (await studio.assigns(ben)).accepted

    await rebuilt(studio, is_in(an_id(), "MEMBER", CLOCK.now()))

    assert await seated(studio) == set()


async def test_T30_a_removal_heard_late_spares_what_was_given_since_he_came_again(
    ground: Ground, told: Listener
) -> None:
    studio = await ground.studio(seats=3, people=1)
    [ben] = studio.people
    joined = await since_when(studio, ben)
    assert (await studio.assigns(ben)).accepted

    await ground.says.removes(studio.id, ben, at=joined - timedelta(microseconds=1))

    await eventually(lambda: said(told, SeatsReleased, studio.id), bool)
    assert await seated(studio) == {ben}


def test_T30_who_left_an_organization_of_thousands_is_asked_of_each_alone() -> None:
    people = [an_id() for _ in range(THOUSANDS)]
    intervals = [Interval(CountedId(int=one.int), "MEMBER", LONG_AGO, None) for one in people]
    wanted = copies.people_of(an_id(), intervals)
    CountedId.compared = 0

    left = [one for one in people if wanted.has_left(one, None)]

    assert left == []
    assert 0 < CountedId.compared <= 2 * THOUSANDS
