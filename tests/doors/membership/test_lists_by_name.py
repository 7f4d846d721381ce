"""Lists that people read: by name, counted, both ways; and those among some, or in one state."""

from typing import Any
from uuid import UUID

from shared.contracts.membership import ListMembers
from tests.builders import an_account
from tests.doors.membership.larkspur import Larkspur
from tests.doors.membership.people import id_in, registered, result_of

NAMES = ("dora", "Ben", "chloe", "Zoe", "Eva")


async def listed(larkspur: Larkspur, **asked: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    question = ListMembers(**asked)
    return result_of(await larkspur.portal.ask(question, by=larkspur.ana, owner=larkspur.id))


async def five_join(larkspur: Larkspur) -> dict[str, UUID]:
    """Five people beside Ana, in no order of names."""
    ids: dict[str, UUID] = {}
    for name in NAMES:
        person = await registered(larkspur.portal, an_account(name=name))
        assert (await larkspur.add(person.id)).accepted
        ids[name] = person.id
    return ids


def names(page: dict[str, Any]) -> list[str]:
    return [one["name"] for one in page["members"]]


def place(page: dict[str, Any], name: str) -> UUID:
    return UUID(page[name])


async def test_pages_by_name_lead_on_and_back_and_say_where_they_are(organized: Larkspur) -> None:
    await five_join(organized)
    asked: dict[str, Any] = {"by_name": True, "counted": True, "limit": 2}

    first = await listed(organized, **asked)
    second = await listed(organized, **asked, after=place(first, "after"))
    third = await listed(organized, **asked, after=place(second, "after"))
    back = await listed(organized, **asked, before=place(third, "before"))

    assert [names(page) for page in (first, second, third)] == [
        ["Ana", "Ben"],
        ["chloe", "dora"],
        ["Eva", "Zoe"],
    ]
    assert back == second
    assert ("before" in first, "after" in third) == (False, False)
    assert [(page["first"], page["total"]) for page in (first, second, third)] == [
        (1, 6),
        (3, 6),
        (5, 6),
    ]


async def test_a_page_goes_on_behind_somebody_whom_the_list_shows_no_more(
    organized: Larkspur,
) -> None:
    ids = await five_join(organized)
    await organized.removed(ids["chloe"])

    following = await listed(organized, state="active", by_name=True, after=ids["chloe"])

    assert names(following) == ["dora", "Eva", "Zoe"]
    assert (following["first"], following["total"]) == (3, 5)


async def test_what_is_filtered_is_counted_as_that(organized: Larkspur) -> None:
    await five_join(organized)
    invited = id_in(await organized.invite(an_account().email), "account_id")

    found = await listed(organized, search="e", state="active", by_name=True, counted=True)
    waiting = await listed(organized, state="invited", by_name=True, counted=True)

    assert {"Ben", "chloe", "Eva", "Zoe"} <= set(names(found))
    assert [one["account_id"] for one in waiting["members"]] == [str(invited)]
    assert (waiting["first"], waiting["total"]) == (1, 1)


async def test_those_among_some_are_those_who_are_in(organized: Larkspur) -> None:
    ids = await five_join(organized)
    stranger = await registered(organized.portal)

    found = await listed(organized, accounts=(ids["Eva"], ids["Ben"], stranger.id))

    assert {one["account_id"] for one in found["members"]} == {str(ids["Ben"]), str(ids["Eva"])}


async def test_by_id_the_way_back_is_that_of_coming(organized: Larkspur) -> None:
    await five_join(organized)
    forth = await listed(organized, limit=3)
    following = await listed(organized, limit=3, after=place(forth, "after"))

    back = await listed(organized, limit=3, before=UUID(following["members"][0]["account_id"]))

    assert back["members"] == forth["members"]
