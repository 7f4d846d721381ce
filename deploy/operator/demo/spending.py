"""Steps 9 to 13: holds and captures at their limits, a removal mid-frame, a node that dies."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.operator.demo.beginning import LUMEN
from deploy.operator.demo.moving_clock import advance
from deploy.operator.demo.ordering import IN_JANUARY, buys, orders, pays, takes_back
from deploy.operator.demo.scene import Scene
from deploy.operator.demo.sharing import quota
from deploy.operator.demo.store import credit_line
from shared.contracts.credit_access import DecideRequest, EditQuota, RequestCredits
from shared.contracts.credit_facts import CreditsClawedBack, HoldsExpired
from shared.contracts.credit_notices import CreditsRequested, PoolLow, RequestDeclined
from shared.contracts.credits import SetCreditAccess
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import MemberOffboarded, RemoveMember
from shared.contracts.money import parse_credits
from shared.contracts.purchases import OrderRefunded
from shared.contracts.refusals import RefusalCode

IN_JUNE = datetime(2026, 6, 15, tzinfo=UTC)
LEASE_SECONDS = 900
REFUNDED_UNPAID = "50"


async def pool_binds(scene: Scene) -> str:
    await scene.holds_for("Ben", "380", "J3")
    await scene.may_not_hold("Eva", "200", "J4", RefusalCode.POOL_INSUFFICIENT)
    await scene.may_not_hold("Eva", "5", "J4", RefusalCode.NO_ENTITLEMENT, product=LUMEN)
    await scene.holds_for("Eva", "30", "J4")
    await scene.pool_becomes("416/410/6")
    return (
        "Ben's J3 holds 380 credits. For Eva's J4 her quota covers 200, the pool does not; 30 are"
        " held, but none for a product that she has no seat of"
    )


async def alarm_is_raised(scene: Scene) -> str:
    await scene.hears(PoolLow, times=2)
    await scene.does("Ana", edited(scene, "Chloe", "60"))
    await scene.may_not_hold("Chloe", "1", "J5", RefusalCode.QUOTA_EXCEEDED)
    wish = RequestCredits(
        mode="quota", limit=parse_credits("400"), reason="The fly-through has twice the frames"
    )
    asked = await scene.does("Eva", wish)
    await scene.hears(CreditsRequested)
    request = UUID(str((asked.result or {})["request_id"]))
    declined = DecideRequest(request_id=request, approve=False, reason="Not before the next top-up")
    await scene.does("Ana", declined)
    await scene.hears(RequestDeclined)
    return (
        "6 of 500 credits are left, Ana is alerted; she lowers Chloe's quota to 60, of which 84 are"
        " used, and declines a quota of 400 that Eva asks for"
    )


async def soonest_lot_first(scene: Scene) -> str:
    await buys(scene, "Ana", "O-10", credit_line("200", ends=IN_JUNE))
    await scene.pool_becomes("616/410/206")
    await scene.extends("Ben", "J3", "40")
    await scene.pool_becomes("616/450/166")
    await scene.captures("Ben", "J3", "410")
    await scene.pool_becomes("206/30/176")
    return (
        "Ana buys 200 credits that expire in June; J3 holds 40 more, of those first; 410 charged,"
        " 10 released"
    )


async def refund_comes_first(scene: Scene) -> str:
    line = credit_line(REFUNDED_UNPAID, ends=IN_JANUARY)
    await orders(scene, "Ana", "O-11", line)
    await takes_back(scene, OrderRefunded, "O-11", "Ana", REFUNDED_UNPAID)
    await pays(scene, "O-11", "Ana", line)
    await scene.hears(CreditsClawedBack)
    await scene.pool_becomes("206/30/176")
    return (
        "Ana orders 50 and takes it back; the refund is heard before the payment: nothing changes"
    )


async def removed_mid_frame(scene: Scene) -> str:
    await scene.does("Ana", edited(scene, "Chloe", "150"))
    await scene.holds_for("Chloe", "50", "J6")
    await scene.does("Ana", RemoveMember(account_id=scene.ids["Chloe"]))
    eva = AssignLicense(product=LUMEN, account_id=scene.ids["Eva"])
    await scene.does_when_heard("Ana", eva, RefusalCode.NO_SEAT_AVAILABLE)
    await scene.stage.facts.hears(MemberOffboarded)
    await scene.may_not_hold("Chloe", "1", "J8", RefusalCode.CREDIT_ACCESS_DISABLED)
    await scene.captures("Chloe", "J6", "38")
    await scene.captures("Eva", "J4", "30")
    await scene.pool_becomes("138/0/138")
    return (
        "Ana removes Chloe while J6 renders: it may end, she begins nothing new, Eva gets the seat"
    )


async def free_to_buy(scene: Scene) -> str:
    await buys(scene, "Chloe", "O-12", credit_line("25", ends=IN_JANUARY))
    await scene.pool_becomes("25/0/25", of="Chloe")
    await scene.pool_becomes("138/0/138")
    return "Chloe is in no organization now and buys 25 credits of her own; the pool does not move"


async def node_dies(scene: Scene) -> str:
    await scene.holds_for("Eva", "20", "J7", node="rn-03", lease_seconds=LEASE_SECONDS)
    await scene.extends("Eva", "J7", "0", metered="5", lease_seconds=LEASE_SECONDS)
    await scene.pool_becomes("138/20/118")
    before = scene.stage.facts.heard_of[HoldsExpired.ROUTING_KEY, str(scene.organization)]
    advance(scene.stage.home, timedelta(seconds=LEASE_SECONDS + 1))
    await scene.hears(HoldsExpired, times=before + 1)
    await scene.pool_becomes("133/0/133")
    return "Eva's J7 holds 20; its node reports 5 and dies: the lease ends, 5 charged, 15 released"


async def access_is_closed(scene: Scene) -> str:
    for name in ("Ben", "Eva"):
        await scene.does("Ana", SetCreditAccess(account_id=scene.ids[name], mode="disabled"))
        await scene.may_not_hold(name, "1", "J9", RefusalCode.CREDIT_ACCESS_DISABLED)
    await scene.does("Ana", SetCreditAccess(account_id=scene.ids["Ben"], mode="unlimited"))
    await scene.does("Ana", quota(scene, "Eva", "300"))
    await scene.pool_becomes("133/0/133")
    return "Ana closes the pool to Ben and Eva, both are refused at once; she opens it again"


def edited(scene: Scene, who: str, limit: str) -> EditQuota:
    """Write the act by which somebody's quota gets another limit."""
    return EditQuota(account_id=scene.ids[who], limit=parse_credits(limit))
