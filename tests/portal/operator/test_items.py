"""An item of the work list is asked for once, and decided by what its service answered."""

import httpx
import pytest

from services.portal.operating.noticing import LATE_USAGE
from services.portal.store import work_items
from services.portal.store.work_items import WorkItem
from tests.builders import CLOCK, an_id
from tests.portal.operator.test_messages import text_of
from tests.portal.site import Site, form_in
from tests.portal.studio import Studio
from tests.portal.test_unknown_outcomes import silent
from tests.waiting import eventually

FIELDS = {"decision": "do", "reason": "The frames were rendered."}


async def too_late(portal: Site, studio: Studio, amount: str = "20") -> str:
    """Usage came after its time; answers the address of the item."""
    details = {"amount": amount, "hold_id": str(an_id()), "job": "J7", "refused": ["stale_report"]}
    item = WorkItem(an_id(), LATE_USAGE, studio.id, studio.ana, CLOCK.now(), details)
    async with portal.pool.acquire() as connection:
        await work_items.add(connection, item)
    return f"/operator/items/{item.id}"


async def presses(client: httpx.AsyncClient, item: str, form: str, **fields: str) -> httpx.Response:
    return await client.post(item, data={"form": form, **FIELDS, **fields})


async def test_late_usage_is_charged_once_whoever_presses_and_how_often(
    desk: httpx.AsyncClient, other: httpx.AsyncClient, portal: Site, studio: Studio
) -> None:
    await studio.buys("100")
    item = await too_late(portal, studio)
    forms = [(one, form_in(await one.get(item))) for one in (desk, desk, other)]

    answers = [await presses(client, item, form) for client, form in forms]

    assert "Late usage charged" in answers[0].text
    assert all("Late usage charged, by Oz" in late.text for late in answers[1:])
    assert await studio.available() == "80"


async def test_what_was_refused_stays_open_and_may_be_asked_anew(
    desk: httpx.AsyncClient, portal: Site, studio: Studio
) -> None:
    await studio.buys("10")
    item = await too_late(portal, studio)

    refused = await presses(desk, item, form_in(await desk.get(item)))
    await studio.buys("90")
    done = await presses(desk, item, form_in(refused), reason="They bought more.")

    assert refused.status_code == 409
    assert "Charge it after all" in refused.text
    assert "Late usage charged" in done.text
    assert await studio.available() == "80"


async def test_A17_late_usage_above_the_limit_is_put_before_a_second_operator_once(
    desk: httpx.AsyncClient, other: httpx.AsyncClient, portal: Site, studio: Studio
) -> None:
    await studio.buys("200000")
    item = await too_late(portal, studio, "90000")
    forms = [form_in(await desk.get(item)) for _ in range(2)]

    asked = await presses(desk, item, forms[0])
    again = await presses(desk, item, forms[1])
    waiting = asked.url.path
    unbooked = await studio.available()
    done = await presses(other, waiting, form_in(await other.get(waiting)))

    assert "another operator has to confirm" in asked.text
    assert "Put before a second operator, by Oz" in again.text
    assert unbooked == "200000"
    assert "Correction confirmed" in done.text
    assert await studio.available() == "110000"


@pytest.mark.faults
async def test_an_item_whose_answer_did_not_come_is_decided_once_it_does(
    desk: httpx.AsyncClient, other: httpx.AsyncClient, portal: Site, studio: Studio
) -> None:
    await studio.buys("100")
    item = await too_late(portal, studio)
    forms = [(one, form_in(await one.get(item))) for one in (desk, other)]

    with silent(portal.stack, "credit_ledger-0"):
        sent, late = [await presses(client, item, form) for client, form in forms]
        left = await presses(other, item, form_in(late), decision="leave", why="Let it be.")
    done = await eventually(lambda: text_of(desk, item), lambda page: "<h2>Decided" in page)

    assert "no answer yet" in sent.text
    assert "There is no answer yet" in late.text
    assert "There is no answer yet" in left.text
    assert "Late usage charged, by Oz" in done
    assert await studio.available() == "80"
