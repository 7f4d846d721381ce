"""What an order line becomes, whose it is and how long it counts (R1-R4, R27, A13, T19-T21)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.licensing.rules import licenses as rules
from services.licensing.rules import organizations
from services.licensing.rules.licenses import HIS_OWN, License
from services.licensing.rules.organizations import Organization
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def a_license(**changes: Any) -> License:  # noqa: ANN401  # any field of the license
    line = a_license_line(expires_at=LATER)
    license = rules.license_of(a_purchase(), line, HIS_OWN, id=an_id(), now=NOW)
    return replace(license, **changes)


def test_T19_an_order_line_becomes_one_license() -> None:
    order = a_purchase()
    line = a_license_line(line_no=7, seats=5, expires_at=LATER)

    license = rules.license_of(order, line, HIS_OWN, id=an_id(), now=NOW)

    assert (license.store, license.order_id, license.line_no) == (order.store, order.order_id, 7)
    assert (license.account_id, license.seats, license.state) == (order.account_id, 5, "ACTIVE")


def test_T20_a_license_that_comes_past_its_date_never_counts() -> None:
    line = a_license_line(expires_at=NOW)

    license = rules.license_of(a_purchase(), line, HIS_OWN, id=an_id(), now=NOW)

    assert license.state == "EXPIRED"
    assert not license.is_live(NOW)


def test_T21_the_same_line_told_again_says_the_same() -> None:
    kept = a_license()

    assert rules.says_the_same(kept, replace(kept, id=an_id(), activated_at=LATER))
    assert not rules.says_the_same(kept, replace(kept, seats=kept.seats + 1))
    assert not rules.says_the_same(kept, replace(kept, account_id=an_id()))


def test_R43_what_a_person_owns_of_a_product_leaves_out_the_organizations() -> None:
    larkspur = Organization(an_id(), an_id())
    license = a_license(organization_id=larkspur.id)
    trial = a_license(kind="TRIAL")
    other = a_license(kind="EDU", product="Tide")

    kinds = organizations.personal_kinds([license, trial, other], larkspur, product=LUMEN, now=NOW)

    assert kinds == {"TRIAL"}


def test_A13_the_licenses_of_a_guests_own_organization_are_his_own_to_others() -> None:
    license = a_license(organization_id=an_id())

    kinds = organizations.personal_kinds(
        [license], Organization(an_id(), an_id()), product=LUMEN, now=NOW
    )

    assert kinds == {"COMMERCIAL"}


def test_A13_the_first_live_license_makes_the_organization() -> None:
    first = a_license(activated_at=NOW - timedelta(days=2))
    second = a_license(activated_at=NOW - timedelta(days=1))
    gone = a_license(activated_at=NOW - timedelta(days=3), state="EXPIRED")

    assert rules.founding_license([second, gone, first], NOW) == first
    assert rules.founding_license([gone], NOW) is None


def test_T9_seats_last_as_long_as_the_last_of_their_licenses() -> None:
    soon, later = a_license(), a_license(expires_at=LATER + timedelta(days=1))
    endless = a_license(expires_at=None)

    assert rules.ends_at([soon, later], NOW) == later.expires_at
    assert rules.ends_at([soon, endless], NOW) is None
    assert rules.ends_at([soon], LATER) is None


def test_T9_seats_count_until_the_license_runs_out() -> None:
    licenses = [a_license(seats=3), a_license(seats=2, expires_at=None)]

    assert rules.live_seats(licenses, NOW) == 5
    assert rules.live_seats(licenses, LATER) == 2
    assert rules.live_seats([a_license(state="EXPIRED", expires_at=None)], NOW) == 0


def test_R1_everybody_sees_his_own_licenses_and_nobody_elses() -> None:
    ana = an_id()
    larkspur = Organization(an_id(), ana)

    assert organizations.may_list(ana, None, ana) is None
    assert organizations.may_list(larkspur.id, larkspur, ana) is None
    refused = [
        organizations.may_list(ana, None, an_id()),
        organizations.may_list(larkspur.id, larkspur, an_id()),
    ]
    assert [one.code for one in refused if one] == [
        RefusalCode.UNKNOWN_ACCOUNT,
        RefusalCode.NOT_ADMINISTRATOR,
    ]


def test_R2_only_the_administrator_hands_out_seats() -> None:
    larkspur = Organization(an_id(), an_id())

    assert organizations.administer(larkspur, larkspur.administrator_id) == larkspur
    assert organizations.administer(larkspur, None) != larkspur
    unknown = organizations.administer(None, larkspur.administrator_id)
    his_own = organizations.administer(None, an_id(), is_own_account=True)
    assert isinstance(unknown, Refused)
    assert isinstance(his_own, Refused)
    assert (unknown.code, his_own.code) == (
        RefusalCode.UNKNOWN_ORGANIZATION,
        RefusalCode.NOT_AN_ORGANIZATION,
    )
