"""How people of the story order credits, and how the store says what became of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.operator.demo import store
from deploy.operator.demo.scene import Scene
from shared.contracts.credit_orders import OrderedCredits, PlaceCreditOrder
from shared.contracts.licensing import OrderedLicense, PlaceLicenseOrder
from shared.contracts.purchases import Channel, CreditLine, CreditsTakenBack, LicenseLine, OrderLine
from shared.contracts.refusals import RefusalCode

IN_JANUARY = datetime(2027, 1, 31, tzinfo=UTC)


async def orders(scene: Scene, who: str, order_id: str, line: CreditLine) -> None:
    """Somebody orders credits; whose they will be is remembered until they are paid (A14)."""
    await scene.does(who, _order(order_id, line, "STORE"), owner=_wallet_of(scene, who))


async def may_not_order(
    scene: Scene, who: str, order_id: str, code: RefusalCode, channel: Channel = "STORE"
) -> None:
    """Somebody orders credits for himself and is refused."""
    order = _order(order_id, store.credit_line("50", ends=IN_JANUARY), channel)
    where = "the store" if channel == "STORE" else "a reseller"
    await scene.is_refused(
        who, order, code, f"{who}'s order of 50 credits at {where}", owner=scene.ids[who]
    )


async def may_not_order_licenses(scene: Scene, who: str, order_id: str, channel: Channel) -> None:
    """A Member orders a seat for himself and is refused (R29, R30)."""
    order = _order_of_licenses(order_id, store.seats("Tide", 1, ends=IN_JANUARY), channel)
    code = RefusalCode.MEMBERS_MAY_NOT_PURCHASE
    where = "the store" if channel == "STORE" else "a reseller"
    what = f"{who}'s order of a license at {where}"
    await scene.is_refused(who, order, code, what, owner=scene.ids[who])


async def orders_licenses(
    scene: Scene, who: str, order_id: str, line: LicenseLine, *, owner: UUID
) -> None:
    """Somebody orders licenses; whose they will be is remembered until they are paid (A14)."""
    await scene.does(who, _order_of_licenses(order_id, line, "STORE"), owner=owner)


async def pays(
    scene: Scene,
    order_id: str,
    who: str,
    *lines: OrderLine,
    times: int = 1,
    ago: timedelta = timedelta(),
) -> None:
    """The store tells that somebody's order is paid; it may have been placed long ago."""
    placed_at = scene.stage.clock.now() - ago
    order = store.paid(order_id, scene.ids[who], lines, placed_at)
    await scene.stage.store_says(order, times=times)


async def buys(scene: Scene, who: str, order_id: str, line: CreditLine) -> None:
    """Somebody orders credits and pays at once."""
    await orders(scene, who, order_id, line)
    await pays(scene, order_id, who, line)


async def takes_back(
    scene: Scene, kind: type[CreditsTakenBack], order_id: str, who: str, amount: str
) -> None:
    """The store or a bank takes the money for credits of an order back."""
    now = scene.stage.clock.now()
    await scene.stage.store_says(store.taken_back(kind, order_id, scene.ids[who], amount, now))


def _wallet_of(scene: Scene, who: str) -> UUID:
    """The Administrator orders for the organization, everybody else for himself (R12, R44)."""
    return scene.organization if who == scene.administrator else scene.ids[who]


def _order(order_id: str, line: CreditLine, channel: Channel) -> PlaceCreditOrder:
    ordered = OrderedCredits(line_no=line.line_no, credits=line.credits, expires_at=line.expires_at)
    return PlaceCreditOrder(
        store=store.STORE_NAME, order_id=order_id, channel=channel, lines=(ordered,)
    )


def _order_of_licenses(order_id: str, line: LicenseLine, channel: Channel) -> PlaceLicenseOrder:
    ordered = OrderedLicense(
        line_no=line.line_no,
        product=line.product,
        license_kind=line.license_kind,
        seats=line.seats,
        expires_at=line.expires_at,
    )
    return PlaceLicenseOrder(
        store=store.STORE_NAME, order_id=order_id, channel=channel, lines=(ordered,)
    )
