"""How each refusal comes about by a form of a page."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote
from uuid import UUID

import httpx

from shared.contracts.credit_access import RequestCredits
from shared.contracts.credits import (
    SetCreditAccess,
)
from shared.contracts.licensing import AssignLicense
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import RequestTransfer
from tests.builders import LUMEN, a_credit_line, a_purchase
from tests.portal.site import Site, form_in, sends
from tests.portal.studio import Studio, a_studio
from tests.waiting import eventually

CREDIT = 1_000_000
# Who was refused, and the page that told him.
Told = tuple[UUID, httpx.Response]
ByPage = Callable[[Site, Studio], Awaitable[Told]]
BY_PAGE: dict[RefusalCode, ByPage] = {}


def by_page(code: RefusalCode) -> Callable[[ByPage], ByPage]:
    def kept(act: ByPage) -> ByPage:
        BY_PAGE[code] = act
        return act

    return kept


async def sent(
    portal: Site, who: UUID, page: str, fields: dict[str, str], *, to: str | None = None
) -> Told:
    """Fill in a form of a page and send it; what comes back is the page where it was refused."""
    headers = {"Referer": f"{portal.url}{page}"}
    async with portal.client_of(who, headers=headers) as client:
        return who, await sends(client, page, fields, to=to)


# ---- people ----------------------------------------------------------------------------------


@by_page(RefusalCode.NOT_ADMINISTRATOR)
async def _a_member_opens_the_organization(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    async with portal.client_of(chloe) as client:
        return chloe, await client.get(studio.home)


@by_page(RefusalCode.ALREADY_IN_ORGANIZATION)
async def _somebody_is_added_twice(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    return await _added(portal, studio, chloe, "MEMBER")


@by_page(RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION)
async def _somebody_of_another_organization_is_added(portal: Site, studio: Studio) -> Told:
    fern = await a_studio(studio.people, studio.shop, name="Fern")
    return await _added(portal, studio, await fern.joined_by("MEMBER"), "GUEST")


@by_page(RefusalCode.MEMBER_HAS_PERSONAL_ENTITLEMENTS)
async def _an_owner_is_added_as_a_member(portal: Site, studio: Studio) -> Told:
    fern = await a_studio(studio.people, studio.shop, name="Fern")
    return await _added(portal, studio, fern.ana, "MEMBER")


@by_page(RefusalCode.NOT_IN_ORGANIZATION)
async def _somebody_is_removed_from_an_old_page(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    page = f"{studio.home}/people/{chloe}"
    async with portal.client_of(studio.ana) as client:
        form = form_in(await client.get(page))
        await sends(client, f"{page}/remove", {})
        fields = {"form": form, "act": "assign", "product": LUMEN}
        refused = await client.post(f"{page}/seats", data=fields)
        if refused.status_code == httpx.codes.NOT_FOUND:
            refused = await sends(
                client,
                f"{studio.home}/licenses/{quote(LUMEN)}",
                {"person": str(chloe)},
                to=f"{studio.home}/licenses/{quote(LUMEN)}/assign",
            )
        return studio.ana, refused


@by_page(RefusalCode.CANNOT_REMOVE_ADMINISTRATOR)
async def _the_administrator_removes_herself(portal: Site, studio: Studio) -> Told:
    return await sent(portal, studio.ana, f"{studio.home}/people/{studio.ana}/remove", {})


@by_page(RefusalCode.TRANSFER_PENDING)
async def _an_organization_is_offered_twice(portal: Site, studio: Studio) -> Told:
    ben = await studio.joined_by("MEMBER", name="Ben")
    eva = await studio.joined_by("MEMBER", name="Eva")
    assert (await studio.does(RequestTransfer(to_account_id=ben))).accepted
    return await sent(portal, studio.ana, f"{studio.home}/transfer/to/{eva}", {})


@by_page(RefusalCode.TRANSFER_TARGET_INELIGIBLE)
async def _an_organization_is_offered_to_who_runs_one(portal: Site, studio: Studio) -> Told:
    fern = await a_studio(studio.people, studio.shop, name="Fern")
    await _added(portal, studio, fern.ana, "GUEST")
    return await sent(portal, studio.ana, f"{studio.home}/transfer/to/{fern.ana}", {})


@by_page(RefusalCode.CUSTOMER_NUMBER_MISMATCH)
async def _a_set_up_names_the_wrong_number(portal: Site, studio: Studio) -> Told:
    who = await studio.registered("Mona")
    fields = {"customer_number": "CN-1"}
    return await sent(portal, who, "/me/account", fields, to="/me/account/set-up")


@by_page(RefusalCode.IDEMPOTENCY_KEY_REUSED)
async def _a_form_is_sent_again_with_another_content(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    page = f"{studio.home}/people/{chloe}/access"
    async with portal.client_of(studio.ana) as client:
        form = form_in(await client.get(page))
        fields = {"mode": "quota", "limit": "60"}
        await sends(client, page, fields, with_form=form)
        again = await sends(client, page, {**fields, "limit": "90"}, with_form=form)
        return studio.ana, again


# ---- seats -----------------------------------------------------------------------------------


@by_page(RefusalCode.NO_SEAT_AVAILABLE)
async def _one_seat_too_many_is_given(portal: Site, studio: Studio) -> Told:
    for name in ("Ben", "Eva"):
        await seated(studio, await studio.joined_by("MEMBER", name=name))
    chloe = await studio.joined_by("MEMBER")
    return await _assigned(portal, studio, chloe)


@by_page(RefusalCode.ALREADY_ASSIGNED)
async def _a_seat_is_given_twice(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    await seated(studio, chloe)
    return await _assigned(portal, studio, chloe)


@by_page(RefusalCode.NOT_ASSIGNED)
async def _a_seat_is_taken_back_that_was_never_given(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    page = f"{studio.home}/people/{chloe}"
    fields = {"act": "revoke", "product": LUMEN}
    return await sent(portal, studio.ana, page, fields, to=f"{page}/seats")


@by_page(RefusalCode.UNKNOWN_PRODUCT)
async def _an_offer_is_applied_for_that_is_none(portal: Site, studio: Studio) -> Told:
    who = await studio.registered("Mona")
    return await sent(portal, who, "/me/account", {"offer": "nothing"}, to="/me/trials")


# ---- credits ---------------------------------------------------------------------------------


@by_page(RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR)
async def _the_administrator_gets_a_quota(portal: Site, studio: Studio) -> Told:
    page = f"{studio.home}/people/{studio.ana}/access"
    return await sent(portal, studio.ana, page, {"mode": "quota", "limit": "60"})


@by_page(RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS)
async def _a_guest_with_credits_of_his_own_gets_access(portal: Site, studio: Studio) -> Told:
    dan = await studio.joined_by("GUEST", name="Dan")
    lines = (a_credit_line(credits=40 * CREDIT),)
    await studio.shop.says(a_purchase(account_id=dan, lines=lines))
    page = f"{studio.home}/people/{dan}/access"

    async def tried() -> Told:
        told = await sent(portal, studio.ana, page, {"mode": "unlimited"})
        if told[1].status_code != httpx.codes.CONFLICT:
            await studio.does(SetCreditAccess(account_id=dan, mode="disabled"))
        return told

    return await eventually(tried, lambda told: told[1].status_code == httpx.codes.CONFLICT)


@by_page(RefusalCode.RATE_LIMITED)
async def _a_sixth_request_is_made(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    for number in range(5):
        wish = RequestCredits(mode="quota", limit=(50 + number) * CREDIT, reason="for the film")
        assert (await studio.does(wish, by=chloe)).accepted
    fields = {"mode": "quota", "limit": "90", "reason": "for the film"}
    return await sent(portal, chloe, "/me/requests/new", fields)


@by_page(RefusalCode.REQUEST_DECIDED)
async def _a_request_is_decided_from_an_old_page(portal: Site, studio: Studio) -> Told:
    chloe = await studio.joined_by("MEMBER")
    wish = RequestCredits(mode="quota", limit=50 * CREDIT, reason="for the film")
    asked = await studio.does(wish, by=chloe)
    named = (asked.result or {})["request_id"]
    page = f"{studio.home}/requests"
    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        first, second = form_in(await client.get(page)), form_in(await client.get(page))
        fields = {"decision": "decline", "reason": "not now"}
        await client.post(f"{page}/{named}", data={"form": first, **fields})
        again = await client.post(f"{page}/{named}", data={"form": second, **fields})
        return studio.ana, again


async def _added(portal: Site, studio: Studio, who: UUID, role: str) -> Told:
    """Add somebody by a table of one row, as the page of adding does; what it tells is its page."""
    fields = {"email": f"{who.hex}@larkspur.example", "role": role, "mode": "disabled"}
    return await sent(portal, studio.ana, f"{studio.home}/people/new", fields)


async def _assigned(portal: Site, studio: Studio, who: UUID) -> Told:
    page = f"{studio.home}/licenses/{quote(LUMEN)}"
    return await sent(portal, studio.ana, page, {"person": str(who)}, to=f"{page}/assign")


async def seated(studio: Studio, who: UUID) -> None:
    """Give somebody a seat; licensing may hear of him a moment later than the ledger."""

    async def given() -> Verdict:
        return await studio.does(AssignLicense(product=LUMEN, account_id=who))

    await eventually(given, lambda verdict: verdict.accepted)
