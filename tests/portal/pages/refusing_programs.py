"""How refusals come about that programs are told at the API; each is one call in one house."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from shared.contracts.accounts import ShowAccount
from shared.contracts.credit_queries import ShowHold, ShowPool
from shared.contracts.credits import AuthorizeHold, CaptureHold, SetCreditAccess
from shared.contracts.licensing import ListLicenses
from shared.contracts.message import CommandData, Verdict
from shared.contracts.refusals import RefusalCode as C
from tests.builders import LUMEN, a_credit_line, a_license_line, a_purchase, a_refund, an_id
from tests.portal.api.calling import makes_token, program
from tests.portal.operator.conftest import an_operator
from tests.portal.pages.refusing import seated
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.waiting import eventually

CREDIT = 1_000_000
OFTEN = ("read", "people", "licenses", "credits", "node")
# A trial, an organizational license that is over, and one of somebody's own.
TIDE, OLD, DRIFT = (f"{name} {an_id().hex[-6:]}" for name in ("Tide", "Lumen 1", "Drift"))
WHY = {"reason": "Settled by contract."}
# For a license to be heard of, and to end while the house is furnished.
FOR_A_MOMENT = timedelta(seconds=8)
# Long before any id was minted, and long after.
LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
TOO_LONG = "x" * 2_000_000


@dataclass
class House:
    """A studio of 500 credits, its people, and what stands in it for calls to stumble over."""

    portal: Site
    studio: Studio
    people: Mapping[str, UUID]
    known: dict[str, str] = field(default_factory=dict)
    _secrets: dict[tuple[UUID, bool], str] = field(default_factory=dict)

    async def calls(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401  # of httpx
        """Call as somebody: `/o/...` is the studio, `/a/...` his own account."""
        account = self.people[who]
        is_own = path.startswith("/a/")
        place = f"/accounts/{account}" if is_own else f"/organizations/{self.studio.id}"
        path = path.replace("/a/" if is_own else "/o/", f"{place}/", 1)
        async with program(self.portal, await self._secret(account, who, is_own=is_own)) as client:
            return await client.request(method, path, **options)

    async def _secret(self, account: UUID, who: str, *, is_own: bool) -> str:
        if (account, is_own) not in self._secrets:
            scopes = (*OFTEN, "operator") if who == "oz" else OFTEN
            at = None if is_own or who == "oz" else self.studio.id
            made = await makes_token(self.portal, account, organization=at, scopes=scopes)
            self._secrets[account, is_own] = made["secret"]
        return self._secrets[account, is_own]


@dataclass(frozen=True)
class Call:
    """One call, whose path and fields may name people and things of the house in braces."""

    who: str
    method: str
    path: str
    body: Mapping[str, Any] | str | None = None
    key: UUID | None = None

    async def made(self, house: House) -> httpx.Response:
        headers = {} if self.key is None else {"Idempotency-Key": str(self.key)}
        named = {**house.known, **{name: str(one) for name, one in house.people.items()}}
        path = self.path.format_map(named)
        options: dict[str, Any] = {"headers": headers}
        if isinstance(self.body, str):
            options["content"] = self.body
            headers["Content-Type"] = "application/json"
        elif self.body is not None:
            options["json"] = _filled(self.body, named)
        return await house.calls(self.who, self.method, path, **options)


def _filled(value: Any, named: Mapping[str, str]) -> Any:  # noqa: ANN401  # what JSON has
    match value:
        case str():
            return value.format_map(named)
        case Mapping():
            return {name: _filled(one, named) for name, one in value.items()}
        case list():
            return [_filled(one, named) for one in value]
        case _:
            return value


async def a_house(portal: Site, studio: Studio) -> House:
    """Ana's: Ben is a Member, Dora a Guest, Mona is in none and Oz is the vendor's."""
    house = House(
        portal,
        studio,
        {
            "ana": studio.ana,
            "ben": await studio.joined_by("MEMBER", name="Ben"),
            "dora": await studio.joined_by("GUEST", name="Dora"),
            "mona": await studio.registered("Mona"),
            "oz": await an_operator(studio.people),
        },
    )
    shown = await studio.people.ask(ShowAccount(account_id=studio.ana), by=studio.ana)
    house.known["number"] = str((shown.result or {})["customer_number"])
    await studio.buys("500")
    await _draw_on_the_pool(house)
    await _own_and_hold_licenses(house)
    await _fall_into_debt(house, house.people["mona"])
    return house


async def _draw_on_the_pool(house: House) -> None:
    """Ben's first hold is captured, the other one has run out; Dora may draw too."""
    studio, ben = house.studio, house.people["ben"]
    for who in (ben, house.people["dora"]):
        await _done(studio.does(SetCreditAccess(account_id=who, mode="unlimited")))
    house.known["captured"] = hold = await _held(studio, ben)
    await _done(studio.does(CaptureHold(hold_id=UUID(hold), amount=10 * CREDIT)))
    house.known["expired"] = hold = await _held(studio, ben, lease_seconds=1)

    async def shown() -> str:
        found = await studio.does(ShowHold(hold_id=UUID(hold)))
        return str((found.result or {})["state"])

    await eventually(shown, lambda state: state == "expired")


async def _own_and_hold_licenses(house: House) -> None:
    """Dora has a seat, a license of her own and a trial; one that the studio bought is over."""
    studio, dora = house.studio, house.people["dora"]
    ends = datetime.now(UTC) + FOR_A_MOMENT
    over = a_license_line(product=OLD, expires_at=ends, seats=1)
    await studio.shop.says(a_purchase(account_id=studio.ana, lines=(over,)))
    own = a_license_line(product=DRIFT, license_kind="EDU", seats=1)
    await studio.shop.says(a_purchase(account_id=dora, lines=(own,)))
    for name, product in (("tide", TIDE), ("lumen", LUMEN)):
        house.known[name] = offer = f"trial of {product} {an_id().hex[-6:]}"
        fields = {"offer": offer, "product": product, "kind": "TRIAL", "days": 30}
        assert (await house.calls("oz", "PUT", "/offers", json=fields)).is_success
    applied = {"offer": house.known["tide"]}
    assert (await house.calls("dora", "POST", "/a/trials", json=applied)).is_success
    for who in (house.people["ben"], dora):
        await seated(studio, who)
    for product in (DRIFT, TIDE):
        await _lists(studio, ListLicenses(), dora, dora, product)
    gone = f"'product': '{OLD}', 'seats': 0"
    await _lists(studio, ListLicenses(), studio.ana, studio.id, gone)


async def _fall_into_debt(house: House, who: UUID) -> None:
    """Credits that were spent are taken back."""
    studio = house.studio
    paid = a_purchase(account_id=who, lines=(a_credit_line(credits=10 * CREDIT),))
    await studio.shop.says(paid)
    await _lists(studio, ShowPool(), who, who, "'available': '10'")
    hold = await _held(studio, who, owner=who)
    capture = CaptureHold(hold_id=UUID(hold), amount=10 * CREDIT)
    await _done(studio.people.ask(capture, by=who, owner=who))
    await studio.shop.says(a_refund(10 * CREDIT, account_id=who, order_id=paid.order_id))
    await _lists(studio, ShowPool(), who, who, "'debt': '10'")


async def _held(
    studio: Studio, who: UUID, *, owner: UUID | None = None, lease_seconds: int = 86_400
) -> str:
    hold = AuthorizeHold(amount=10 * CREDIT, lease_seconds=lease_seconds)
    command = studio.people.command(hold, by=who, owner=owner or studio.id)
    await _done(studio.people.sends(command))
    return str(command.id)


async def _lists(studio: Studio, data: CommandData, who: UUID, owner: UUID, words: str) -> None:
    """Ask until the answer has these words."""

    async def told() -> str:
        return str((await studio.people.ask(data, by=who, owner=owner)).result)

    await eventually(told, lambda seen: words in seen)


async def _done(asked: Awaitable[Verdict]) -> None:
    verdict = await asked
    assert verdict.accepted, verdict


def minted(moment: datetime) -> UUID:
    """An id that says it was made at a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | an_id().int & (1 << 80) - 1)


NOBODY = str(an_id())
A_HOLD = {"amount": "10", "account_id": "{ben}"}
AN_ORDER = {
    "store": "online",
    "order_id": an_id().hex,
    "channel": "STORE",
    "lines": [{"line_no": 1, "credits": "10"}],
}
A_MEASURE = {"quantity": "1", "unit": "frame", "node_class": "unheard-of"}

BY_PROGRAM: Mapping[C, Call] = {
    # What is no call as it was agreed
    C.MALFORMED: Call("ana", "POST", "/o/holds", "{"),
    C.UNKNOWN_FIELD: Call("ana", "POST", "/o/holds", {**A_HOLD, "colour": "red"}),
    C.TOO_LARGE: Call("ana", "POST", "/o/holds", TOO_LONG),
    C.INVALID_AMOUNT: Call("ana", "POST", "/o/holds", {**A_HOLD, "amount": "1e3"}),
    C.STALE_REPORT: Call("ana", "POST", "/o/holds", A_HOLD, key=minted(LONG_AGO)),
    C.CLOCK_SKEW: Call("ana", "POST", "/o/holds", A_HOLD, key=minted(FAR_AHEAD)),
    # People
    C.UNKNOWN_ORGANIZATION: Call("ana", "GET", f"/organizations/{NOBODY}/pool"),
    C.UNKNOWN_ACCOUNT: Call("ana", "GET", f"/o/access/{NOBODY}"),
    C.UNKNOWN_ROLE: Call("ana", "POST", "/o/members", {"account_id": "{mona}", "role": "BOSS"}),
    C.ADMINISTRATOR_EXISTS: Call(
        "ana", "POST", "/o/members", {"account_id": "{mona}", "role": "ADMINISTRATOR"}
    ),
    C.STILL_HAS_LICENSES: Call("ana", "DELETE", "/o/members/{ben}?strict=true"),
    C.ACCOUNT_ALREADY_HAS_ORGANIZATION: Call(
        "ana", "POST", "/a/setup-requests", {"account_id": "{ana}", "customer_number": "{number}"}
    ),
    C.INVALID_SETUP_REQUEST: Call("oz", "POST", "/o/end", WHY),
    C.NOT_ENROLLED: Call("ana", "DELETE", "/o/nodes/nobody-7"),
    # Seats, trials
    C.UNKNOWN_CHECKOUT: Call("ana", "POST", f"/o/checkouts/{NOBODY}/renew", {"lease_seconds": 60}),
    C.LICENSE_EXPIRED: Call("ana", "POST", "/o/seats", {"product": OLD, "account_id": "{ben}"}),
    C.LICENSE_NOT_ORGANIZATIONAL: Call(
        "ana", "DELETE", f"/o/seats?product={DRIFT}&account_id={{dora}}"
    ),
    C.TRIAL_OR_BETA_NOT_REVOCABLE: Call(
        "ana", "DELETE", f"/o/seats?product={TIDE}&account_id={{dora}}"
    ),
    C.TRIAL_OR_BETA_NOT_REASSIGNABLE: Call(
        "ana",
        "POST",
        "/o/seats/reassign",
        {"product": TIDE, "from_account_id": "{dora}", "to_account_id": "{ben}"},
    ),
    C.TRIAL_ALREADY_USED: Call("dora", "POST", "/a/trials", {"offer": "{tide}"}),
    C.ORGANIZATIONAL_LICENSE_ALLOCATED: Call("dora", "POST", "/a/trials", {"offer": "{lumen}"}),
    # Credits
    C.ORGANIZATION_IN_DEBT: Call("mona", "POST", "/a/holds", {"amount": "1"}),
    C.ORGANIZATIONAL_CREDITS_ASSIGNED: Call("dora", "POST", "/a/orders/credits", AN_ORDER),
    C.INVALID_QUOTA: Call("ana", "PUT", "/o/access/{ben}", {"mode": "quota", "limit": "0"}),
    C.UNKNOWN_REQUEST: Call("ana", "POST", f"/o/requests/{NOBODY}/decide", {"approve": True}),
    C.UNKNOWN_HOLD: Call("ana", "POST", f"/o/holds/{NOBODY}/void", {}),
    C.HOLD_EXPIRED: Call("ana", "POST", "/o/holds/{expired}/extend", {"amount": "1"}),
    C.NO_RATE: Call("ana", "POST", "/o/estimates", {"sample": [A_MEASURE], "frames": 10}),
    # The vendor's
    C.OPERATOR_REQUIRED: Call("ana", "PATCH", "/o/terms", {"credit_back_days": 90}),
    C.SECOND_OPERATOR_REQUIRED: Call(
        "oz", "POST", "/o/adjustments", {"amount": "90000", "direction": "add", **WHY}
    ),
    C.UNKNOWN_LOT: Call("oz", "POST", "/o/lots/999/release", WHY),
    C.UNKNOWN_ENTRY: Call(
        "oz", "POST", "/o/credit-backs", {"line_id": NOBODY, "amount": "1", **WHY}
    ),
    C.CREDIT_BACK_EXCEEDED: Call(
        "oz", "POST", "/o/credit-backs", {"hold_id": "{captured}", "amount": "11", **WHY}
    ),
    C.RATE_IN_THE_PAST: Call(
        "oz",
        "POST",
        "/o/rates",
        {
            "node_class": "gpu",
            "unit": "frame",
            "credits_per_unit": "1",
            "effective_from": LONG_AGO.isoformat(),
        },
    ),
}
