"""What an organization's trail tells of what the portal keeps, and of what was given back."""

from urllib.parse import urlencode

from shared.clock import Clock
from shared.contracts.purchases import CreditLine, OrderChargedBack, ReturnedLine
from tests.builders import a_credit_line, a_purchase, an_id
from tests.portal.pages.reading import main_of
from tests.portal.site import Site, sends
from tests.portal.studio import Studio
from tests.waiting import eventually

HOOK = "http://127.0.0.1:28999/very-secret-path"


async def test_the_trail_tells_of_tokens_and_webhooks_by_whom_and_without_secrets(
    portal: Site, studio: Studio
) -> None:
    page, trail = f"{studio.home}/settings", f"{studio.home}/audit"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        wish = {"name": "Farm of Ana", "scopes": ["node", "read"], "days": "30"}
        await sends(client, f"{page}/tokens/new", wish)
        added = await sends(client, f"{page}/webhooks/new", {"url": HOOK, "all": "yes"})
        names = [part.partition('"')[0] for part in added.text.split("/settings/webhooks/")[1:]]
        hook = f"{page}/webhooks/{next(name for name in names if name != 'new')}"
        await sends(client, hook, {"act": "disable"}, to=f"{hook}/act")
        await sends(client, f"{hook}/remove", {})
        told = await client.get(trail)
        alone = await client.get(
            f"{trail}?{urlencode({'act': 'make_token', 'person': studio.ana})}"
        )
        table = await client.get(f"{trail}.csv")

    words = main_of(told).partition("the newest first")[2]
    assert words.index("Webhook removed") < words.index("Webhook disabled")
    assert words.index("Webhook disabled") < words.index("Webhook added")
    assert words.index("Webhook added by Ana") < words.index("Token made by Ana")
    assert "token: Farm of Ana" in words
    assert '<span class="under">token: Farm of Ana</span>' in told.text  # for phones
    assert "127.0.0.1" in words
    assert "Token made" in main_of(alone)
    assert "Webhook added by" not in main_of(alone)
    assert "Token made" in table.text
    for answer in (told, table):
        assert not any(secret in answer.text for secret in ("cof_", "whsec_", "very-secret-path"))


async def test_a_token_called_by_somebodys_id_tells_nothing_of_him(
    portal: Site, studio: Studio
) -> None:
    stranger = await studio.registered("Zebulon")
    page = f"{studio.home}/settings/tokens/new"

    async with portal.client_of(studio.ana, follow_redirects=True) as client:
        await sends(client, page, {"name": str(stranger), "scopes": ["read"], "days": "30"})
        told = await client.get(f"{studio.home}/audit")
        table = await client.get(f"{studio.home}/audit.csv")

    for answer in (told, table):
        assert f"token: {stranger}" in answer.text or f"token: - > {stranger}" in answer.text
        assert "Zebulon" not in answer.text


async def test_T22_the_trail_tells_what_a_charge_back_took(portal: Site, studio: Studio) -> None:
    line = a_credit_line(credits=100_000_000)
    assert isinstance(line, CreditLine)
    order = a_purchase(account_id=studio.ana, lines=(line,))
    await studio.shop.says(order)
    await eventually(studio.available, lambda seen: seen == "100")
    taken = OrderChargedBack(
        store=order.store,
        order_id=order.order_id,
        refund_id=str(an_id()),
        account_id=studio.ana,
        at=Clock().now(),
        lines=(ReturnedLine(line_no=line.line_no, credits=40_000_000),),
    )
    await studio.shop.says(taken)

    async with portal.client_of(studio.ana) as client:
        told = await eventually(
            lambda: client.get(f"{studio.home}/audit"),
            lambda seen: "Payment charged back" in main_of(seen),
        )

    assert "(store)" in main_of(told)
    assert "amount: 40" in main_of(told)
