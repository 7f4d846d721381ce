"""An organization is handed over in two steps, or by an operator; one Administrator always."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.contracts.transfers import AdministratorChanged, TransferEnded, TransferRequested
from tests.doors.membership.larkspur import Larkspur, Voices, code_of, held_licenses, said
from tests.listening import Listener


async def test_T16_until_it_is_accepted_the_administrator_keeps_every_right(
    organized: Larkspur, told: Listener
) -> None:
    ben = await organized.joined()

    offer = await organized.offered(ben)

    assert (await organized.roles())[organized.ana] == "ADMINISTRATOR"
    assert (await organized.add(await organized.somebody())).accepted
    by_ben = await organized.remove(ben, by=ben)
    assert code_of(by_ben) == "not_administrator"
    fact = await told.fact(TransferRequested, offer)
    assert isinstance(fact.data, TransferRequested)
    assert fact.subject == organized.id
    assert fact.data.expires_at - fact.data.requested_at == timedelta(days=14)


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
async def test_T16_R7_accepting_swaps_both_roles_in_one_commit(
    organized: Larkspur, told: Listener, role: str
) -> None:
    ben = await organized.joined(role)
    offer = await organized.offered(ben)

    assert (await organized.accept(offer, ben)).accepted

    assert await organized.roles() == {ben: "ADMINISTRATOR", organized.ana: "MEMBER"}
    assert await organized.intervals(ben) == [(role, "REMOVED", "promoted")]
    assert await organized.offers() == ["ACCEPTED"]
    fact = await told.fact(AdministratorChanged, ben)
    assert isinstance(fact.data, AdministratorChanged)
    assert fact.data.from_role == "MEMBER"
    last = ["OrganizationActivated", "MemberAdded", "TransferRequested", "AdministratorChanged"]
    assert said(told, organized.id) == last
    by_ana = await organized.add(await organized.somebody())
    assert code_of(by_ana) == "not_administrator"


@pytest.mark.parametrize("invoices_to", ["former", "new"])
async def test_T16_the_administrator_chooses_who_gets_the_invoices(
    organized: Larkspur, invoices_to: str
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben, invoices_to=invoices_to)

    await organized.accept(offer, ben)

    found = await organized.database.fetchval(
        "SELECT invoices_to FROM organization WHERE id = $1", organized.id
    )
    assert found == (organized.ana if invoices_to == "former" else None)


async def test_T16_A3_whoever_owns_licenses_himself_stays_as_a_guest(
    organized: Larkspur, voices: Voices
) -> None:
    await voices.license(organized.ana, kind="EDU")
    await held_licenses(organized, organized.ana, 2)
    ben = await organized.joined()
    offer = await organized.offered(ben)

    await organized.accept(offer, ben)

    assert await organized.roles() == {ben: "ADMINISTRATOR", organized.ana: "GUEST"}


async def test_T16_what_was_handed_over_may_be_handed_back(organized: Larkspur) -> None:
    ben = await organized.joined()
    await organized.accept(await organized.offered(ben), ben)

    back = await organized.offered(organized.ana, by=ben)
    assert (await organized.accept(back, organized.ana)).accepted

    assert await organized.roles() == {organized.ana: "ADMINISTRATOR", ben: "MEMBER"}
    assert await organized.intervals(organized.ana) == [("MEMBER", "REMOVED", "promoted")]


async def test_T9_A13_the_organizations_licenses_make_their_former_holder_no_second_one(
    organized: Larkspur, told: Listener
) -> None:
    ben = await organized.joined()
    await organized.accept(await organized.offered(ben), ben)

    assert (await organized.leave(organized.ana)).accepted

    owned = "SELECT id FROM organization WHERE administrator_id = $1"
    assert await organized.database.fetchval(owned, organized.ana) is None
    assert await organized.database.fetchval(owned, ben) == organized.id


@pytest.mark.parametrize("state", ["DECLINED", "CANCELLED"])
async def test_T16_an_offer_ends_once_by_either_side(
    organized: Larkspur, told: Listener, state: str
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben)

    ended = await (
        organized.decline(offer, ben) if state == "DECLINED" else organized.cancel(offer)
    )

    assert ended.accepted
    assert await organized.offers() == [state]
    fact = await told.fact(TransferEnded, offer)
    assert isinstance(fact.data, TransferEnded)
    assert fact.data.state == state
    for again in (
        await organized.accept(offer, ben),
        await organized.decline(offer, ben),
        await organized.cancel(offer),
    ):
        assert code_of(again) == "request_decided"
    assert (await organized.request(ben)).accepted


async def test_T16_after_fourteen_days_an_offer_runs_out(
    organized: Larkspur, told: Listener
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben)

    await let_it_run_out(organized, offer)

    fact = await told.fact(TransferEnded, offer)
    assert isinstance(fact.data, TransferEnded)
    assert fact.data.state == "EXPIRED"
    assert code_of(await organized.accept(offer, ben)) == "transfer_expired"
    assert code_of(await organized.decline(offer, ben)) == "transfer_expired"
    assert code_of(await organized.cancel(offer)) == "transfer_expired"
    assert (await organized.request(ben)).accepted


@pytest.mark.parametrize("way_out", ["leaves", "is_removed"])
async def test_T16_an_offer_ends_with_the_membership_of_the_chosen_one(
    organized: Larkspur, told: Listener, way_out: str
) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben)

    await (organized.leave(ben) if way_out == "leaves" else organized.remove(ben))

    fact = await told.fact(TransferEnded, offer)
    assert isinstance(fact.data, TransferEnded)
    assert fact.data.state == "CANCELLED"
    assert code_of(await organized.accept(offer, ben)) == "request_decided"


async def test_T30_an_offer_outlives_a_change_of_role(organized: Larkspur) -> None:
    ben = await organized.joined()
    offer = await organized.offered(ben)
    await organized.change_role(ben, "GUEST")

    assert (await organized.accept(offer, ben)).accepted


async def test_T16_each_step_is_written_down(organized: Larkspur) -> None:
    ben = await organized.joined()
    await organized.decline(await organized.offered(ben), ben)
    await organized.cancel(await organized.offered(ben))
    await organized.accept(await organized.offered(ben), ben)

    rows = await organized.database.fetch(
        "SELECT act, by_account, about FROM audit WHERE subject = $1 ORDER BY number", organized.id
    )
    ana = organized.ana
    assert [(row["act"], row["by_account"]) for row in rows] == [
        ("add_member", ana),
        ("request_transfer", ana),
        ("decline_transfer", ben),
        ("request_transfer", ana),
        ("cancel_transfer", ana),
        ("request_transfer", ana),
        ("accept_transfer", ben),
    ]
    assert {row["about"] for row in rows} == {ben}


async def let_it_run_out(larkspur: Larkspur, offer: UUID) -> None:
    await larkspur.database.execute(
        """
        UPDATE transfer
        SET
            requested_at = requested_at - interval '336 hours',
            expires_at = expires_at - interval '336 hours'
        WHERE id = $1
        """,
        offer,
    )
