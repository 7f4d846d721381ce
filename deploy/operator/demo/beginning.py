"""Steps 1 to 4: the organization appears, buys, fills with people and hands out seats."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.operator.demo.ordering import IN_JANUARY, orders, pays
from deploy.operator.demo.scene import Scene, Unexpected, accepted, until
from deploy.operator.demo.setting_up import address
from deploy.operator.demo.store import credit_line, seats
from shared.contracts.accounts import RegisterAccount, ShowAccount
from shared.contracts.checkouts import CloseCheckout, OpenCheckout
from shared.contracts.licensing import AssignLicense, ListLicenses, ReassignLicense
from shared.contracts.message import Verdict
from shared.contracts.organizations import RenameOrganization
from shared.contracts.refusals import RefusalCode

LUMEN = "Lumen for Max"
LUMEN_FOR_RHINO = "Lumen for Rhino"
LICENSES_END = datetime(2026, 6, 25, tzinfo=UTC)
FIRST_LOT = "O-5"
A_WEEK = timedelta(days=7)
SEATS = 3


async def organization_appears(scene: Scene) -> str:
    for name, account in scene.ids.items():
        data = RegisterAccount(account_id=account, email=address(name), name=name)
        accepted(await scene.stage.ask(data, by=account), f"registering {name}")
    rhino = seats(LUMEN_FOR_RHINO, 1, ends=LICENSES_END)
    await pays(scene, "O-1", "Ana", rhino)
    await pays(scene, "O-2", "Fay", seats(LUMEN, 1, ends=LICENSES_END, kind="EDU"))
    await pays(scene, "O-3", "Eva", seats(LUMEN_FOR_RHINO, 1, ends=LICENSES_END, kind="EDU"))
    # Dan is his own company, so his own credits are the pool of another organization (A11).
    credits = credit_line("40", ends=IN_JANUARY)
    his_rhino = seats(LUMEN_FOR_RHINO, 1, ends=LICENSES_END, line_no=2)
    await pays(scene, "O-4", "Dan", credits, his_rhino, ago=A_WEEK)
    scene.organization = await organization_of(scene, "Ana")
    if _organization_in(await _account(scene, "Fay")):
        message = "Fay has an organization, though she holds an EDU license only"
        raise Unexpected(message)
    await scene.does("Ana", RenameOrganization(name="Larkspur Visual"))
    await scene.pool_becomes("0/0/0")
    return (
        "Ana's commercial license activates: an organization appears by itself, she names it"
        " Larkspur Visual"
    )


async def one_order_however_often(scene: Scene) -> str:
    line = credit_line("500", ends=IN_JANUARY)
    max_seats = seats(LUMEN, SEATS, ends=LICENSES_END, line_no=2)
    await orders(scene, "Ana", FIRST_LOT, line)
    await pays(scene, FIRST_LOT, "Ana", line, max_seats, times=3)
    await scene.pool_becomes("500/0/500")
    return "Ana orders 500 credits and 3 seats; the store says so three times, they come once"


async def seats_are_given(scene: Scene) -> str:
    await until(
        "three seats",
        lambda: seats_of(scene, "Ana", scene.organization),
        lambda found: found.get(LUMEN) == SEATS,
    )
    for name in ("Ben", "Chloe", "Dan"):
        data = AssignLicense(product=LUMEN, account_id=scene.ids[name])
        await scene.does_when_heard("Ana", data, RefusalCode.NOT_IN_ORGANIZATION)
    code = RefusalCode.NO_SEAT_AVAILABLE
    eva = AssignLicense(product=LUMEN, account_id=scene.ids["Eva"])
    await scene.is_refused("Ana", eva, code, "a fourth seat, for Eva")
    for giver, taker in (("Chloe", "Eva"), ("Eva", "Chloe")):
        await scene.does(
            "Ana",
            ReassignLicense(
                product=LUMEN,
                from_account_id=scene.ids[giver],
                to_account_id=scene.ids[taker],
            ),
        )
    return "Ana gives Ben, Chloe and Dan a seat each; Chloe's passes to Eva and back"


async def both_at_once(scene: Scene) -> str:
    opened = []
    for product in (LUMEN_FOR_RHINO, LUMEN):
        data = OpenCheckout(product=product, machine="dan-laptop")
        opened.append((await scene.does("Dan", data, owner=scene.ids["Dan"])).result or {})
    whose = [UUID(str(one["organization_id"])) for one in opened]
    if whose != [await organization_of(scene, "Dan"), scene.organization]:
        message = f"Dan's two products come from {whose}"
        raise Unexpected(message)
    for one in opened:
        closes = CloseCheckout(checkout_id=UUID(str(one["checkout_id"])))
        await scene.does("Dan", closes, owner=scene.ids["Dan"])
    return "Dan runs his own Lumen for Rhino and the studio's Lumen for Max at the same time"


async def organization_of(scene: Scene, who: str) -> UUID:
    """Wait until somebody administers an organization, and name it."""
    shown = await until(
        f"{who}'s organization", lambda: _account(scene, who), lambda v: bool(_organization_in(v))
    )
    return UUID(_organization_in(shown))


async def seats_of(scene: Scene, who: str, organization: UUID) -> dict[str, int]:
    """Read how many seats an organization of somebody's has, by product."""
    verdict = await scene.stage.ask(ListLicenses(), by=scene.ids[who], owner=organization)
    products = (verdict.result or {}).get("products")
    listed = products if isinstance(products, list) else []
    return {str(p["product"]): int(str(p["seats"])) for p in listed if isinstance(p, dict)}


async def _account(scene: Scene, who: str) -> Verdict:
    account = scene.ids[who]
    return await scene.stage.ask(ShowAccount(account_id=account), by=account)


def _organization_in(verdict: Verdict) -> str:
    return str((verdict.result or {}).get("organization_id") or "")
