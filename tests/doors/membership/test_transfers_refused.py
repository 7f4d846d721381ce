"""Whom the Administrator cannot choose, and who has no say over an offer (R2, R5, T16)."""

from uuid import UUID

from tests.builders import an_id
from tests.databases import Database
from tests.doors.membership.larkspur import (
    Larkspur,
    Voices,
    an_organization,
    code_of,
    held_licenses,
)
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually


async def test_T16_R2_only_the_administrator_offers_his_place(organized: Larkspur) -> None:
    ben = await organized.joined()

    assert code_of(await organized.request(ben, by=ben)) == "not_administrator"


async def test_T16_one_offer_is_open_at_a_time(organized: Larkspur) -> None:
    ben, chloe = await organized.joined(), await organized.joined()
    await organized.offered(ben)

    assert code_of(await organized.request(chloe)) == "transfer_pending"


async def test_T16_only_somebody_in_the_organization_is_chosen(organized: Larkspur) -> None:
    refused = await organized.request(await organized.somebody())

    assert code_of(refused) == "not_in_organization"


async def test_R5_whoever_has_an_organization_takes_over_no_second_one(
    organized: Larkspur, portal: Portal, voices: Voices, told: Listener, membership_pool: Database
) -> None:
    fern = await an_organization(portal, voices, told, membership_pool)
    dan = await organized.joined("GUEST")
    offer = await organized.offered(dan)
    await voices.license(dan)
    await held_licenses(organized, dan, 1)
    assert (await organized.add(fern.ana, "GUEST")).accepted

    accepted = await organized.accept(offer, dan)
    await organized.cancel(offer)
    requested = await organized.request(fern.ana)

    assert code_of(accepted) == "transfer_target_ineligible"
    assert code_of(requested) == "transfer_target_ineligible"
    assert (await organized.roles())[organized.ana] == "ADMINISTRATOR"


async def test_T16_R49_a_guest_with_credits_of_his_own_is_not_eligible_until_they_are_gone(
    organized: Larkspur, voices: Voices
) -> None:
    dan = await organized.joined("GUEST")
    await voices.own_credits(dan, 7, active=True)
    await credits_of(organized, dan, active=True)
    assert code_of(await organized.request(dan)) == "transfer_target_ineligible"

    await voices.own_credits(dan, 12, active=False)
    await voices.own_credits(dan, 9, active=True)  # Comes late: a later one was heard.
    await credits_of(organized, dan, active=False)

    assert (await organized.request(dan)).accepted


async def test_A11_what_an_administrator_had_before_went_into_the_pool_and_stays_there(
    organized: Larkspur, voices: Voices
) -> None:
    await voices.license(organized.ana, kind="EDU")
    await held_licenses(organized, organized.ana, 2)
    await voices.own_credits(organized.ana, 3, active=True)
    await credits_of(organized, organized.ana, active=True)
    ben = await organized.joined()
    await organized.accept(await organized.offered(ben), ben)
    assert (await organized.roles())[organized.ana] == "GUEST"

    assert (await organized.request(organized.ana, by=ben)).accepted


async def test_T32_whoever_is_only_invited_is_not_eligible(organized: Larkspur) -> None:
    verdict = await organized.invite(f"{an_id().hex}@larkspur.example")
    assert verdict.result is not None

    refused = await organized.request(UUID(str(verdict.result["account_id"])))

    assert code_of(refused) == "transfer_target_ineligible"


async def test_A2_whoever_is_a_guest_elsewhere_leaves_before_he_hands_over(
    organized: Larkspur, portal: Portal, voices: Voices, told: Listener, membership_pool: Database
) -> None:
    fern = await an_organization(portal, voices, told, membership_pool)
    ben = await organized.joined()
    offer = await organized.offered(ben)
    assert (await fern.add(organized.ana, "GUEST")).accepted
    assert code_of(await organized.accept(offer, ben)) == "already_in_another_organization"

    assert (await fern.leave(organized.ana)).accepted
    assert (await organized.accept(offer, ben)).accepted


async def test_T16_nobody_else_answers_or_takes_back_an_offer(organized: Larkspur) -> None:
    ben, chloe = await organized.joined(), await organized.joined()
    offer = await organized.offered(ben)

    assert code_of(await organized.accept(offer, chloe)) == "unknown_request"
    assert code_of(await organized.decline(offer, organized.ana)) == "unknown_request"
    assert code_of(await organized.cancel(offer, ben)) == "not_administrator"
    assert code_of(await organized.accept(an_id(), ben)) == "unknown_request"
    assert code_of(await organized.decline(an_id(), ben)) == "unknown_request"
    assert code_of(await organized.cancel(an_id())) == "unknown_request"


async def credits_of(larkspur: Larkspur, account_id: UUID, *, active: bool) -> None:
    found = "SELECT active FROM personal_credits WHERE account_id = $1"
    await eventually(
        lambda: larkspur.database.fetchval(found, account_id), lambda seen: seen is active
    )
