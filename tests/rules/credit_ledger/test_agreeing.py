"""What puts roles right that differ from what membership says, and leaves those that agree."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from services.credit_ledger.rules.access_acts import ChangeAdministrator
from services.credit_ledger.rules.acts import Act, OpenPool, SetRole
from services.credit_ledger.rules.agreeing import righting
from services.credit_ledger.rules.book import PersonRole
from services.credit_ledger.rules.roles import change_administrator
from shared.contracts.snapshots import (
    KnownAdministrator,
    KnownInterval,
    KnownMember,
    KnownOrganization,
)
from tests.builders import an_id
from tests.rules.credit_ledger.books import ANA, BEN, NOW, OWNER
from tests.rules.credit_ledger.people import (
    a_change,
    a_pool,
    an_own_book,
    applied_to_both,
    state_of,
)

DAN, EVA = an_id(), an_id()
LONG_AGO, LATER, LEFT = (NOW - timedelta(days=days) for days in (30, 20, 10))
KNOWN = KnownOrganization(
    administrator_id=ANA,
    state="ACTIVE",
    activated_at=LONG_AGO,
    administrators=(
        KnownAdministrator(account_id=EVA, began_at=LONG_AGO),
        KnownAdministrator(account_id=ANA, began_at=LATER),
    ),
    members=(
        KnownMember(account_id=BEN, role="MEMBER", added_at=LONG_AGO),
        KnownMember(account_id=DAN, role="GUEST", added_at=LATER),
    ),
    former=(
        KnownInterval(account_id=EVA, role="MEMBER", added_at=LONG_AGO, removed_at=LATER),
        KnownInterval(account_id=EVA, role="MEMBER", added_at=LATER, removed_at=LEFT),
    ),
)
AGREED: dict[UUID, PersonRole] = {ANA: "ADMINISTRATOR", BEN: "MEMBER", DAN: "GUEST", EVA: "REMOVED"}


def righted(ours: Mapping[UUID, PersonRole]) -> list[Act]:
    return list(righting(OWNER, KNOWN, ours, ids=iter(an_id, None), now=NOW))


def test_roles_that_agree_are_left_alone() -> None:
    assert righted(AGREED) == []
    assert righted({**AGREED, an_id(): "REMOVED"}) == []


def test_R15_a_member_who_is_missing_or_something_else_joins_since_when_he_did() -> None:
    for differing in ({**AGREED, BEN: "GUEST"}, {**AGREED, BEN: "REMOVED"}, without(BEN)):
        [act] = righted(differing)

        assert isinstance(act, SetRole)
        assert (act.owner, act.person, act.role, act.at) == (OWNER, BEN, "MEMBER", LONG_AGO)


def test_R16_whoever_is_not_in_goes_since_he_left_or_now() -> None:
    stranger = an_id()

    gone = righted({**AGREED, EVA: "MEMBER", stranger: "GUEST"})

    assert {(act.person, act.role, act.at) for act in gone if isinstance(act, SetRole)} == {
        (EVA, "REMOVED", LEFT),
        (stranger, "REMOVED", NOW),
    }


def test_R7_T16_another_administrator_hands_over_and_becomes_what_he_is() -> None:
    [act] = righted({**AGREED, ANA: "MEMBER", DAN: "ADMINISTRATOR"})

    assert isinstance(act, ChangeAdministrator)
    assert (act.owner, act.former, act.chosen) == (OWNER, DAN, ANA)
    assert (act.role, act.at) == ("GUEST", LATER)


def test_R7_R16_an_administrator_who_is_not_in_at_all_hands_over_and_goes() -> None:
    first, second = righted({**AGREED, ANA: "REMOVED", EVA: "ADMINISTRATOR"})

    assert isinstance(first, ChangeAdministrator)
    assert (first.former, first.chosen) == (EVA, ANA)
    assert isinstance(second, SetRole)
    assert (second.person, second.role, second.at) == (EVA, "REMOVED", LEFT)


def test_R7_where_nobody_administers_the_pool_opens_to_whoever_does() -> None:
    [act] = righted({**AGREED, ANA: "MEMBER"})

    assert isinstance(act, OpenPool)
    assert (act.owner, act.organization, act.administrator, act.at) == (ANA, OWNER, ANA, LATER)


def without(person: UUID) -> dict[UUID, PersonRole]:
    return {name: role for name, role in AGREED.items() if name != person}


def test_R7_T16_to_hand_over_to_whose_name_leads_to_the_pool_already_leaves_it_open() -> None:
    book = a_pool()
    book.own[ANA], book.own[BEN] = an_own_book(owner=ANA), book

    decision = applied_to_both(book, change_administrator(book, a_change(), NOW))

    assert [person for person, _ in decision.own] == [ANA]
    assert state_of(book.access[BEN])[:2] == ("ADMINISTRATOR", "unlimited")
    assert (book.free, book.closed_by) == (500, None)
