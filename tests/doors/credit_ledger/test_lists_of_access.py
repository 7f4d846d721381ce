"""Who may draw on a wallet: those in one mode, among some, and both ways through the list."""

from typing import Any
from uuid import UUID

from shared.contracts.credit_queries import AccessWanted, ListCreditAccess, ListHolds
from shared.contracts.credits import AccessMode
from tests.ledger.acts import (
    CREDIT,
    a_debit,
    a_role,
    an_access,
    an_authorize,
    an_id,
)
from tests.ledger.desk import Desk, Larkspur, LedgerDatabase, an_organization
from tests.ledger.window import window_at


async def with_modes(desk: Desk) -> tuple[Larkspur, dict[AccessWanted, list[UUID]]]:
    """An organization with two people more of each mode, and one whose quota is used up."""
    larkspur = await an_organization(desk)
    by_mode: dict[AccessWanted, list[UUID]] = {"disabled": [], "quota": [], "unlimited": []}
    modes: tuple[AccessMode, ...] = ("disabled", "quota", "unlimited")
    for mode in modes * 2:
        person = an_id()
        await desk.decide(a_role(larkspur.id, person, "MEMBER"))
        quota = 10 * CREDIT if mode == "quota" else None
        await desk.decide(an_access(larkspur.id, person, mode, quota, by=larkspur.ana))
        by_mode[mode].append(person)
    used_up = by_mode["quota"][0]
    await desk.decide(a_debit(larkspur.id, used_up, 10 * CREDIT))
    by_mode["stuck"] = [*by_mode["disabled"], used_up]
    return larkspur, by_mode


def ids(people: list[dict[str, Any]]) -> set[str]:
    return {person["account_id"] for person in people}


async def test_each_mode_lists_those_in_it_and_stuck_those_who_can_spend_nothing(
    database: LedgerDatabase, desk: Desk
) -> None:
    larkspur, by_mode = await with_modes(desk)

    async with window_at(database, desk) as window:
        everybody = ids(await window.pages(ListCreditAccess(), larkspur.id, "people"))
        for mode, people in by_mode.items():
            question = ListCreditAccess(mode=mode, limit=1)
            found = ids(await window.pages(question, larkspur.id, "people"))
            wanted = {str(person) for person in people}
            others = {str(one) for each in by_mode.values() for one in each} - wanted
            assert wanted <= found, mode
            assert not found & others, mode
            assert str(larkspur.ana) not in found
            assert found <= everybody


async def test_the_way_back_shows_the_same_pages(database: LedgerDatabase, desk: Desk) -> None:
    larkspur, _ = await with_modes(desk)

    async with window_at(database, desk) as window:
        first = await window.ask(ListCreditAccess(limit=3), larkspur.id)
        second = await window.ask(
            ListCreditAccess(limit=3, after=UUID(str(first["after"]))), larkspur.id
        )
        edge = UUID(second["people"][0]["account_id"])
        back = await window.ask(ListCreditAccess(limit=3, before=edge), larkspur.id)
        beyond = await window.ask(ListCreditAccess(limit=2, before=edge), larkspur.id)

    assert back["people"] == first["people"]
    assert "before" not in back
    assert beyond["people"] == first["people"][1:]
    assert beyond["before"] == first["people"][1]["account_id"]


async def test_those_among_some_and_the_holds_of_one(database: LedgerDatabase, desk: Desk) -> None:
    larkspur, by_mode = await with_modes(desk)
    ben, eva = by_mode["unlimited"]
    await desk.decide(an_authorize(larkspur.id, ben), an_authorize(larkspur.id, eva))

    async with window_at(database, desk) as window:
        question = ListCreditAccess(accounts=(ben, an_id()))
        people = await window.pages(question, larkspur.id, "people")
        open_now = await window.pages(ListHolds(state="open", account_id=ben), larkspur.id, "holds")
        of_all = await window.pages(ListHolds(account_id=eva), larkspur.id, "holds")

    assert ids(people) == {str(ben)}
    assert [hold["account_id"] for hold in open_now] == [str(ben)]
    assert [hold["account_id"] for hold in of_all] == [str(eva)]
