"""Steps 14 and 15: time passes, lots and licenses run out, a bank takes money back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.operator.demo.beginning import FIRST_LOT, LUMEN, SEATS
from deploy.operator.demo.moving_clock import advance, set_clock
from deploy.operator.demo.ordering import (
    IN_JANUARY,
    buys,
    may_not_order,
    orders,
    orders_licenses,
    pays,
    takes_back,
)
from deploy.operator.demo.scene import Scene, Unexpected, until
from deploy.operator.demo.store import credit_line, seats
from shared.contracts.credit_facts import DebtRaised, DebtRepaid
from shared.contracts.membership import ListMembers
from shared.contracts.organizations import OrganizationActivated, OrganizationLapsed
from shared.contracts.purchases import OrderChargedBack
from shared.contracts.refusals import RefusalCode
from shared.contracts.transfers import AcceptTransfer, RequestTransfer

A_DAY = timedelta(days=1)
JULY = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
RENEWED_UNTIL = datetime(2027, 6, 30, tzinfo=UTC)
STILL_THERE = 4


async def handed_over(scene: Scene) -> str:
    line = credit_line("100", ends=IN_JANUARY)
    await orders(scene, "Ana", "O-13", line)
    asked = await scene.does("Ana", RequestTransfer(to_account_id=scene.ids["Ben"]))
    transfer = UUID(str((asked.result or {})["transfer_id"]))
    advance(scene.stage.home, A_DAY)
    await scene.does("Ben", AcceptTransfer(transfer_id=transfer))
    scene.administrator = "Ben"
    await until("Ana to be a Member", lambda: scene.role_of("Ana"), lambda r: r == "MEMBER")
    await may_not_order(scene, "Ana", "O-17", RefusalCode.MEMBERS_MAY_NOT_PURCHASE)
    await pays(scene, "O-13", "Ana", line)
    await scene.pool_becomes("233/0/233")
    return "Ana orders 100 and makes Ben the Administrator; paid a day later, they go to the pool"


async def summer_comes(scene: Scene) -> str:
    facts = scene.stage.facts
    activated = facts.heard[OrganizationActivated.ROUTING_KEY]
    set_clock(scene.stage.home, JULY)
    await scene.pool_becomes("116/0/116")
    await facts.hears(OrganizationLapsed)
    renewed = seats(LUMEN, SEATS, ends=RENEWED_UNTIL)
    await orders_licenses(scene, "Ben", "O-14", renewed, owner=scene.organization)
    await pays(scene, "O-14", "Ben", renewed)
    await facts.hears(OrganizationActivated, times=activated + 1)
    members = ((await scene.does("Ben", ListMembers())).result or {}).get("members")
    if not isinstance(members, list) or len(members) != STILL_THERE:
        message = f"people left while the organization had lapsed: {members}"
        raise Unexpected(message)
    return "July: 117 of the credits for June expire; the licenses end and are renewed, nobody left"


async def bank_takes_back(scene: Scene) -> str:
    await takes_back(scene, OrderChargedBack, FIRST_LOT, "Ana", "150")
    await scene.hears(DebtRaised)
    await scene.pool_becomes("0/0/0")
    await until("a debt of 34", scene.figures, lambda figures: figures["debt"] == "34")
    await scene.may_not_hold("Eva", "1", "J10", RefusalCode.ORGANIZATION_IN_DEBT)
    return "Ana's bank takes the money for 150 credits back: the 116 left go, 34 are owed now"


async def debt_is_repaid(scene: Scene) -> str:
    await buys(scene, "Ben", "O-15", credit_line("100", ends=IN_JANUARY))
    await scene.hears(DebtRepaid)
    await scene.pool_becomes("66/0/66")
    return "Ben buys 100: the 34 owed are repaid first, 66 can be spent"
