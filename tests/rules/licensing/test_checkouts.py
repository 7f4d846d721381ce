"""Which seat a checkout takes (R13, R27, R35, A12, T31-T33)."""

from dataclasses import replace

from services.licensing.rules import checkouts as rules
from services.licensing.rules.checkouts import Rights
from services.licensing.rules.leases import Checkout
from shared.contracts.message import Refused
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.licensing.leasing import (
    MINUTE,
    NOW,
    SEAT,
    a_checkout,
    a_floor,
    a_license,
    of_dan,
    opened,
    refused,
    taken,
)


def test_R35_a_seat_of_his_own_is_used_first() -> None:
    floor = a_floor(seat=SEAT, may_float=True)

    assert taken(Rights(of_dan(a_license("EDU")), floors=(floor,))) == "EDU"


def test_R35_then_the_seat_that_is_assigned_to_him() -> None:
    rights = Rights(
        of_dan(a_license("EDU"), seat=SEAT),
        checkouts=(a_checkout("EDU"),),
        floors=(a_floor(seat=SEAT, may_float=True),),
    )

    assert taken(rights, machine="laptop") == "ORGANIZATION"


def test_A12_then_a_free_one_that_floats() -> None:
    rights = Rights(
        of_dan(seat=SEAT),
        checkouts=(a_checkout("ORGANIZATION", seat=SEAT),),
        floors=(a_floor(seat=SEAT, taken=1, may_float=True),),
    )

    assert taken(rights, machine="laptop") == "FLOATING"


def test_A12_without_permission_no_free_seat_floats() -> None:
    rights = Rights(of_dan(), floors=(a_floor(),))

    assert refused(opened(rights)) is RefusalCode.NO_ENTITLEMENT


def test_A12_checked_out_and_assigned_seats_never_exceed_the_seats() -> None:
    full = Rights(of_dan(), floors=(a_floor(live=3, taken=3, may_float=True),))

    decision = opened(full)

    assert refused(decision) is RefusalCode.NO_SEAT_AVAILABLE
    assert isinstance(decision, Refused)
    assert decision.limit is not None
    assert (decision.limit.name, decision.limit.value, decision.limit.left) == ("seats", "3", "0")


def test_A12_whoever_holds_the_seats_is_listed_ten_at_most() -> None:
    full = opened(Rights(of_dan(), floors=(a_floor(taken=3, may_float=True),)))
    assert isinstance(full, Refused)
    holders = tuple(an_id() for _ in range(12))

    few = rules.listing(full, holders[:2], count=2)
    many = rules.listing(full, holders[:10], count=12)

    assert few.message.endswith(f"held by {holders[0]}, {holders[1]}")
    assert many.message.endswith(f"{holders[9]} and 2 more")
    assert str(holders[10]) not in many.message


def test_A12_the_same_machine_again_is_the_same_checkout() -> None:
    before = replace(a_checkout("EDU"), lease_until=NOW + MINUTE)

    again = opened(Rights(of_dan(a_license("EDU")), checkouts=(before,)))

    assert again == replace(before, lease_until=NOW + 10 * MINUTE)


def test_T31_the_same_machine_takes_another_seat_when_its_right_is_gone() -> None:
    orphan = a_checkout("ORGANIZATION")
    rights = Rights(
        of_dan(), checkouts=(orphan,), floors=(a_floor(live=1, taken=1, may_float=True),)
    )

    again = opened(rights)

    assert isinstance(again, Checkout)
    assert again.source == "FLOATING"
    assert again.id != orphan.id


def test_A12_an_assigned_seat_is_one_machine() -> None:
    rights = Rights(
        of_dan(seat=SEAT),
        checkouts=(a_checkout("ORGANIZATION", seat=SEAT),),
        floors=(a_floor(live=3, taken=1, seat=SEAT),),
    )

    assert refused(opened(rights, machine="laptop")) is RefusalCode.NO_SEAT_AVAILABLE


def test_R35_a_license_of_his_own_runs_on_as_many_machines_as_it_has_seats() -> None:
    two = Rights(of_dan(a_license("COMMERCIAL", seats=2)), checkouts=(a_checkout("PERSONAL"),))
    full = replace(two, checkouts=(*two.checkouts, a_checkout("PERSONAL", machine="laptop")))

    assert taken(two, machine="laptop") == "PERSONAL"
    decision = opened(full, machine="tower")
    assert refused(decision) is RefusalCode.NO_SEAT_AVAILABLE


def test_R27_a_members_own_license_is_not_used() -> None:
    ben = of_dan(a_license("COMMERCIAL"), role="MEMBER")

    assert refused(opened(Rights(ben, floors=(a_floor(),)))) is RefusalCode.NO_ENTITLEMENT
    assert taken(Rights(ben, floors=(a_floor(seat=SEAT),))) == "ORGANIZATION"


def test_R31_a_member_uses_his_trial() -> None:
    assert taken(Rights(of_dan(a_license("TRIAL"), role="MEMBER"))) == "TRIAL"


def test_R13_the_administrator_uses_the_organizations_seats_too() -> None:
    ana = of_dan(role="ADMINISTRATOR", seat=SEAT)

    assert taken(Rights(ana, floors=(a_floor(seat=SEAT),))) == "ORGANIZATION"


def test_T32_an_invited_person_uses_nothing_yet() -> None:
    invited = replace(of_dan(a_license("EDU"), seat=SEAT), registered=False)

    decision = opened(Rights(invited, floors=(a_floor(seat=SEAT, may_float=True),)))

    assert refused(decision) is RefusalCode.NO_ENTITLEMENT
    assert rules.right_to(a_checkout("EDU"), Rights(invited), now=NOW) is None


def test_T33_a_guest_with_a_seat_uses_that_and_not_his_trial() -> None:
    eva = of_dan(a_license("TRIAL"), seat=SEAT)

    assert taken(Rights(eva, floors=(a_floor(seat=SEAT),))) == "ORGANIZATION"


def test_T33_a_suspended_trial_is_refused_while_the_seat_is_in_use() -> None:
    rights = Rights(
        of_dan(a_license("TRIAL"), seat=SEAT),
        checkouts=(a_checkout("ORGANIZATION", seat=SEAT),),
        floors=(a_floor(seat=SEAT, taken=1),),
    )

    decision = opened(rights, machine="laptop")

    assert refused(decision) is RefusalCode.ORGANIZATIONAL_LICENSE_ALLOCATED


def test_T9_an_expired_product_is_not_used() -> None:
    ended = a_floor(live=0, taken=1, seat=SEAT, may_float=True)

    decision = opened(Rights(of_dan(), floors=(ended,)))

    assert refused(decision) is RefusalCode.NO_ENTITLEMENT
