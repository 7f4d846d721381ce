"""What purchases, trials and orders bring is moved, written down and told to the last field."""

import pytest

from services.credit_ledger.rules.book import Decision, Lot, Purchase, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.orders import place
from services.credit_ledger.rules.purchase_records import OrderPlaced, TrialTaken
from services.credit_ledger.rules.purchases import Arrival, bring, grant, grant_trial
from services.credit_ledger.rules.records import ClosedRole
from shared.contracts import credit_notices
from shared.contracts.credit_facts import CreditsDormant, CreditsExpired, CreditsGranted
from shared.contracts.credit_notices import OrderWithheld
from tests.builders import an_id
from tests.rules.credit_ledger.books import ANA, NOW, a_book, a_lot, accepted, in_days
from tests.rules.credit_ledger.trade import (
    a_grant,
    a_trial,
    an_order,
    an_own_wallet,
    booked,
    sold,
)

FREE, DORMANT, EXPIRED = LedgerAccount.FREE, LedgerAccount.DORMANT, LedgerAccount.EXPIRED


def came(dst: int, amount: int, lot: int) -> Transfer:
    return Transfer(Kind.GRANTED, LedgerAccount.ISSUED, dst, amount, lot)


def test_R48_A21_a_purchase_says_what_came_of_which_order_and_until_when() -> None:
    book = a_book(a_lot(100))
    act = a_grant(200, in_days(30))

    decision = grant(book, act, NOW)

    line = {"id": act.command, "lot": 2, "amount": "0.0002", "category": "purchased",
            "order_id": "L1", "line_no": 1, "expires_at": in_days(30), "dormant": False,
    }  # fmt: skip
    assert decision == Decision(
        (came(FREE, 200, 2),),
        lots=(Lot(2, 3, 0, 0, 0, NOW, in_days(30), sold("L1")),),
        says=((CreditsGranted, line),),
    )


@pytest.mark.parametrize(
    ("closed", "withheld", "reason"),
    [
        ("MEMBER", True, "members_may_not_purchase"),
        ("GUEST", False, "organizational_credits_assigned"),
    ],
)
def test_T5_T18_what_sleeps_says_so_and_an_operator_is_told_why(
    closed: ClosedRole, *, withheld: bool, reason: str
) -> None:
    act = a_grant(200, in_days(30), withheld=withheld)

    decision = grant(an_own_wallet(closed=closed), act, NOW)

    [lot] = decision.lots
    (_, granted), (fact, line) = decision.says
    assert decision.transfers == (came(DORMANT, 200, 1),)
    assert (lot.dormant_since, lot.withheld, granted["dormant"]) == (NOW, withheld, True)
    assert fact is OrderWithheld
    assert line == {
        "id": act.command, "lot": 1, "amount": "0.0002", "order_id": "L1", "reason": reason,
    }  # fmt: skip


def test_T24_what_came_too_late_expires_in_the_same_decision_and_says_so() -> None:
    act = a_grant(200, NOW)

    decision = grant(an_own_wallet(), act, NOW)

    late = Transfer(Kind.EXPIRED, FREE, EXPIRED, 200, 1)
    assert decision.transfers == (came(FREE, 200, 1), late)
    assert decision.says[1:] == ((CreditsExpired, {"lot": 1, "amount": "0.0002"}),)


def test_T7_what_was_not_bought_and_falls_asleep_tells_of_its_sleep() -> None:
    arrival = Arrival(
        40, 1, None, sold("L1"), kind=Kind.ADJUSTED, src=LedgerAccount.ADJUSTMENT
    )  # fmt: skip

    brought = bring(an_own_wallet(closed="GUEST"), arrival, NOW, after=2)

    asleep = Transfer(Kind.ADJUSTED, LedgerAccount.ADJUSTMENT, DORMANT, 40, 3)
    assert brought.transfers == (asleep,)
    assert brought.says == ((CreditsDormant, {"lot": 3, "amount": "0.00004"}),)


def test_R47_A15_a_trial_is_a_lot_of_the_offer_that_is_written_down_and_told() -> None:
    act = a_trial()

    decision = accepted(grant_trial(an_own_wallet(), act, NOW))

    line = {"id": act.command, "lot": 1, "amount": "0.00002", "category": "promo",
            "order_id": "spring", "line_no": 1, "expires_at": in_days(30), "dormant": False,
    }  # fmt: skip
    offer = Purchase("trial", "spring", 1, None, None)
    assert decision == Decision(
        (came(FREE, 20, 1),),
        lots=(Lot(1, 1, 0, 0, 0, NOW, in_days(30), offer),),
        records=(TrialTaken(ANA, "spring", NOW),),
        says=((CreditsGranted, line),),
        result={"lot": 1, "amount": "0.00002"},
    )


def test_A15_the_lots_of_an_offer_are_numbered_through_whoever_had_it_before() -> None:
    book = a_book()
    book.found[TrialTaken, ANA, "spring"] = (False, 3)
    book.left.append(TrialTaken(an_id(), "spring", NOW))
    book.left.append(TrialTaken(ANA, "autumn", NOW))

    [lot] = accepted(grant_trial(book, a_trial(), NOW)).lots

    assert lot.purchase.line_no == 5


def test_A15_a_trial_that_comes_too_late_says_that_it_expired() -> None:
    decision = accepted(grant_trial(an_own_wallet(), a_trial(), in_days(30)))

    assert [fact for fact, _ in decision.says] == [CreditsGranted, CreditsExpired]


def test_A14_an_order_says_by_whom_it_was_placed_and_for_how_many_credits() -> None:
    act = an_order()

    decision = accepted(place(a_book(), act, NOW))

    line = {"id": act.command, "account_id": ANA, "store": "online", "order_id": "order",
            "credits": "0.0002"}  # fmt: skip
    assert decision == Decision(
        records=(OrderPlaced("online", "order", ANA, act.command, act.content, NOW),),
        says=((credit_notices.OrderPlaced, line),),
        result={"order_id": "order"},
    )


def test_A14_an_order_is_known_by_its_store_and_its_name() -> None:
    book = a_book()
    booked(book, place(book, an_order(order="other"), NOW))
    booked(book, place(book, an_order(), NOW))

    assert [record.order_id for record in book.left if isinstance(record, OrderPlaced)] == [
        "other",
        "order",
    ]
