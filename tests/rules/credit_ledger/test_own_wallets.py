"""One pool at a time: a Guest's own wallet closes as he draws on the pool, and opens after it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.access import set_access
from services.credit_ledger.rules.book import NEVER, Access, Book
from services.credit_ledger.rules.chart import HoldState, Kind, LedgerAccount
from services.credit_ledger.rules.debts import repaying
from services.credit_ledger.rules.holds import capture, void
from services.credit_ledger.rules.own_wallets import OPEN_HOLDS, is_active, reopened
from services.credit_ledger.rules.spending import authorize
from shared.contracts.credit_facts import AccessChanged, CreditsExpired, CreditsReactivated
from shared.contracts.refusals import RefusalCode
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    NOW,
    OWNER,
    a_capture,
    a_lot,
    a_person,
    a_void,
    accepted,
    an_access,
    an_authorize,
    applied,
    in_days,
    refused,
)
from tests.rules.credit_ledger.people import (
    a_pool,
    an_own_book,
    applied_to_both,
    own_decision,
)

GUEST = a_person("disabled", role="GUEST")
ELSEWHERE = an_id()


def asleep(*, expires_at: timedelta | None = timedelta(days=10), withheld: bool = False) -> Book:
    """An own wallet closed for a Guest, with 40 that sleep since NOW."""
    lot = a_lot(0, expires_at=None if expires_at is None else NOW + expires_at)
    lot.granted = lot.dormant = 40
    lot.dormant_since, lot.withheld = NOW, withheld
    own = an_own_book(lot, closed="GUEST")
    own.granted, own.dormant, own.free = 40, 40, 0
    return own


@pytest.mark.parametrize("quota", [None, 100])
def test_R37_T3_a_guest_with_active_personal_credits_is_refused_access(quota: int | None) -> None:
    own = an_own_book(a_lot(40))
    act = an_access("quota" if quota else "unlimited", quota)

    refusal = refused(set_access(a_pool(GUEST, own=own), act, NOW))

    assert refusal.code == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    assert (refusal.limit, refusal.value, refusal.left) == ("access", None, None)


def test_R37_A10_an_open_personal_hold_keeps_personal_credits_active() -> None:
    own = an_own_book(a_lot(40))
    hold = applied(own, authorize(own, an_authorize(40), NOW)).hold
    assert hold is not None

    held = refused(set_access(a_pool(GUEST, own=own), an_access("unlimited"), NOW))
    applied(own, capture(own, a_capture(hold, 40, final=False), NOW))
    used_up = refused(set_access(a_pool(GUEST, own=own), an_access("unlimited"), NOW))
    applied(own, void(own, a_void(hold), NOW))

    assert held.code == used_up.code == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS
    accepted(set_access(a_pool(GUEST, own=own), an_access("unlimited"), NOW))


def test_A10_a_hold_that_is_not_at_hand_counts_and_one_that_ended_meanwhile_does_not() -> None:
    own = an_own_book()
    stored = an_id()
    own.found[OPEN_HOLDS] = (stored,)

    assert is_active(own)

    own.holds[stored] = None
    assert is_active(own)

    hold = authorize(a_pool(), an_authorize(1), NOW)
    ended = accepted(hold).hold
    assert ended is not None
    own.holds[stored] = replace(ended, state=HoldState.VOIDED)
    assert not is_active(own)


def test_R39_R42_used_up_sleeping_and_expired_credits_do_not_stand_in_the_way() -> None:
    own = an_own_book()

    decision = applied_to_both(
        book := a_pool(GUEST, own=own), set_access(book, an_access("quota", 100), NOW)
    )

    assert decision.access is not None
    assert decision.access.mode == "quota"
    assert (own.closed_by, own.closed_role) == (OWNER, "GUEST")
    assert own.access[BEN] == Access(BEN, "OWNER", "disabled", None, 0, 0, epoch=1)


def test_R37_holds_for_guests_alone() -> None:
    own = an_own_book(a_lot(40))

    accepted(set_access(a_pool(a_person("disabled"), own=own), an_access("unlimited"), NOW))


def test_R38_a_change_from_quota_to_unlimited_finds_the_wallet_closed_and_keeps_it() -> None:
    own = asleep()
    book = a_pool(a_person("quota", 100, role="GUEST"), own=own)

    decision = applied_to_both(book, set_access(book, an_access("unlimited"), NOW))

    assert own_decision(decision).transfers == ()
    assert (own.closed_by, own.dormant, own.epoch) == (OWNER, 40, 1)


def test_A2_a_guest_who_draws_on_another_organizations_pool_is_refused() -> None:
    own = an_own_book(closed="GUEST")
    own.closed_by = ELSEWHERE

    refusal = refused(set_access(a_pool(GUEST, own=own), an_access("unlimited"), NOW))

    assert refusal.code == RefusalCode.ALREADY_IN_ANOTHER_ORGANIZATION


def test_R36_T5_disabled_access_wakes_what_slept_and_moves_its_time_by_as_long() -> None:
    own = asleep()
    book = a_pool(a_person("quota", 100, role="GUEST"), own=own)

    decision = applied_to_both(book, set_access(book, an_access("disabled"), in_days(7)))

    [lot] = own.lots
    assert (own.closed_by, own.free, own.dormant) == (None, 40, 0)
    assert (lot.expires_at, lot.dormant_since) == (in_days(17), None)
    assert [said for said, _ in own_decision(decision).says] == [CreditsReactivated, AccessChanged]
    assert own.access[BEN] == Access(BEN, "OWNER", "unlimited", None, 0, 0, epoch=1)


def test_T5_a_person_gives_up_his_access_by_himself_and_sets_no_other() -> None:
    book = a_pool(a_person("quota", 100, role="GUEST"))

    for mode in ("unlimited", "quota"):
        act = replace(an_access(mode, 5 if mode == "quota" else None), by=BEN)
        assert refused(set_access(book, act, NOW)).code == RefusalCode.NOT_ADMINISTRATOR
    given_up = accepted(set_access(book, replace(an_access("disabled"), by=BEN), NOW))

    assert given_up.access is not None
    assert given_up.access.mode == "disabled"


def test_T5_nobody_gives_up_what_is_anothers_or_what_he_never_had() -> None:
    removed = a_pool(a_person("disabled", role="REMOVED"))
    act = replace(an_access("disabled"), by=BEN)

    assert refused(set_access(removed, act, NOW)).code == RefusalCode.NOT_ADMINISTRATOR


def test_T18_what_an_operator_has_to_look_at_sleeps_on() -> None:
    own = asleep(withheld=True)

    decision = reopened(own, BEN, an_id(), epoch=1, now=in_days(7))

    assert decision.transfers == ()
    assert decision.lot_changes == ()


def test_T5_a_lot_whose_time_was_over_before_it_slept_expires_as_it_wakes() -> None:
    own = asleep(expires_at=timedelta(0))

    decision = reopened(own, BEN, an_id(), epoch=1, now=in_days(7))

    [transfer] = decision.transfers
    assert (transfer.kind, transfer.dst) == (Kind.EXPIRED, LedgerAccount.EXPIRED)
    assert decision.says[0][0] is CreditsExpired


def test_T5_a_lot_without_an_end_wakes_without_one() -> None:
    [change] = reopened(asleep(expires_at=None), BEN, an_id(), epoch=1, now=NOW).lot_changes

    assert change.expires_at is None


def test_T5_no_time_is_moved_past_the_last_there_is() -> None:
    own = asleep()
    own.lots[0].expires_at = NEVER - timedelta(days=1)

    [change] = reopened(own, BEN, an_id(), epoch=1, now=in_days(7)).lot_changes

    assert change.expires_at == NEVER


def test_T23_what_wakes_in_an_indebted_wallet_repays_the_debt_first() -> None:
    own = asleep()
    own.debt, own.lots[0].owed = 15, 15

    applied(own, repaying(own, reopened(own, BEN, an_id(), epoch=1, now=NOW)))

    assert (own.free, own.debt) == (25, 0)


def test_A11_a_pool_is_a_guests_own_wallet_and_closes_with_its_people_left_nothing() -> None:
    own = an_own_book()
    own.kind, own.owner = "ORGANIZATION", ELSEWHERE
    own.access[BEN] = Access(BEN, "ADMINISTRATOR", "unlimited", None, 0, 0)
    book = a_pool(GUEST, own=own)

    decision = applied_to_both(book, set_access(book, an_access("unlimited"), NOW))
    refusal = refused(authorize(own, an_authorize(1), NOW))

    assert own.closed_by == OWNER
    assert own.access[BEN] == Access(BEN, "ADMINISTRATOR", "unlimited", None, 0, 0, epoch=1)
    assert own_decision(decision).says == ()
    assert refusal.code == RefusalCode.POOL_INSUFFICIENT


def test_A11_R37_a_pool_that_a_guest_owns_counts_as_personal_credits() -> None:
    own = an_own_book(a_lot(40))
    own.kind, own.owner = "ORGANIZATION", ELSEWHERE

    refusal = refused(set_access(a_pool(GUEST, own=own), an_access("unlimited"), NOW))

    assert refusal.code == RefusalCode.GUEST_HAS_ACTIVE_PERSONAL_CREDITS


def test_T8_access_that_is_disabled_leaves_an_open_hold_on_the_pool_to_drain() -> None:
    book = a_pool(a_person("quota", 100, role="GUEST"))
    hold = applied(book, authorize(book, an_authorize(90), NOW)).hold
    assert hold is not None

    applied_to_both(book, set_access(book, an_access("disabled"), NOW))
    charged = accepted(capture(book, a_capture(hold, 84), NOW))

    assert charged.hold is not None
    assert charged.hold.captured == 84
    assert book.own[BEN].closed_by is None


def test_I7_a_hold_keeps_the_epoch_in_which_it_was_authorized() -> None:
    book = a_pool(a_person("quota", 100, role="GUEST"))
    before = applied(book, authorize(book, an_authorize(5), NOW)).hold
    applied_to_both(book, set_access(book, an_access("unlimited"), NOW))

    after = applied(book, authorize(book, an_authorize(5), NOW)).hold

    assert before is not None
    assert after is not None
    assert (before.epoch, after.epoch) == (0, 1)


def test_R25_the_administrators_own_wallet_is_not_looked_at() -> None:
    act = replace(an_access("unlimited"), person=ANA)

    assert refused(set_access(a_pool(), act, NOW)).code == (
        RefusalCode.QUOTA_NOT_APPLICABLE_TO_ADMINISTRATOR
    )


def test_T18_only_what_is_withheld_sleeps_on_when_the_rest_wakes() -> None:
    own = asleep(withheld=True)
    other = a_lot(0, number=2, expires_at=in_days(5))
    other.granted = other.dormant = 7
    other.dormant_since, other.noticed = NOW, True
    own.lots.append(other)
    own.dormant += 7

    decision = applied(own, reopened(own, BEN, an_id(), epoch=1, now=in_days(2)))

    assert (own.free, own.dormant) == (7, 40)
    assert (other.withheld, other.noticed, other.expires_at) == (False, False, in_days(7))
    assert decision.says[0] == (CreditsReactivated, {"lot": 2, "amount": "0.000007"})


def test_R24_access_is_disabled_whatever_a_guest_has_of_his_own_or_elsewhere() -> None:
    elsewhere = an_own_book(closed="GUEST")
    elsewhere.closed_by = ELSEWHERE

    for own in (an_own_book(a_lot(40)), elsewhere):
        before = own.closed_by
        applied_to_both(
            book := a_pool(GUEST, own=own), set_access(book, an_access("disabled"), NOW)
        )

        assert own.closed_by == before
