"""People leave by themselves and change roles; each is a removal like any other (T5, T30)."""

import pytest

from shared.contracts.membership import MemberAdded, MemberOffboarded, MemberRemoved
from tests.doors.membership.larkspur import Larkspur, Voices, code_of, said
from tests.listening import Listener
from tests.waiting import eventually


@pytest.mark.parametrize("role", ["MEMBER", "GUEST"])
async def test_T5_a_member_or_guest_leaves_by_himself(
    organized: Larkspur, told: Listener, role: str
) -> None:
    ben = await organized.joined(role)

    assert (await organized.leave(ben)).accepted

    fact = await told.fact(MemberRemoved, ben)
    assert isinstance(fact.data, MemberRemoved)
    assert fact.data.reason == "left"
    assert await organized.intervals(ben) == [(role, "REMOVING", "left")]
    assert code_of(await organized.leave(ben)) == "not_in_organization"


async def test_R7_the_administrator_leaves_only_after_handing_over(organized: Larkspur) -> None:
    assert code_of(await organized.leave(organized.ana)) == "cannot_remove_administrator"


async def test_T5_nobody_leaves_what_he_is_not_in(organized: Larkspur) -> None:
    ben = await organized.somebody()

    assert code_of(await organized.leave(ben)) == "not_in_organization"


@pytest.mark.parametrize(("was", "becomes"), [("MEMBER", "GUEST"), ("GUEST", "MEMBER")])
async def test_T30_a_role_changes_in_one_commit_that_says_both(
    organized: Larkspur, voices: Voices, told: Listener, was: str, becomes: str
) -> None:
    ben = await organized.joined(was)

    verdict = await organized.change_role(ben, becomes)

    assert verdict.accepted
    both = [(was, "REMOVING", "role_changed"), (becomes, "ACTIVE", None)]
    assert await organized.intervals(ben) == both
    removed = await told.fact(MemberRemoved, ben)
    assert isinstance(removed.data, MemberRemoved)
    at = removed.data.removed_at
    await voices.seats_released(organized.id, ben, at)
    await voices.access_released(organized.id, ben, at)
    done = [(was, "REMOVED", "role_changed"), (becomes, "ACTIVE", None)]
    await eventually(lambda: organized.intervals(ben), lambda seen: seen == done)
    await told.fact(MemberOffboarded, ben)
    whole = ["MemberAdded", "MemberRemoved", "MemberAdded", "MemberOffboarded"]
    assert said(told, organized.id)[1:] == whole


async def test_T30_A3_a_guest_with_licenses_of_his_own_becomes_no_member(
    organized: Larkspur, voices: Voices
) -> None:
    eva = await organized.joined("GUEST")
    await voices.license(eva, kind="EDU")
    await eventually(
        lambda: organized.database.fetchval(
            "SELECT count(*) FROM held_license WHERE account_id = $1", eva
        ),
        lambda count: count == 1,
    )

    verdict = await organized.change_role(eva, "MEMBER")

    assert code_of(verdict) == "member_has_personal_entitlements"
    assert await organized.intervals(eva) == [("GUEST", "ACTIVE", None)]


async def test_T30_what_cannot_be_added_or_removed_changes_no_role(organized: Larkspur) -> None:
    ben, outsider = await organized.joined(), await organized.somebody()

    assert code_of(await organized.change_role(ben, "MEMBER")) == "already_in_organization"
    assert code_of(await organized.change_role(ben, "ADMINISTRATOR")) == "administrator_exists"
    assert code_of(await organized.change_role(ben, "OWNER")) == "unknown_role"
    assert code_of(await organized.change_role(outsider, "GUEST")) == "not_in_organization"
    by_himself = await organized.change_role(ben, "GUEST", by=ben)
    assert code_of(by_himself) == "not_administrator"
    of_ana = await organized.change_role(organized.ana, "GUEST")
    assert code_of(of_ana) == "cannot_remove_administrator"


async def test_T30_the_same_role_again_and_again_keeps_every_interval(
    organized: Larkspur, told: Listener
) -> None:
    ben = await organized.joined()

    for role in ("GUEST", "MEMBER", "GUEST"):
        assert (await organized.change_role(ben, role)).accepted

    rows = await organized.database.fetch(
        "SELECT added_at, removed_at FROM membership WHERE account_id = $1 ORDER BY added_at", ben
    )
    assert [row["removed_at"] for row in rows[:-1]] == [row["added_at"] for row in rows[1:]]
    assert all(row["removed_at"] > row["added_at"] for row in rows[:-1])
    fact = await told.fact(MemberAdded, ben)
    assert isinstance(fact.data, MemberAdded)
    assert fact.data.reason == "added"
