"""Trials and betas at the doors: offered, applied for, granted, suspended (A15, R31, R46, T33)."""

from uuid import UUID

from shared.contracts.audit import LicensingActRecorded
from shared.contracts.licensing import LicenseActivated
from shared.contracts.message import Verdict
from shared.contracts.refusals import RefusalCode
from shared.contracts.trials import (
    ApplyForTrial,
    DecideBeta,
    ListApplications,
    ListOffers,
    OfferKind,
    SetOffer,
    TrialApplied,
)
from shared.messaging.outbox import NOBODY
from tests.builders import LUMEN, an_id
from tests.doors.licensing.showing import personal, rights, rights_become, said
from tests.doors.licensing.studio import Ground, code_of
from tests.listening import Listener
from tests.speaking import Portal
from tests.waiting import eventually


async def offered(operator: Portal, *, kind: OfferKind = "TRIAL", product: str = LUMEN) -> str:
    name = f"{product} for free, {an_id().hex}"
    asked = SetOffer(offer=name, product=product, kind=kind, days=30)
    assert (await operator.ask(asked)).accepted
    return name


async def apply(portal: Portal, who: UUID, offer: str) -> Verdict:
    return await portal.ask(ApplyForTrial(offer=offer), by=who)


def application_of(verdict: Verdict) -> UUID:
    assert verdict.result is not None, verdict.refused
    return UUID(str(verdict.result["application_id"]))


async def test_A15_R31_a_members_trial_is_granted_at_once(
    ground: Ground, operator: Portal, told: Listener
) -> None:
    studio = await ground.studio(seats=0, people=1)
    [ben] = studio.people
    offer = await offered(operator)

    granted = await apply(ground.portal, ben, offer)

    assert granted.result is not None
    assert granted.result["state"] == "GRANTED"
    assert await rights(ground.portal, ben) == ("TRIAL",)
    assert (await told.fact(LicenseActivated, ben)).subject == ben
    assert (await told.fact(TrialApplied, ben)).subject == ben
    assert await personal(ground.portal, ben) == [(LUMEN, "TRIAL", True)]


async def test_A15_a_second_application_is_refused(ground: Ground, operator: Portal) -> None:
    fay, offer = await ground.account(), await offered(operator)

    assert (await apply(ground.portal, fay, offer)).accepted
    assert code_of(await apply(ground.portal, fay, offer)) is RefusalCode.TRIAL_ALREADY_USED
    shown = await ground.portal.ask(ListOffers(), by=fay)
    assert shown.result is not None
    used = {one["offer"]: one["used"] for one in shown.result["offers"]}  # type: ignore[union-attr,index,call-overload]  # of dicts
    assert used[offer]


async def test_A15_what_nobody_offers_or_offers_no_more_is_unknown(
    ground: Ground, operator: Portal
) -> None:
    offer = await offered(operator)
    closing = SetOffer(offer=offer, product=LUMEN, kind="TRIAL", days=30, open=False)
    assert (await operator.ask(closing)).accepted
    fay = await ground.account()

    for name in (offer, "never heard of"):
        refused = await apply(ground.portal, fay, name)
        assert code_of(refused) is RefusalCode.UNKNOWN_PRODUCT


async def test_A15_an_application_names_its_account(ground: Ground, operator: Portal) -> None:
    refused = await ground.portal.ask(ApplyForTrial(offer=await offered(operator)))

    assert code_of(refused) is RefusalCode.MALFORMED


async def test_A15_an_offer_is_never_another(operator: Portal, ground: Ground) -> None:
    offer = await offered(operator)

    longer = SetOffer(offer=offer, product=LUMEN, kind="TRIAL", days=60)

    assert code_of(await operator.ask(longer)) is RefusalCode.IDEMPOTENCY_KEY_REUSED


async def test_A17_only_operators_offer_decide_and_list(ground: Ground) -> None:
    asked = (
        SetOffer(offer="Mine", product=LUMEN, kind="TRIAL", days=30),
        DecideBeta(application_id=an_id(), approve=True),
        ListApplications(),
    )

    for each in asked:
        refused = await ground.portal.ask(each, by=an_id())
        assert code_of(refused) is RefusalCode.OPERATOR_REQUIRED


async def test_A15_a_beta_waits_for_an_operator_and_is_decided_once(
    ground: Ground, operator: Portal, told: Listener
) -> None:
    fay, gail = await ground.account(), await ground.account()
    offer = await offered(operator, kind="BETA")
    waiting = [application_of(await apply(ground.portal, who, offer)) for who in (fay, gail)]
    shown = await operator.ask(ListApplications(limit=500))
    assert shown.result is not None
    ids = [one["application_id"] for one in shown.result["applications"]]  # type: ignore[union-attr,index,call-overload]  # of dicts
    assert [str(each) for each in waiting] == [each for each in ids if UUID(str(each)) in waiting]
    assert await rights(ground.portal, fay) == ()

    approved = DecideBeta(application_id=waiting[0], approve=True)
    declined = DecideBeta(application_id=waiting[1], approve=False, reason="ask eva@fern.test")
    assert (await operator.ask(approved)).accepted
    assert (await operator.ask(declined)).accepted

    await rights_become(ground.portal, fay, "BETA")
    assert await rights(ground.portal, gail) == ()
    assert code_of(await operator.ask(approved)) is RefusalCode.REQUEST_DECIDED
    assert code_of(await apply(ground.portal, gail, offer)) is RefusalCode.TRIAL_ALREADY_USED
    acts = await eventually(lambda: said(told, LicensingActRecorded, gail), bool)
    assert (acts[0].act, acts[0].door) == ("decide_beta", "operator")
    assert (acts[0].after["state"], acts[0].after["reason"]) == ("DECLINED", "ask [erased]")


async def test_A15_pages_of_applications_leave_nobody_out(ground: Ground, operator: Portal) -> None:
    offer = await offered(operator, kind="BETA")
    people = [await ground.account() for _ in range(3)]
    applied = {application_of(await apply(ground.portal, who, offer)) for who in people}

    found: set[UUID] = set()
    after: UUID | None = None
    while True:
        shown = await operator.ask(ListApplications(after=after, limit=2))
        assert shown.result is not None
        page = [UUID(str(one["application_id"])) for one in shown.result["applications"]]  # type: ignore[union-attr,index,call-overload]  # of dicts
        found |= set(page)
        if "after" not in shown.result:
            break
        after = UUID(str(shown.result["after"]))

    assert applied <= found


async def test_A15_nobody_decides_what_nobody_applied_for(ground: Ground, operator: Portal) -> None:
    asked = DecideBeta(application_id=an_id(), approve=True)

    assert code_of(await operator.ask(asked)) is RefusalCode.UNKNOWN_REQUEST


async def test_R46_a_guest_with_a_seat_gets_no_trial_of_it_but_of_another_product(
    ground: Ground, operator: Portal
) -> None:
    studio = await ground.studio(seats=2, people=1, role="GUEST")
    [dan] = studio.people
    await studio.assigns(dan)

    refused = await apply(ground.portal, dan, await offered(operator))
    other = await apply(ground.portal, dan, await offered(operator, product="Tide"))

    assert code_of(refused) is RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED
    assert other.accepted


async def test_R46_a_beta_is_not_approved_when_a_seat_was_given_meanwhile(
    ground: Ground, operator: Portal
) -> None:
    studio = await ground.studio(seats=2, people=1, role="GUEST")
    [dan] = studio.people
    applied = await apply(ground.portal, dan, await offered(operator, kind="BETA"))
    await studio.assigns(dan)

    decided = await operator.ask(DecideBeta(application_id=application_of(applied), approve=True))

    assert code_of(decided) is RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED


async def test_T33_a_guests_trial_waits_while_he_has_a_seat_and_goes_on_after(
    ground: Ground, operator: Portal
) -> None:
    studio = await ground.studio(seats=2, people=1, role="GUEST")
    [dan] = studio.people
    await apply(ground.portal, dan, await offered(operator))
    assert await rights(ground.portal, dan) == ("TRIAL",)

    await studio.assigns(dan)
    assert await rights(ground.portal, dan) == ("ORGANIZATION",)
    assert await personal(ground.portal, dan) == [(LUMEN, "TRIAL", False)]

    await studio.revokes(dan)
    assert await rights(ground.portal, dan) == ("TRIAL",)


async def test_R32_R33_an_administrator_touches_no_trial(ground: Ground, operator: Portal) -> None:
    studio = await ground.studio(seats=2, people=2)
    ben, chloe = studio.people
    await apply(ground.portal, ben, await offered(operator))

    taken, moved = await studio.revokes(ben), await studio.reassigns(ben, chloe)

    assert code_of(taken) is RefusalCode.TRIAL_OR_BETA_NOT_REVOCABLE
    assert code_of(moved) is RefusalCode.TRIAL_OR_BETA_NOT_REASSIGNABLE
    assert await rights(ground.portal, ben) == ("TRIAL",)


async def test_A15_what_operators_offer_stands_in_their_trail(
    ground: Ground, operator: Portal, told: Listener
) -> None:
    offer = await offered(operator)

    def of_this(acts: list[LicensingActRecorded]) -> list[LicensingActRecorded]:
        return [act for act in acts if act.after.get("offer") == offer]

    acts = await eventually(
        lambda: said(told, LicensingActRecorded, NOBODY), lambda seen: bool(of_this(seen))
    )
    assert of_this(acts)[0].act == "set_offer"
