"""An operator appoints, and the schema holds what every way to hand over promises (R6, R7, T16)."""

from uuid import UUID

import asyncpg
import pytest

from shared.contracts.membership import MemberOffboarded, MemberRemoved
from shared.contracts.message import Verdict
from shared.contracts.transfers import AdministratorChanged, AppointAdministrator
from tests.builders import LUMEN, an_id
from tests.databases import Database
from tests.doors.membership.larkspur import Larkspur, Voices, an_organization, code_of, said
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually


async def appoint(by: Portal, larkspur: Larkspur, who: UUID, owner: UUID | None = None) -> Verdict:
    appointed = AppointAdministrator(account_id=who, reason="his account is lost")
    return await by.ask(appointed, owner=owner or larkspur.id)


async def seats_heard(larkspur: Larkspur, who: UUID) -> None:
    counted = "SELECT count(*) FROM held_seat WHERE account_id = $1"
    await eventually(lambda: larkspur.database.fetchval(counted, who), lambda seen: seen == 1)


async def test_T16_an_operator_appoints_an_administrator_for_one_who_is_lost(
    organized: Larkspur, operator: Portal, told: Listener
) -> None:
    ben, chloe = await organized.joined(), await organized.joined("GUEST")
    offer = await organized.offered(ben)

    assert (await appoint(operator, organized, chloe)).accepted

    roles = {chloe: "ADMINISTRATOR", ben: "MEMBER", organized.ana: "MEMBER"}
    assert await organized.roles() == roles
    assert await organized.offers() == ["CANCELLED"]
    assert code_of(await organized.accept(offer, ben)) == "request_decided"
    await told.fact(AdministratorChanged, chloe)
    entry = await organized.database.fetchrow(
        "SELECT door, before, after FROM audit WHERE subject = $1 ORDER BY number DESC LIMIT 1",
        organized.id,
    )
    assert entry is not None
    assert entry["door"] == "operator"
    assert entry["before"] == {"administrator": str(organized.ana)}
    assert entry["after"] == {
        "administrator": str(chloe),
        "former_role": "MEMBER",
        "reason": "his account is lost",
    }


async def test_T16_R7_an_organization_whose_only_person_is_lost_gets_somebody_from_outside(
    organized: Larkspur, operator: Portal, told: Listener
) -> None:
    gil = await organized.somebody()

    assert (await appoint(operator, organized, gil)).accepted

    assert await organized.roles() == {gil: "ADMINISTRATOR", organized.ana: "MEMBER"}
    assert await organized.intervals(gil) == [("MEMBER", "REMOVED", "promoted")]
    await told.fact(AdministratorChanged, gil)
    assert said(told, organized.id)[-2:] == ["MemberAdded", "AdministratorChanged"]
    assert await organized.trail_of("appoint_administrator") == [
        (gil, {"role": None}, {"role": "MEMBER"}),
        (
            gil,
            {"administrator": str(organized.ana)},
            {
                "administrator": str(gil),
                "former_role": "MEMBER",
                "reason": "his account is lost",
            },
        ),
    ]


async def test_T16_A2_a_guest_of_another_organization_is_appointed_once_he_has_left(
    organized: Larkspur,
    operator: Portal,
    portal: Portal,
    voices: Voices,
    told: Listener,
    membership_pool: Database,
) -> None:
    fern = await an_organization(portal, voices, told, membership_pool)
    guest = await fern.joined("GUEST")

    refused = await appoint(operator, organized, guest)
    assert code_of(refused) == "already_in_another_organization"

    assert (await fern.leave(guest)).accepted
    assert (await appoint(operator, organized, guest)).accepted


async def test_T16_A2_T1_a_lost_administrator_who_is_elsewhere_as_well_leaves(
    organized: Larkspur,
    operator: Portal,
    portal: Portal,
    voices: Voices,
    told: Listener,
    membership_pool: Database,
) -> None:
    fern = await an_organization(portal, voices, told, membership_pool)
    ben = await organized.joined()
    assert (await fern.add(organized.ana, "GUEST")).accepted
    await voices.seat(organized.id, organized.ana)
    await seats_heard(organized, organized.ana)

    assert (await appoint(operator, organized, ben)).accepted

    assert await organized.roles() == {ben: "ADMINISTRATOR"}
    assert (await fern.roles())[organized.ana] == "GUEST"
    removed = (await told.fact(MemberRemoved, organized.ana)).data
    assert isinstance(removed, MemberRemoved)
    assert (removed.organization_id, removed.reason) == (organized.id, "removed")
    assert removed.products == (LUMEN,)
    assert said(told, organized.id)[-2:] == ["AdministratorChanged", "MemberRemoved"]
    assert (await organized.trail_of("appoint_administrator"))[-1] == (
        organized.ana,
        {"role": "GUEST"},
        {"role": None},
    )
    await voices.seats_released(organized.id, organized.ana, removed.removed_at)
    await voices.access_released(organized.id, organized.ana, removed.removed_at)
    await told.fact(MemberOffboarded, organized.ana)
    assert await organized.intervals(organized.ana) == [("GUEST", "REMOVED", "removed")]


async def test_T16_only_operators_appoint_and_only_whom_a_transfer_would_take(
    organized: Larkspur, operator: Portal, portal: Portal
) -> None:
    ben = await organized.joined()

    assert code_of(await appoint(portal, organized, ben)) == "operator_required"
    assert code_of(await appoint(operator, organized, an_id())) == "unknown_account"
    of_ana = await appoint(operator, organized, organized.ana)
    assert code_of(of_ana) == "transfer_target_ineligible"
    nowhere = await appoint(operator, organized, ben, an_id())
    assert code_of(nowhere) == "unknown_organization"


async def test_R6_R7_the_schema_knows_no_administrator_who_is_a_member_as_well(
    organized: Larkspur,
) -> None:
    ben = await organized.joined()

    with pytest.raises(asyncpg.CheckViolationError):
        await organized.database.execute(
            "UPDATE organization SET administrator_id = $2 WHERE id = $1", organized.id, ben
        )
    with pytest.raises(asyncpg.CheckViolationError):
        await organized.database.execute(
            """
            INSERT INTO membership (organization_id, account_id, role, state, added_at)
            VALUES ($1, $2, 'MEMBER', 'ACTIVE', now())
            """,
            organized.id,
            organized.ana,
        )


async def test_T16_the_schema_knows_one_open_offer(organized: Larkspur) -> None:
    await organized.offered(await organized.joined())

    with pytest.raises(asyncpg.UniqueViolationError):
        await organized.database.execute(
            """
            INSERT INTO transfer
            SELECT
                $2, organization_id, from_account_id, to_account_id, invoices_to, state,
                requested_at, expires_at, decided_at
            FROM transfer WHERE organization_id = $1
            """,
            organized.id,
            an_id(),
        )
