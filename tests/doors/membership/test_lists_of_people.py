"""The Administrator sees everybody once: who is in, who is invited, who is on his way out (R2)."""

from typing import Any
from uuid import UUID

from shared.contracts.membership import ListMembers
from tests.builders import an_account
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import id_in, result_of


async def page(
    larkspur: Larkspur, after: str | None = None, limit: int = 100
) -> tuple[list[dict[str, Any]], str | None]:
    asked = ListMembers(after=UUID(after) if after else None, limit=limit)
    answer = result_of(await larkspur.portal.ask(asked, by=larkspur.ana, owner=larkspur.id))
    members = answer["members"]
    assert isinstance(members, list)
    following = answer.get("after")
    return [one for one in members if isinstance(one, dict)], str(following) if following else None


async def listed(larkspur: Larkspur, who: UUID) -> list[tuple[str, bool, bool]]:
    """How often and as what somebody is listed: his role, whether invited, whether leaving."""
    people, _ = await page(larkspur)
    return [
        (one["role"], one["invited"], one["removing"])
        for one in people
        if one["account_id"] == str(who)
    ]


async def test_R2_the_administrator_is_among_his_people(organized: Larkspur) -> None:
    assert await listed(organized, organized.ana) == [("ADMINISTRATOR", False, False)]


async def test_T1_who_is_being_removed_is_listed_as_that(organized: Larkspur) -> None:
    ben = await organized.joined()

    await organized.removed(ben)

    assert await listed(organized, ben) == [("MEMBER", False, True)]


async def test_T1_who_comes_back_before_he_is_gone_is_listed_once(organized: Larkspur) -> None:
    ben = await organized.joined()
    for _ in range(2):
        await organized.removed(ben)
        assert (await organized.add(ben, "GUEST")).accepted

    assert await listed(organized, ben) == [("GUEST", False, False)]


async def test_T30_who_changes_his_role_is_listed_with_the_new_one(organized: Larkspur) -> None:
    ben = await organized.joined()

    assert (await organized.change_role(ben, "GUEST")).accepted

    assert await listed(organized, ben) == [("GUEST", False, False)]


async def test_people_are_found_by_a_part_of_their_address(organized: Larkspur) -> None:
    ben = await organized.joined()
    asked = ListMembers(search=ben.hex[:20].upper())

    found = result_of(await organized.portal.ask(asked, by=organized.ana, owner=organized.id))

    members = found["members"]
    assert isinstance(members, list)
    assert str(ben) in {one["account_id"] for one in members if isinstance(one, dict)}
    assert str(organized.ana) not in {one["account_id"] for one in members if isinstance(one, dict)}


async def test_people_are_listed_by_their_role(organized: Larkspur) -> None:
    ben = await organized.joined()
    asked = ListMembers(role="ADMINISTRATOR")

    found = result_of(await organized.portal.ask(asked, by=organized.ana, owner=organized.id))

    members = found["members"]
    assert isinstance(members, list)
    ids = [one["account_id"] for one in members if isinstance(one, dict)]
    assert ids == [str(organized.ana)]
    assert str(ben) not in ids


async def test_T16_whoever_took_over_is_listed_once(organized: Larkspur) -> None:
    ben = await organized.joined()
    await organized.removed(ben)
    assert (await organized.add(ben)).accepted
    assert (await organized.accept(await organized.offered(ben), ben)).accepted
    former, organized.ana = organized.ana, ben

    assert await listed(organized, ben) == [("ADMINISTRATOR", False, False)]
    assert await listed(organized, former) == [("MEMBER", False, False)]


async def test_R2_pages_have_everybody_once(organized: Larkspur) -> None:
    everybody = {organized.ana}
    everybody |= {await organized.joined() for _ in range(3)}
    everybody.add(id_in(await organized.invite(an_account().email), "account_id"))
    gone = await organized.joined()
    await organized.removed(gone)
    everybody.add(gone)
    seen: list[str] = []
    after: str | None = None

    while True:
        people, after = await page(organized, after, limit=2)
        seen += [str(one["account_id"]) for one in people]
        if after is None:
            break

    assert seen == sorted(map(str, everybody))
