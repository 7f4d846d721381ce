"""A program has facts sent to its own system, and looks after what is sent."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.portal.webhooks.kinds import KINDS, TEST
from tests.portal.api.calling import program_of, told
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.portal.webhooks.receiver import Receiver, receiving, status
from tests.waiting import eventually

GRANTED = "coffer.credit_ledger.credits.granted.v1"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receives:
        yield receives


@pytest.fixture
async def hers(portal: Site, studio: Studio) -> AsyncIterator[httpx.AsyncClient]:
    async with program_of(portal, studio.ana, organization=studio.id) as client:
        client.base_url = client.base_url.join(f"organizations/{studio.id}/")
        yield client


async def made(hers: httpx.AsyncClient, receiver: Receiver) -> Any:  # noqa: ANN401 -- of the API
    answer = await hers.post("webhooks", json={"url": receiver.url(), "kinds": [GRANTED]})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def deliveries(hers: httpx.AsyncClient, webhook: str) -> list[dict[str, Any]]:
    answer = await hers.get(f"webhooks/{webhook}/deliveries")
    found: list[dict[str, Any]] = answer.json()["deliveries"]
    return found


async def test_a_purchase_is_told_to_the_organizations_own_system(
    hers: httpx.AsyncClient, studio: Studio, receiver: Receiver
) -> None:
    subscribed = await made(hers, receiver)

    await studio.buys("500")
    (came,) = await receiver.hears(1)

    assert came.verified(subscribed["secret"])
    assert f'"owner":"{studio.id}"' in came.body
    (delivery,) = await eventually(
        lambda: deliveries(hers, subscribed["webhook"]["id"]),
        lambda seen: [one["state"] for one in seen] == ["DELIVERED"],
    )
    assert (delivery["kind"], delivery["attempts"]) == (GRANTED, 1)


async def test_a_delivery_is_sent_again_under_its_id(
    hers: httpx.AsyncClient, receiver: Receiver
) -> None:
    subscribed = await made(hers, receiver)
    webhook = f"webhooks/{subscribed['webhook']['id']}"
    receiver.answers.append(status(500))

    tried = (await hers.post(f"{webhook}/test")).json()["delivery_id"]
    await receiver.hears(1)
    again = await hers.post(f"{webhook}/deliveries/{tried}/again")
    first, second, *_ = await receiver.hears(2)

    assert again.json() == {"delivery_id": tried}
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert f'"{TEST}"' in first.body


async def test_a_webhook_is_changed_switched_signed_anew_and_removed(
    hers: httpx.AsyncClient, receiver: Receiver
) -> None:
    subscribed = await made(hers, receiver)
    webhook = f"webhooks/{subscribed['webhook']['id']}"

    changed = await hers.put(webhook, json={"url": receiver.url(path="/b"), "kinds": KINDS[:2]})
    disabled = await hers.post(f"{webhook}/disable")
    refused = await hers.post(f"{webhook}/test")
    enabled = await hers.post(f"{webhook}/enable")
    new = await hers.post(f"{webhook}/secret")
    removed = await hers.delete(webhook)

    assert changed.json()["kinds"] == list(KINDS[:2])
    assert disabled.json()["state_reason"] == "by_hand"
    assert refused.json()["errors"][0]["field"] == "state"
    assert enabled.json()["state"] == "ACTIVE"
    assert new.json()["secret"] != subscribed["secret"]
    assert removed.status_code == 200
    assert told(await hers.get(webhook)) == (404, "unknown_webhook")


async def test_a_key_that_would_keep_nothing_from_being_done_twice_is_turned_away(
    portal: Site, studio: Studio, hers: httpx.AsyncClient, receiver: Receiver
) -> None:
    key = {"Idempotency-Key": "hook-1"}
    wanted = {"url": receiver.url(), "kinds": [GRANTED]}

    refused = await hers.post("webhooks", json=wanted, headers=key)
    listed = (await hers.get("webhooks")).json()["webhooks"]
    async with program_of(portal, studio.ana) as client:
        token = await client.post("/tokens", json={"name": "A", "scopes": ["read"]}, headers=key)

    assert told(refused) == told(token) == (422, "malformed")
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"
    assert listed == []


async def test_a_secret_is_told_once(hers: httpx.AsyncClient, receiver: Receiver) -> None:
    subscribed = await made(hers, receiver)

    listed = await hers.get("webhooks")

    assert [one["id"] for one in listed.json()["webhooks"]] == [subscribed["webhook"]["id"]]
    assert "whsec_" not in listed.text
    assert listed.json()["kinds"] == list(KINDS)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "https://10.0.0.1/", "kinds": [GRANTED]}, "url"),
        ({"url": "gopher://larkspur.example/", "kinds": [GRANTED]}, "url"),
        ({"url": "https://127.0.0.1/", "kinds": ["all"]}, "kinds"),
        ({"url": "https://127.0.0.1/", "kinds": []}, "kinds"),
    ],
)
async def test_a_bad_webhook_names_its_field(
    hers: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    answer = await hers.post("webhooks", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_webhooks_are_the_administrators_alone(
    portal: Site, studio: Studio, receiver: Receiver
) -> None:
    chloe = await studio.joined_by("MEMBER")
    wanted = {"url": receiver.url(), "kinds": [GRANTED]}

    async with program_of(portal, chloe, organization=studio.id) as client:
        listed = await client.get(f"/organizations/{studio.id}/webhooks")
        asked = await client.post(f"/organizations/{studio.id}/webhooks", json=wanted)

    assert {told(listed), told(asked)} == {(403, "not_administrator")}
