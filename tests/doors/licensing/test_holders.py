"""Who holds a seat: page by page for its Administrator, or among some."""

import asyncio
from uuid import UUID

import orjson

from shared.contracts.holders import ListHolders
from shared.contracts.licensing import LicenseList, ListLicenses
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, an_id
from tests.doors.licensing.studio import Ground, Studio


async def five_sit(ground: Ground) -> tuple[Studio, list[UUID]]:
    """A studio in which five of its people have a seat, by account."""
    studio = await ground.studio(seats=7, people=6)
    seated = sorted(studio.people[:5])
    await asyncio.gather(*(studio.assigns(person) for person in seated))
    return studio, seated


async def page(studio: Studio, asked: ListHolders) -> dict[str, object]:
    verdict = await studio.portal.ask(asked, by=studio.ana, owner=studio.id)
    assert verdict.result is not None, verdict.refused
    return dict(verdict.result)


async def test_pages_of_holders_lead_on_and_back_and_say_where_they_are(ground: Ground) -> None:
    studio, seated = await five_sit(ground)
    ids = [str(person) for person in seated]

    first = await page(studio, ListHolders(product=LUMEN, limit=2))
    last = await page(studio, ListHolders(product=LUMEN, limit=3, after=seated[1]))
    back = await page(studio, ListHolders(product=LUMEN, limit=2, before=seated[2]))

    assert (first["account_ids"], first["after"]) == (ids[:2], ids[1])
    assert (last["account_ids"], last["first"], last["total"]) == (ids[2:], 3, 5)
    assert (last["before"], "after" in last) == (ids[2], False)
    assert back == first


async def test_seats_are_counted_whoever_is_asked_about(ground: Ground) -> None:
    studio, seated = await five_sit(ground)
    asked = ListLicenses(among=(seated[0], studio.people[5], an_id()))

    verdict = await studio.portal.ask(asked, by=studio.ana, owner=studio.id)

    assert verdict.result is not None, verdict.refused
    [product] = LicenseList.model_validate_json(orjson.dumps(verdict.result)).products
    assert product.account_ids == (seated[0],)
    assert (product.seats, product.free) == (7, 2)


async def test_R2_nobody_but_the_administrator_sees_who_holds_seats(ground: Ground) -> None:
    studio, seated = await five_sit(ground)
    asked = ListHolders(product=LUMEN)

    told = await studio.portal.ask(asked, by=seated[0], owner=studio.id)
    nowhere = await studio.portal.ask(asked, by=studio.ana, owner=an_id())

    assert told.refused is not None
    assert told.refused.code is RefusalCode.NOT_ADMINISTRATOR
    assert nowhere.refused is not None
    assert nowhere.refused.code is RefusalCode.UNKNOWN_ORGANIZATION
