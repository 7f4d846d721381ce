"""How long a lease lasts, and when its right is gone (A12, T1, T9, T31, T33)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.licensing.rules import checkouts as rules
from services.licensing.rules.checkouts import Floor, Rights
from services.licensing.rules.leases import Checkout
from shared.contracts.checkouts import BorrowCheckout
from shared.contracts.entitlements import Source
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.licensing.leasing import (
    DAN,
    MINUTE,
    NOW,
    SEAT,
    a_checkout,
    a_floor,
    a_license,
    of_dan,
    opened,
    refused,
)


def test_T33_a_running_trial_is_not_renewed_once_a_seat_was_assigned() -> None:
    trial = a_checkout("TRIAL")
    alone = Rights(of_dan(a_license("TRIAL")), checkouts=(trial,))
    suspended = Rights(of_dan(a_license("TRIAL"), seat=SEAT), checkouts=(trial,))

    assert isinstance(rules.renew(trial, alone, lease_seconds=60, now=NOW), Checkout)
    decision = rules.renew(trial, suspended, lease_seconds=60, now=NOW)
    assert refused(decision) is RefusalCode.NO_ENTITLEMENT


@pytest.mark.parametrize("source", ["ORGANIZATION", "FLOATING"])
def test_A12_a_heartbeat_lets_the_lease_run_from_now(source: Source) -> None:
    seat = SEAT if source == "ORGANIZATION" else None
    checkout = a_checkout(source, seat=seat)
    rights = Rights(of_dan(), (checkout,), (a_floor(taken=1, seat=seat, may_float=True),))

    renewed = rules.renew(checkout, rights, lease_seconds=3600, now=NOW)

    assert renewed == replace(checkout, lease_until=NOW + 60 * MINUTE)


@pytest.mark.parametrize(
    "floor",
    [
        a_floor(taken=1),
        a_floor(taken=1, seat=an_id()),
        a_floor(live=0, seat=SEAT),
    ],
)
def test_T31_a_lease_whose_assignment_is_gone_is_not_renewed(floor: Floor) -> None:
    orphan = a_checkout("ORGANIZATION", seat=SEAT if floor.live == 0 else None)
    rights = Rights(of_dan(), (orphan,), (floor,))

    decision = rules.renew(orphan, rights, lease_seconds=60, now=NOW)

    assert refused(decision) is RefusalCode.NO_ENTITLEMENT


def test_A12_a_lease_runs_out_once_floating_is_off() -> None:
    floats = a_checkout("FLOATING")
    rights = Rights(of_dan(), (floats,), (a_floor(taken=1),))

    assert (
        refused(rules.renew(floats, rights, lease_seconds=60, now=NOW))
        is RefusalCode.NO_ENTITLEMENT
    )


def test_T1_a_lease_of_whoever_left_is_not_renewed() -> None:
    floats = a_checkout("FLOATING")

    decision = rules.renew(floats, Rights(of_dan(role=None), (floats,)), lease_seconds=60, now=NOW)

    assert refused(decision) is RefusalCode.NO_ENTITLEMENT


def test_A12_no_lease_outlives_the_license_it_rests_on() -> None:
    ends = NOW + MINUTE
    rights = Rights(of_dan(a_license("EDU", ends=ends)))

    checkout = opened(rights)

    assert isinstance(checkout, Checkout)
    assert checkout.lease_until == ends


def borrowed(until: datetime) -> Checkout | Refused:
    own = a_checkout("EDU")
    rights = Rights(of_dan(a_license("EDU")), (own,))
    return rules.borrow(own, BorrowCheckout(checkout_id=own.id, until=until), rights, now=NOW)


def test_A12_a_checkout_is_borrowed_for_thirty_days_at_most() -> None:
    longest = borrowed(NOW + timedelta(days=30))

    assert isinstance(longest, Checkout)
    assert longest.borrowed
    assert longest.lease_until == NOW + timedelta(days=30)
    assert refused(borrowed(NOW + timedelta(days=30, seconds=1))) is RefusalCode.MALFORMED
    assert refused(borrowed(NOW)) is RefusalCode.MALFORMED


def test_A12_nothing_is_borrowed_without_a_right() -> None:
    orphan = a_checkout("ORGANIZATION")
    asked = BorrowCheckout(checkout_id=orphan.id, until=NOW + timedelta(days=1))

    decision = rules.borrow(orphan, asked, Rights(of_dan(), (orphan,)), now=NOW)

    assert refused(decision) is RefusalCode.NO_ENTITLEMENT


def test_A12_a_heartbeat_does_not_shorten_what_was_borrowed() -> None:
    kept = replace(a_checkout("EDU"), borrowed=True, lease_until=NOW + timedelta(days=5))

    renewed = rules.renew(
        kept, Rights(of_dan(a_license("EDU")), (kept,)), lease_seconds=600, now=NOW
    )

    assert renewed == kept


def test_A12_only_whoever_opened_a_checkout_goes_on_with_it() -> None:
    checkout = a_checkout("EDU")
    lapsed = replace(checkout, lease_until=NOW)

    assert rules.his(checkout, DAN, now=NOW) == checkout
    assert refused(rules.his(checkout, an_id(), now=NOW)) is RefusalCode.UNKNOWN_CHECKOUT
    assert refused(rules.his(lapsed, DAN, now=NOW)) is RefusalCode.UNKNOWN_CHECKOUT
    assert refused(rules.his(None, DAN, now=NOW)) is RefusalCode.UNKNOWN_CHECKOUT


def test_A12_a_checkout_is_brought_back_by_its_opener_or_the_administrator() -> None:
    ana = an_id()
    floats, own = a_checkout("FLOATING"), a_checkout("EDU")

    assert rules.may_close(floats, DAN, ana) == floats
    assert rules.may_close(floats, ana, ana) == floats
    assert rules.may_close(own, DAN, None) == own
    assert refused(rules.may_close(floats, an_id(), ana)) is RefusalCode.NOT_ADMINISTRATOR
    assert refused(rules.may_close(own, ana, None)) is RefusalCode.UNKNOWN_CHECKOUT
    assert refused(rules.may_close(own, None, None)) is RefusalCode.UNKNOWN_CHECKOUT
    assert refused(rules.may_close(None, DAN, ana)) is RefusalCode.UNKNOWN_CHECKOUT


def test_T9_whoever_opened_last_loses_his_lease_first() -> None:
    first, second = a_checkout("PERSONAL"), a_checkout("PERSONAL", machine="laptop", minute=1)
    rights = Rights(of_dan(a_license("COMMERCIAL")), (second, first))

    assert rules.surplus_of_own(rights, now=NOW) == (second,)
    assert rules.right_to(first, rights, now=NOW) is not None
    assert rules.right_to(second, rights, now=NOW) is None
