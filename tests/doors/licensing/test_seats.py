"""Seats are given, taken and moved by the Administrator, and are never over-assigned."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.licensing import (
    AssignLicense,
    LicenseActivated,
    LicenseExpired,
    ReassignLicense,
    RevokeLicense,
    SeatAssigned,
    SeatRevoked,
)
from shared.contracts.message import Verdict
from shared.contracts.people import JoinedRole
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, an_id
from tests.databases import Database
from tests.doors.licensing.studio import lets_expire
from tests.doors.licensing.voices import Membership, licenses
from tests.listening import Listener
from tests.processes import ServiceProcess
from tests.speaking import Portal, Store
from tests.waiting import eventually

SEATS = 3  # besides the one that the Administrator has from the beginning (A13)


@dataclass
class Larkspur:
    """An organization with three seats of Lumen; Ana administers, Ben, Chloe and Dan are in."""

    portal: Portal
    says: Membership
    store: Store
    id: UUID
    ana: UUID
    ben: UUID
    chloe: UUID
    dan: UUID

    async def assign(self, who: UUID, *, by: UUID | None = None, id: UUID | None = None) -> Verdict:
        asked = AssignLicense(product=LUMEN, account_id=who)
        return await self.portal.ask(asked, by=by or self.ana, owner=self.id, id=id)

    async def revoke(self, who: UUID, *, by: UUID | None = None) -> Verdict:
        asked = RevokeLicense(product=LUMEN, account_id=who)
        return await self.portal.ask(asked, by=by or self.ana, owner=self.id)

    async def reassign(self, giver: UUID, taker: UUID) -> Verdict:
        asked = ReassignLicense(product=LUMEN, from_account_id=giver, to_account_id=taker)
        return await self.portal.ask(asked, by=self.ana, owner=self.id)

    async def joins(self, *, role: JoinedRole = "MEMBER") -> UUID:
        """Somebody comes, and licensing has heard of it."""
        person = an_id()
        await self.says.registers(person)
        await self.says.adds(self.id, person, role=role)
        await eventually(
            lambda: self.portal.ask(
                AssignLicense(product="none", account_id=person), by=self.ana, owner=self.id
            ),
            lambda seen: code_of(seen) is RefusalCode.UNKNOWN_PRODUCT,
        )
        return person

    async def holders(self) -> set[str]:
        """Who has a seat besides the Administrator."""
        shown = await licenses(self.portal, self.id, by=self.ana)
        return set(shown["products"][0]["account_ids"]) - {str(self.ana)}


@pytest.fixture
async def larkspur(
    licensing: ServiceProcess,
    licensing_pool: Database,
    portal: Portal,
    store: Store,
    says: Membership,
    facts: Listener,
) -> Larkspur:
    here = Larkspur(portal, says, store, *(an_id() for _ in range(5)))
    await store.says(a_purchase(account_id=here.ana, lines=(a_license_line(seats=SEATS + 1),)))
    await facts.fact(LicenseActivated, here.ana)
    await says.activates(here.id, here.ana)
    for person in (here.ben, here.chloe, here.dan):
        await says.adds(here.id, person)

    async def ready() -> list[int]:
        return [
            await licensing_pool.fetchval(
                "SELECT count(*) FROM role_held WHERE account_id = $1", one
            )
            for one in (here.ben, here.chloe, here.dan)
        ]

    await eventually(ready, lambda seen: seen == [1, 1, 1])
    await eventually(
        lambda: licenses(portal, here.id, by=here.ana), lambda seen: bool(seen.get("products"))
    )
    return here


def code_of(verdict: Verdict) -> RefusalCode:
    assert verdict.refused is not None
    return verdict.refused.code


async def test_R17_a_seat_is_given_and_heard_of(larkspur: Larkspur, facts: Listener) -> None:
    verdict = await larkspur.assign(larkspur.ben)

    assert verdict.accepted
    fact = await facts.fact(SeatAssigned, larkspur.ben)
    assert (fact.subject, fact.sequence) == (larkspur.id, 2)
    assert await larkspur.holders() == {str(larkspur.ben)}


async def test_R25_the_administrator_may_have_a_seat_himself(larkspur: Larkspur) -> None:
    assert (await larkspur.revoke(larkspur.ana)).accepted
    assert (await larkspur.assign(larkspur.ana)).accepted


async def test_R17_the_fourth_of_three_seats_is_refused(larkspur: Larkspur) -> None:
    for person in (larkspur.ben, larkspur.chloe, larkspur.dan):
        await larkspur.assign(person)
    eva = await larkspur.joins()

    assert code_of(await larkspur.assign(eva)) is RefusalCode.NO_SEAT_AVAILABLE


async def test_I6_many_at_once_never_get_more_seats_than_there_are(larkspur: Larkspur) -> None:
    people = [an_id() for _ in range(20)]
    for person in people:
        await larkspur.says.adds(larkspur.id, person)
    await eventually(
        lambda: larkspur.revoke(people[-1]),
        lambda seen: seen.refused is not None and seen.refused.code == RefusalCode.NOT_ASSIGNED,
    )

    verdicts = await asyncio.gather(*(larkspur.assign(person) for person in people))

    given = [verdict for verdict in verdicts if verdict.accepted]
    assert len(given) <= SEATS
    assert len(await larkspur.holders()) == len(given)


async def test_I6_the_schema_refuses_what_the_rules_would_have_to_let_through(
    larkspur: Larkspur, licensing_pool: Database
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await licensing_pool.execute(
            "UPDATE product_seats SET assigned = seats + 1 WHERE organization_id = $1", larkspur.id
        )


async def test_R2_nobody_else_hands_out_seats(larkspur: Larkspur) -> None:
    given = await larkspur.assign(larkspur.chloe, by=larkspur.ben)
    taken = await larkspur.revoke(larkspur.chloe, by=larkspur.ben)

    assert {code_of(given), code_of(taken)} == {RefusalCode.NOT_ADMINISTRATOR}


async def test_R17_only_who_is_in_gets_a_seat_of_what_was_bought(larkspur: Larkspur) -> None:
    outside = await larkspur.assign(an_id())
    unknown = await larkspur.portal.ask(
        AssignLicense(product="Tide", account_id=larkspur.ben), by=larkspur.ana, owner=larkspur.id
    )

    assert code_of(outside) is RefusalCode.NOT_IN_ORGANIZATION
    assert code_of(unknown) is RefusalCode.UNKNOWN_PRODUCT


async def test_R18_a_seat_taken_back_is_free_again(larkspur: Larkspur, facts: Listener) -> None:
    await larkspur.assign(larkspur.ben)

    assert (await larkspur.revoke(larkspur.ben)).accepted
    assert code_of(await larkspur.revoke(larkspur.ben)) is RefusalCode.NOT_ASSIGNED
    assert (await facts.fact(SeatRevoked, larkspur.ben)).subject == larkspur.id
    assert await larkspur.holders() == set()


async def test_R32_a_members_trial_is_his_own(larkspur: Larkspur, facts: Listener) -> None:
    trial = a_license_line(license_kind="TRIAL", seats=1)
    await larkspur.store.says(a_purchase(account_id=larkspur.ben, lines=(trial,)))
    await eventually(
        lambda: licenses(larkspur.portal, larkspur.ben), lambda seen: bool(seen.get("personal"))
    )

    taken = await larkspur.revoke(larkspur.ben)
    moved = await larkspur.reassign(larkspur.ben, larkspur.chloe)

    assert code_of(taken) is RefusalCode.TRIAL_OR_BETA_NOT_REVOCABLE
    assert code_of(moved) is RefusalCode.TRIAL_OR_BETA_NOT_REASSIGNABLE


async def test_R19_the_last_seat_moves_there_and_back(larkspur: Larkspur) -> None:
    for person in (larkspur.ben, larkspur.chloe, larkspur.dan):
        await larkspur.assign(person)

    eva = await larkspur.joins()
    moved = await larkspur.reassign(larkspur.chloe, eva)
    back = await larkspur.reassign(eva, larkspur.chloe)

    assert moved.accepted
    assert back.accepted
    assert await larkspur.holders() == {
        str(p) for p in (larkspur.ben, larkspur.chloe, larkspur.dan)
    }


async def test_R16_whoever_leaves_frees_his_seat(larkspur: Larkspur, facts: Listener) -> None:
    await larkspur.assign(larkspur.ben)

    await larkspur.says.removes(larkspur.id, larkspur.ben)

    fact = await facts.fact(SeatRevoked, larkspur.ben)
    assert isinstance(fact.data, SeatRevoked)
    assert fact.data.reason == "removed"
    assert await larkspur.holders() == set()
    assert code_of(await larkspur.assign(larkspur.ben)) is RefusalCode.NOT_IN_ORGANIZATION


async def test_T9_seats_go_when_their_license_runs_out(
    larkspur: Larkspur, facts: Listener, licensing_pool: Database
) -> None:
    bought = a_license_line(product="Tide", seats=2)
    await larkspur.store.says(a_purchase(account_id=larkspur.ana, lines=(bought,)))
    asked = AssignLicense(product="Tide", account_id=larkspur.ben)

    def assign() -> "asyncio.Future[Verdict]":
        ask = larkspur.portal.ask(asked, by=larkspur.ana, owner=larkspur.id)
        return asyncio.ensure_future(ask)

    await eventually(assign, lambda seen: seen.accepted)

    await lets_expire(licensing_pool, larkspur.ana, "Tide")

    fact = await facts.fact(LicenseExpired, larkspur.ana)
    lost = await facts.fact(SeatRevoked, larkspur.ben)
    assert fact.subject == larkspur.ana
    assert isinstance(lost.data, SeatRevoked)
    assert lost.data.reason == "expired"
    assert code_of(await assign()) is RefusalCode.LICENSE_EXPIRED


async def test_R1_nobody_sees_the_seats_of_others(larkspur: Larkspur) -> None:
    await larkspur.assign(larkspur.ben)

    assert await licenses(larkspur.portal, larkspur.id, by=larkspur.ben) == {}
    assert await licenses(larkspur.portal, larkspur.ben, by=larkspur.ana) == {}
    own = await licenses(larkspur.portal, larkspur.ben)
    assert [one["product"] for one in own["products"]] == [LUMEN]
