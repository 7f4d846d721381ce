"""What an order line becomes, whose it is and how long it counts (R1-R4, R27, A13, T19-T21)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.licensing import rules
from services.licensing.rules import License, Organization
from shared.contracts.refusals import RefusalCode
from tests.builders import LUMEN, a_license_line, a_purchase, an_id

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def a_license(**changes: Any) -> License:  # noqa: ANN401  # any field of the license
    line = a_license_line(expires_at=LATER)
    license = rules.license_of(a_purchase(), line, id=an_id(), now=NOW)
    return replace(license, **changes)


def test_T19_an_order_line_becomes_one_license() -> None:
    order = a_purchase()
    line = a_license_line(line_no=7, seats=5, expires_at=LATER)

    license = rules.license_of(order, line, id=an_id(), now=NOW)

    assert (license.store, license.order_id, license.line_no) == (order.store, order.order_id, 7)
    assert (license.account_id, license.seats, license.state) == (order.account_id, 5, "ACTIVE")


def test_T20_a_license_that_comes_past_its_date_never_counts() -> None:
    license = rules.license_of(a_purchase(), a_license_line(expires_at=NOW), id=an_id(), now=NOW)

    assert license.state == "EXPIRED"
    assert not license.is_live(NOW)


def test_T21_the_same_line_told_again_says_the_same() -> None:
    kept = a_license()

    assert rules.says_the_same(kept, replace(kept, id=an_id(), activated_at=LATER))
    assert not rules.says_the_same(kept, replace(kept, seats=kept.seats + 1))
    assert not rules.says_the_same(kept, replace(kept, account_id=an_id()))


def test_A13_commercial_licenses_of_the_administrator_are_the_organizations() -> None:
    license = a_license()
    his = Organization(an_id(), license.account_id)

    assert rules.is_organizational(license, his)
    assert not rules.is_organizational(replace(license, kind="EDU"), his)
    assert not rules.is_organizational(license, Organization(an_id(), an_id()))
    assert not rules.is_organizational(license, None)


def test_R27_what_a_person_owns_of_a_product_leaves_out_the_organizations() -> None:
    license = a_license()
    trial = replace(license, id=an_id(), kind="TRIAL")
    other = replace(license, id=an_id(), kind="EDU", product="Tide")
    his = Organization(an_id(), license.account_id)

    kinds = rules.personal_kinds([license, trial, other], his, product=LUMEN, now=NOW)

    assert kinds == {"TRIAL"}


def test_T9_seats_count_until_the_license_runs_out() -> None:
    licenses = [a_license(seats=3), a_license(seats=2, expires_at=None)]

    assert rules.live_seats(licenses, NOW) == 5
    assert rules.live_seats(licenses, LATER) == 2
    assert rules.live_seats([a_license(state="EXPIRED", expires_at=None)], NOW) == 0


def test_R1_everybody_sees_his_own_licenses_and_nobody_elses() -> None:
    ana = an_id()
    larkspur = Organization(an_id(), ana)

    assert rules.may_list(ana, None, ana) is None
    assert rules.may_list(larkspur.id, larkspur, ana) is None
    refused = [rules.may_list(ana, None, an_id()), rules.may_list(larkspur.id, larkspur, an_id())]
    assert [one.code for one in refused if one] == [
        RefusalCode.UNKNOWN_ACCOUNT,
        RefusalCode.NOT_ADMINISTRATOR,
    ]


def test_R2_only_the_administrator_hands_out_seats() -> None:
    larkspur = Organization(an_id(), an_id())

    assert rules.administer(larkspur, larkspur.administrator_id) == larkspur
    assert rules.administer(larkspur, None) != larkspur
    assert rules.administer(None, larkspur.administrator_id) is not None
