"""Steps 7 to 13: holds and captures at their limits, a removal mid-frame, a node that dies."""

from datetime import UTC, datetime, timedelta

from deploy.operator.demo.beginning import LUMEN, credit_line, quota
from deploy.operator.demo.moving_clock import advance
from deploy.operator.demo.scene import Scene, Unexpected, until
from shared.contracts.credits import HoldsExpired, SetCreditAccess
from shared.contracts.licensing import AssignLicense
from shared.contracts.membership import RemoveMember
from shared.contracts.refusals import RefusalCode

L2_ENDS = datetime(2026, 6, 15, tzinfo=UTC)
LEASE_SECONDS = 900


async def quota_binds(scene: Scene) -> str:
    await scene.holds_for("Chloe", "90", "J1")
    await scene.pool_becomes("500/90/410")
    await scene.may_not_hold("Chloe", "60", "J2", RefusalCode.QUOTA_EXCEEDED)
    captured = await scene.captures("Chloe", "J1", "84")
    letter, _ = scene.stage.letters[-1]
    if await scene.stage.send_again(letter) != captured:
        message = "the capture sent again got another verdict"
        raise Unexpected(message)
    await scene.pool_becomes("416/0/416")
    return "Chloe holds 90 for J1, captures 84 of it, twice by mistake: charged once, 6 released"


async def pool_binds(scene: Scene) -> str:
    await scene.holds_for("Ben", "380", "J3")
    await scene.may_not_hold("Eva", "200", "J4", RefusalCode.POOL_INSUFFICIENT)
    await scene.holds_for("Eva", "30", "J4")
    await scene.pool_becomes("416/410/6")
    return "Ben holds 380 for J3; Eva's quota covers 200 but the pool does not, 30 it does"


async def quota_is_lowered(scene: Scene) -> str:
    await scene.does("Ana", quota(scene, "Chloe", "60"))
    await scene.may_not_hold("Chloe", "1", "J5", RefusalCode.QUOTA_EXCEEDED)
    return "Ana lowers Chloe's quota to 60, below the 84 she used: what is spent stays spent"


async def soonest_lot_first(scene: Scene) -> str:
    await scene.stage.store_says("O-5", scene.ids["Ana"], credit_line("200", ends=L2_ENDS))
    await scene.pool_becomes("616/410/206")
    await scene.holds_for("Ben", "40", "J3, more frames")
    await scene.captures("Ben", "J3, more frames", "40")
    await scene.captures("Ben", "J3", "370")
    await scene.pool_becomes("206/30/176")
    return "Ana buys 200 that end in June; J3 needs 40 more, drawn from them first, then 370 of 380"


async def removed_mid_frame(scene: Scene) -> str:
    await scene.does("Ana", quota(scene, "Chloe", "150"))
    await scene.holds_for("Chloe", "50", "J6")
    await scene.does("Ana", RemoveMember(account_id=scene.ids["Chloe"]))
    eva = AssignLicense(product=LUMEN, account_id=scene.ids["Eva"])
    await scene.does_when_heard("Ana", eva, RefusalCode.NO_SEAT_AVAILABLE)
    await until("Chloe to lose access", lambda: scene.role_of("Chloe"), lambda r: r != "MEMBER")
    await scene.may_not_hold("Chloe", "1", "J8", RefusalCode.CREDIT_ACCESS_DISABLED)
    await scene.captures("Chloe", "J6", "38")
    await scene.captures("Eva", "J4", "30")
    await scene.pool_becomes("138/0/138")
    return "Ana removes Chloe while J6 renders: seat to Eva, no new holds, the frame still ends"


async def node_dies(scene: Scene) -> str:
    await scene.holds_for("Eva", "20", "J7", node="rn-03", lease_seconds=LEASE_SECONDS)
    await scene.captures("Eva", "J7", "5", final=False)
    before = scene.stage.facts.heard[HoldsExpired.ROUTING_KEY]
    advance(scene.stage.home, timedelta(seconds=LEASE_SECONDS + 1))
    await scene.stage.facts.hears(HoldsExpired, times=before + 1)
    await scene.pool_becomes("133/0/133")
    return "Eva's J7 holds 20; rn-03 dies after 5; its lease lapses and 15 come free by themselves"


async def access_is_closed(scene: Scene) -> str:
    for name in ("Ben", "Eva"):
        await scene.does("Ana", SetCreditAccess(account_id=scene.ids[name], mode="disabled"))
        await scene.may_not_hold(name, "1", "J9", RefusalCode.CREDIT_ACCESS_DISABLED)
    await scene.does("Ana", SetCreditAccess(account_id=scene.ids["Ben"], mode="unlimited"))
    await scene.does("Ana", quota(scene, "Eva", "300"))
    await scene.pool_becomes("133/0/133")
    return "Ana disables Ben and Eva, both are refused at once; she restores them"
