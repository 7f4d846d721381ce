"""Steps 5 to 8: who may order, who may draw on the pool, and a Guest with credits of his own."""

from datetime import timedelta

from deploy.operator.demo.beginning import (
    LICENSES_END,
    LUMEN,
    SEATS,
    organization_of,
    seats_of,
)
from deploy.operator.demo.ordering import (
    IN_JANUARY,
    may_not_order,
    may_not_order_licenses,
    orders_licenses,
    pays,
)
from deploy.operator.demo.scene import Scene, Unexpected, until
from deploy.operator.demo.store import seats
from shared.contracts.credit_orders import GrantTrialCredits
from shared.contracts.credits import CaptureHold, SetCreditAccess
from shared.contracts.licensing import ReassignLicense, RevokeLicense
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode
from shared.contracts.trials import ApplyForTrial, SetOffer
from shared.contracts.work import Work

TIDE = "Tide"
TIDE_TRIAL = "tide trial"
LUMEN_TRIAL = "lumen trial"
VALE = "Vale"
LATE = timedelta(minutes=20)


async def members_do_not_buy(scene: Scene) -> str:
    code = RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    await may_not_order(scene, "Ben", "O-6", code)
    await may_not_order(scene, "Ben", "O-7", code, channel="RESELLER")
    await may_not_order_licenses(scene, "Ben", "O-6", "STORE")
    await may_not_order_licenses(scene, "Ben", "O-7", "RESELLER")
    return "Ben is a Member: he orders nothing, neither in the store nor through a reseller"


async def trials_are_theirs(scene: Scene) -> str:
    for offer, product in ((TIDE_TRIAL, TIDE), (LUMEN_TRIAL, LUMEN)):
        await scene.does("Oz", SetOffer(offer=offer, product=product, kind="TRIAL", days=30))
    await scene.does("Ben", ApplyForTrial(offer=TIDE_TRIAL), owner=scene.ids["Ben"])
    ben, chloe = scene.ids["Ben"], scene.ids["Chloe"]
    await scene.is_refused(
        "Ana",
        RevokeLicense(product=TIDE, account_id=ben),
        RefusalCode.TRIAL_OR_BETA_NOT_REVOCABLE,
        "Ana revoking Ben's trial",
    )
    await scene.is_refused(
        "Ana",
        ReassignLicense(product=TIDE, from_account_id=ben, to_account_id=chloe),
        RefusalCode.TRIAL_OR_BETA_NOT_REASSIGNABLE,
        "Ana giving Ben's trial to Chloe",
    )
    return "Ben takes a trial of the product Tide; Ana can neither take it back nor pass it on"


async def access_is_set(scene: Scene) -> str:
    await scene.does("Ana", SetCreditAccess(account_id=scene.ids["Ben"], mode="unlimited"))
    await scene.does("Ana", quota(scene, "Chloe", "120"))
    code = RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    await scene.is_refused("Ana", quota(scene, "Dan", "100"), code, "a quota for Dan")
    await scene.does("Ana", quota(scene, "Eva", "300"))
    code = RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR
    await scene.is_refused("Ana", quota(scene, "Ana", "50"), code, "a quota for Ana herself")
    await scene.may_not_hold("Dan", "1", "J0", RefusalCode.CREDIT_ACCESS_DISABLED)
    await scene.pool_becomes("500/0/500")
    return (
        "Ben may spend without limit, Chloe 120 credits, Eva 300: all of one pool, none set aside"
    )


async def quota_binds(scene: Scene) -> str:
    await scene.holds_for("Chloe", "90", "J1")
    await scene.pool_becomes("500/90/410")
    await scene.may_not_hold("Chloe", "60", "J2", RefusalCode.QUOTA_EXCEEDED)
    captured = await scene.captures("Chloe", "J1", "50", final=False)
    letter, _ = scene.stage.letters[-1]
    if await scene.stage.send_again(letter) != captured:
        message = "the capture sent again got another verdict"
        raise Unexpected(message)
    await scene.does("Chloe", _late_part(scene))
    await scene.pool_becomes("416/0/416")
    return (
        "Chloe's J1 holds 90 credits; 50 are reported twice, 34 late: 84 charged once, 6 released"
    )


async def one_pool_at_a_time(scene: Scene) -> str:
    dan = scene.ids["Dan"]
    await scene.holds_for("Dan", "40", "his own frames", owner=dan)
    await scene.captures("Dan", "his own frames", "40", owner=dan)
    await scene.pool_becomes("0/0/0", of="Dan")
    await scene.does("Ana", quota(scene, "Dan", "100"))
    code = RefusalCode.ORGANIZATIONAL_CREDITS_ASSIGNED
    await may_not_order(scene, "Dan", "O-8", code)
    trial = GrantTrialCredits(
        offer="ten to begin with", credits=parse_credits("10"), expires_at=IN_JANUARY
    )
    await scene.is_refused("Dan", trial, code, "Dan's trial credits", owner=dan)
    await _a_license_of_his_own(scene)
    await scene.is_refused(
        "Dan",
        ApplyForTrial(offer=LUMEN_TRIAL),
        RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED,
        "Dan trying what he has a seat of",
        owner=dan,
    )
    await scene.does("Dan", ApplyForTrial(offer=TIDE_TRIAL), owner=dan)
    await scene.pool_becomes("416/0/416")
    return "Dan spends his own 40 credits; now Ana may give him a quota, and he buys licenses only"


def quota(scene: Scene, who: str, limit: str) -> SetCreditAccess:
    """Write the act by which somebody gets a quota."""
    return SetCreditAccess(account_id=scene.ids[who], mode="quota", limit=parse_credits(limit))


def _late_part(scene: Scene) -> CaptureHold:
    """The last part of J1, told long after it was rendered (A18)."""
    rendered = scene.stage.clock.now() - LATE
    work = Work(
        product=LUMEN,
        node="rn-02",
        frame_first=26,
        frame_last=42,
        tags={"shot": "010"},
        occurred_at=rendered,
    )
    amount = parse_credits("34")
    return CaptureHold(hold_id=scene.holds["J1"], amount=amount, final=True, work=work)


async def _a_license_of_his_own(scene: Scene) -> None:
    """What Dan buys is his, and adds no seat to Larkspur Visual (R43, R44)."""
    company = await organization_of(scene, "Dan")
    line = seats(VALE, 1, ends=LICENSES_END)
    await orders_licenses(scene, "Dan", "O-9", line, owner=company)
    await pays(scene, "O-9", "Dan", line)
    await until("Dan's Vale", lambda: seats_of(scene, "Dan", company), lambda s: VALE in s)
    larkspur = await seats_of(scene, "Ana", scene.organization)
    if larkspur[LUMEN] != SEATS or VALE in larkspur:
        message = f"Dan's license changed the seats of Larkspur Visual: {larkspur}"
        raise Unexpected(message)
