"""A render node that speaks no AMQP: holds, captures, usage, and what stands in the way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
import pytest

from shared.contracts.credits import AuthorizeHold, SetCreditAccess
from shared.contracts.money import parse_credits
from shared.contracts.transfers import AcceptTransfer, RequestTransfer
from tests.builders import a_credit_line, a_purchase, an_account, an_id
from tests.portal.api.calling import ADDRESS, program_of, told
from tests.portal.api.conftest import House
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.speaking import Portal, Store
from tests.waiting import eventually


@pytest.fixture
async def chloe(studio: Studio) -> UUID:
    """She draws on a studio's pool of 500 with a quota of 60."""
    await studio.buys("500")
    joined = await studio.joined_by("MEMBER")
    given = SetCreditAccess(account_id=joined, mode="quota", limit=60_000_000)
    assert (await studio.does(given)).accepted
    return joined


@asynccontextmanager
async def in_place(
    portal: Site, account: UUID, organization: UUID, *scopes: str
) -> AsyncIterator[httpx.AsyncClient]:
    async with program_of(portal, account, organization=organization, scopes=scopes) as client:
        client.base_url = client.base_url.join(f"{ADDRESS}/organizations/{organization}/")
        yield client


@pytest.fixture
async def node(portal: Site, studio: Studio) -> AsyncIterator[httpx.AsyncClient]:
    """A node with a token that the studio's Administrator made for it."""
    async with in_place(portal, studio.ana, studio.id, "node") as client:
        yield client


@pytest.fixture
async def farm(portal: Site, house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A node of the house."""
    async with in_place(portal, house.ana, house.id, "node") as client:
        yield client


@pytest.fixture
async def hers(portal: Site, house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A program of Chloe's own in the house."""
    async with in_place(portal, house.chloe, house.id, "node", "read") as client:
        yield client


async def authorizes(
    client: httpx.AsyncClient, amount: str, spender: UUID | None = None, **headers: str
) -> httpx.Response:
    whom = {} if spender is None else {"account_id": str(spender)}
    return await client.post("holds", json={"amount": amount, **whom}, headers=headers)


async def test_a_node_authorizes_extends_captures_and_sees_the_balance(
    node: httpx.AsyncClient, chloe: UUID
) -> None:
    authorized = (await authorizes(node, "30", chloe)).json()
    hold = authorized["command_id"]
    extended = (await node.post(f"holds/{hold}/extend", json={"amount": "10"})).json()
    captured = (await node.post(f"holds/{hold}/capture", json={"amount": "28.4"})).json()
    shown = (await node.get(f"holds/{hold}")).json()
    balance = (await node.get("balance", params={"account_id": str(chloe)})).json()

    assert authorized["result"] == {"amount": "30", "available": "470"}
    assert extended["result"]["available"] == "460"
    assert captured["result"] == {"captured": "28.4", "released": "11.6", "available": "471.6"}
    assert (shown["state"], shown["captured"]) == ("captured", "28.4")
    assert (balance["spendable"], balance["limited_by"]) == ("31.6", "quota_exceeded")


async def test_the_same_key_is_one_hold_whatever_is_lost(
    farm: httpx.AsyncClient, house: House
) -> None:
    key = {"Idempotency-Key": f"shot-040/frame-7/{an_id()}"}

    first = await authorizes(farm, "10", house.chloe, **key)
    again = await authorizes(farm, "10", house.chloe, **key)

    assert first.json() == again.json()
    assert first.headers["coffer-command"] == first.json()["command_id"]
    assert (await farm.get(f"holds/{first.json()['command_id']}")).json()["held"] == "10"


async def test_a_key_that_is_an_id_names_the_hold(farm: httpx.AsyncClient, house: House) -> None:
    key = str(an_id())

    authorized = await authorizes(farm, "10", house.chloe, **{"Idempotency-Key": key})

    assert authorized.json()["command_id"] == key


@pytest.mark.parametrize("prefix", ["order-17-", ""])
async def test_a_key_used_for_something_else_is_refused(
    farm: httpx.AsyncClient, house: House, prefix: str
) -> None:
    key = {"Idempotency-Key": f"{prefix}{an_id()}"}
    await authorizes(farm, "10", house.chloe, **key)

    other = await authorizes(farm, "11", house.chloe, **key)

    assert told(other) == (422, "idempotency_key_reused")


async def test_R51_a_refusal_names_the_limit_and_who_can_lift_it(
    node: httpx.AsyncClient, chloe: UUID
) -> None:
    refused = await authorizes(node, "61", chloe)
    problem = refused.json()

    assert told(refused) == (409, "quota_exceeded")
    assert problem["type"] == "/help/refusals/quota_exceeded"
    assert problem["title"] == "the quota does not cover it"
    assert problem["detail"] == "60 of the 60 quota is left, and this needs more."
    assert problem["who_can_lift"] == "The organization's Administrator"
    assert problem["limit"]["left"] == "60"
    assert problem["binding"] == ["quota_exceeded"]
    assert problem["instance"].endswith("/holds")


async def test_usage_is_answered_line_by_line(node: httpx.AsyncClient, chloe: UUID) -> None:
    good, bad = str(an_id()), str(an_id())
    line = {"account_id": str(chloe), "job": "shot-040"}

    answer = await node.post(
        "usage", json={"lines": [{"id": good, "credits": "5", **line},
                                 {"id": bad, "credits": "100", **line}]}
    )  # fmt: skip
    verdicts = {one["id"]: one for one in answer.json()["result"]["verdicts"]}

    assert verdicts[good]["result"]["captured"] == "5"
    assert verdicts[bad]["refused"]["code"] == "quota_exceeded"


async def test_a_report_with_a_bad_id_names_the_line(farm: httpx.AsyncClient, house: House) -> None:
    good = {"id": str(an_id()), "account_id": str(house.chloe), "credits": "1"}
    foreign = {**good, "id": "9f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"}

    answers = [await farm.post("usage", json={"lines": [good, bad]}) for bad in (foreign, good)]

    assert {told(one) for one in answers} == {(422, "malformed")}
    assert {one.json()["errors"][0]["field"] for one in answers} == {"lines.1.id"}


async def test_a_voided_hold_gives_everything_back(node: httpx.AsyncClient, chloe: UUID) -> None:
    hold = (await authorizes(node, "30", chloe)).json()["command_id"]

    voided = (await node.post(f"holds/{hold}/void")).json()

    assert voided["result"] == {"released": "30", "available": "500"}


async def test_a_hold_nobody_knows_is_told_at_once(farm: httpx.AsyncClient, house: House) -> None:
    answer = await farm.post(f"holds/{an_id()}/capture", json={"amount": "1"})

    assert told(answer) == (404, "unknown_hold")


async def test_a_member_spends_for_nobody_but_herself(
    hers: httpx.AsyncClient, house: House
) -> None:
    own = await authorizes(hers, "10")
    others = await authorizes(hers, "10", house.ana)
    report = {"lines": [{"id": str(an_id()), "account_id": str(house.ana), "credits": "1"}]}
    reported = await hers.post("usage", json=report)

    assert own.status_code == 200
    assert told(others) == told(reported) == (403, "not_administrator")


async def test_a_member_ends_no_hold_of_somebody_else(
    hers: httpx.AsyncClient, house: House
) -> None:
    anas = await house.studio.does(AuthorizeHold(amount=1_000_000))
    holds = [
        await hers.get(f"holds/{anas.id}"),
        await hers.post(f"holds/{anas.id}/void"),
        await hers.post(f"holds/{anas.id}/capture", json={"amount": "1"}),
        await hers.post(f"holds/{anas.id}/extend", json={}),
    ]

    assert {told(one) for one in holds} == {(404, "unknown_hold")}


async def test_a_member_sees_her_own_figures_and_no_others(
    hers: httpx.AsyncClient, house: House
) -> None:
    span = {"since": "2020-01-01T00:00:00Z", "until": "2090-01-01T00:00:00Z"}
    balance = (await hers.get("balance")).json()
    pool, others = await hers.get("pool"), await hers.get("balance?account_id=" + str(house.ana))
    used = await hers.get("usage", params=span)
    anas = await hers.get("usage", params={**span, "account_id": str(house.ana)})

    assert (balance["limit"], balance["account_id"]) == ("6000", str(house.chloe))
    assert "available" not in balance
    assert used.status_code == 200
    assert {told(one) for one in (pool, others, anas)} == {(403, "not_administrator")}


async def test_R41_a_person_spends_from_a_wallet_of_her_own(
    portal: Site, people: Portal, shop: Store
) -> None:
    mona = an_account(name="Mona")
    assert (await people.ask(mona, by=mona.account_id)).accepted
    await shop.says(a_purchase(account_id=mona.account_id, lines=(a_credit_line(),)))
    async with program_of(portal, mona.account_id, scopes=["node"]) as client:
        wallet = f"/accounts/{mona.account_id}"

        async def spendable() -> str:
            return str((await client.get(f"{wallet}/balance")).json().get("spendable"))

        before = await eventually(spendable, lambda seen: seen not in {"None", "0"})
        authorized = await client.post(f"{wallet}/holds", json={"amount": "1"})
        after = await spendable()

    assert authorized.status_code == 200
    assert parse_credits(before) - parse_credits(after) == 1_000_000


async def test_T16_a_hold_is_ended_under_the_name_it_was_authorized_under(
    portal: Site, studio: Studio, chloe: UUID
) -> None:
    """Her name means a wallet of her own once she handed the pool over; her job goes on."""
    async with program_of(portal, studio.ana, scopes=["node"]) as client:
        wallet = f"/accounts/{studio.ana}/holds"
        own, chloes = [
            (await client.post(wallet, json={"amount": "30", "account_id": str(one)})).json()
            for one in (studio.ana, chloe)
        ]
        offered = await studio.does(RequestTransfer(to_account_id=chloe))
        accepts = AcceptTransfer(transfer_id=UUID(str((offered.result or {})["transfer_id"])))
        assert (await studio.does(accepts, by=chloe)).accepted

        async def moved() -> bool:
            return bool((await client.get(f"{wallet}/{own['command_id']}")).json().get("moved"))

        await eventually(moved, bool)
        foreign = await client.post(f"{wallet}/{chloes['command_id']}/void")
        captured = await client.post(f"{wallet}/{own['command_id']}/capture", json={"amount": "12"})

    assert told(foreign) == (404, "unknown_hold")
    assert (captured.status_code, captured.json()["result"]["captured"]) == (200, "12")
