"""When an organization appears, lapses and wakes, and that it has one Administrator (R3-R7)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.membership.rules import organizations, people
from services.membership.rules.standing import (
    Account,
    HeldLicense,
    Membership,
    Organization,
    Standing,
)
from shared.contracts.membership import MemberAdded
from shared.contracts.message import Refused
from tests.builders import an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
LIVE = HeldLicense(kind="COMMERCIAL", expires_at=LATER, expired=False)
NEW = an_id()


def ana() -> Standing:
    id = an_id()
    account = Account(id=id, email="ana@x.example", name="Ana", customer_number="CN-1")
    return Standing(account_id=id, account=account, owns=None, joined=None, licenses=(LIVE,))


def due(standing: Standing, now: datetime = NOW) -> UUID | None:
    activated = organizations.organization_due(standing, new_id=NEW, now=now)
    return activated.organization_id if activated else None


def test_R3_the_first_active_commercial_license_makes_an_organization() -> None:
    standing = ana()

    activated = organizations.organization_due(standing, new_id=NEW, now=NOW)

    assert activated is not None
    assert activated.organization_id == NEW
    assert activated.administrator_id == standing.account_id


def test_R3_a_second_commercial_license_creates_nothing() -> None:
    standing = ana()
    owned = Organization(NEW, standing.account_id, "ACTIVE")

    assert due(replace(standing, owns=owned, licenses=(LIVE, LIVE))) is None


def test_R4_without_an_active_commercial_license_there_is_no_organization() -> None:
    for kind in ("EDU", "TRIAL", "BETA"):
        assert due(replace(ana(), licenses=(replace(LIVE, kind=kind),))) is None
    assert due(replace(ana(), licenses=())) is None
    assert due(ana(), now=LATER) is None
    assert due(replace(ana(), licenses=(replace(LIVE, expired=True),))) is None


def test_R3_the_organization_waits_for_the_account() -> None:
    assert due(replace(ana(), account=None)) is None


def test_A13_a_member_never_becomes_an_organization() -> None:
    member = Membership(an_id(), an_id(), "MEMBER", NOW)

    assert due(replace(ana(), joined=member)) is None


def test_A2_a_guest_elsewhere_may_become_an_organization() -> None:
    guest = Membership(an_id(), an_id(), "GUEST", NOW)

    assert due(replace(ana(), joined=guest)) == NEW


def test_T9_the_organization_lapses_with_its_last_commercial_license() -> None:
    standing = ana()
    owned = Organization(an_id(), standing.account_id, "ACTIVE")

    lapsed = organizations.lapse(replace(standing, owns=owned), now=LATER)

    assert lapsed is not None
    assert lapsed.organization_id == owned.id


def test_T9_an_organization_with_another_live_license_goes_on() -> None:
    standing = ana()
    owned = Organization(an_id(), standing.account_id, "ACTIVE")
    gone = replace(LIVE, expired=True)

    assert (
        organizations.lapse(replace(standing, owns=owned, licenses=(gone, LIVE)), now=NOW) is None
    )
    assert organizations.lapse(standing, now=LATER) is None
    assert (
        organizations.lapse(replace(standing, owns=replace(owned, state="LAPSED")), now=LATER)
        is None
    )


def test_T9_a_renewal_wakes_the_same_organization() -> None:
    standing = ana()
    owned = Organization(an_id(), standing.account_id, "LAPSED")

    assert due(replace(standing, owns=owned)) == owned.id


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove"]),
            st.integers(0, 4),
            st.sampled_from(["ADMINISTRATOR", "MEMBER", "GUEST", "OWNER"]),
        ),
        max_size=40,
    )
)
def test_R7_no_sequence_of_acts_makes_no_or_two_administrators(
    acts: list[tuple[str, int, str]],
) -> None:
    everybody = [ana() for _ in range(5)]
    organization = Organization(an_id(), everybody[0].account_id, "ACTIVE")

    for verb, number, role in acts:
        person = everybody[number]
        if verb == "add":
            added = people.add_member(organization, person, role=role, now=NOW)
            everybody[number] = with_added(person, added)
        else:
            removed = people.remove_member(organization, person, strict=False, products=())
            everybody[number] = with_removed(person, removed)

    roles = [
        "ADMINISTRATOR" if p.account_id == organization.administrator_id else p for p in everybody
    ]
    assert roles.count("ADMINISTRATOR") == 1
    assert everybody[0].joined is None


def with_added(person: Standing, added: MemberAdded | Refused) -> Standing:
    if isinstance(added, Refused):
        return person
    joined = Membership(added.organization_id, added.account_id, added.role, added.added_at)
    return replace(person, joined=joined)


def with_removed(person: Standing, removed: Membership | Refused) -> Standing:
    return person if isinstance(removed, Refused) else replace(person, joined=None)
