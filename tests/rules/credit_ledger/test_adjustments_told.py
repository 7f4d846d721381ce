"""What operators do by hand is moved, written down and told to the last field (A17)."""

from msgspec.structs import replace

from services.credit_ledger.rules.adjustments import adjust, bring_in, release
from services.credit_ledger.rules.audited import Audited
from services.credit_ledger.rules.book import NEVER, Decision, Lot, Purchase, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.purchase_records import Adjusted, BroughtIn, LotReleased
from services.credit_ledger.rules.purchases import grant
from services.credit_ledger.rules.records import LotChange
from services.credit_ledger.rules.terms import ADJUSTMENT_MAX
from shared.contracts.credit_facts import CreditsAdjusted, CreditsGranted, CreditsReactivated
from tests.rules.credit_ledger.books import NOW, a_book, a_lot, accepted, in_days, refused
from tests.rules.credit_ledger.trade import (
    OLGA,
    OZ,
    a_balance,
    a_grant,
    a_release,
    an_adjustment,
    an_own_wallet,
    booked,
)

MUCH = ADJUSTMENT_MAX + 1


def test_A17_what_is_added_comes_from_nowhere_else_and_says_by_whom_it_came() -> None:
    book = a_book(a_lot(100))
    act = replace(an_adjustment(40, expires_at=in_days(9)), door="portal")

    decision = accepted(adjust(book, act, NOW))

    goodwill = Purchase("adjustment", act.command.hex, 1, None, None)
    line = {"id": act.command, "lot": 2, "amount": "0.00004", "direction": "add",
            "reason": "goodwill", "by": str(OZ), "door": "portal"}  # fmt: skip
    assert decision == Decision(
        (Transfer(Kind.ADJUSTED, LedgerAccount.ADJUSTMENT, LedgerAccount.FREE, 40, 2),),
        lots=(Lot(2, 1, 0, 0, 0, NOW, in_days(9), goodwill),),
        records=(
            Adjusted(
                act.command, 40, "add", "goodwill", in_days(9), OZ, None, NOW, booked=act.command
            ),
        ),
        says=((CreditsAdjusted, line),),
        result={"amount": "0.00004"},
    )


def test_A17_what_is_removed_goes_where_it_came_from_and_says_by_whom() -> None:
    book = a_book(a_lot(100))
    act = replace(an_adjustment(100, "remove"), door="portal")

    decision = accepted(adjust(book, act, NOW))

    line = {"id": act.command, "lot": 1, "amount": "0.0001", "direction": "remove",
            "reason": "goodwill", "by": str(OZ), "door": "portal"}  # fmt: skip
    assert decision == Decision(
        (Transfer(Kind.ADJUSTED, LedgerAccount.FREE, LedgerAccount.ADJUSTMENT, 100, 1),),
        records=(
            Adjusted(
                act.command, 100, "remove", "goodwill", None, OZ, None, NOW, booked=act.command
            ),
        ),
        says=((CreditsAdjusted, line),),
        result={"amount": "0.0001"},
    )


def test_A17_the_limit_itself_takes_one_operator_and_what_is_above_waits_for_another() -> None:
    book = a_book()
    much = an_adjustment(MUCH, expires_at=in_days(9))

    refusal = refused(adjust(book, much, NOW))

    assert isinstance(adjust(book, an_adjustment(ADJUSTMENT_MAX), NOW), Decision)
    assert (refusal.value, refusal.left) == (ADJUSTMENT_MAX, ADJUSTMENT_MAX)
    waits, written = refusal.records
    assert waits == (
        Adjusted(much.command, MUCH, "add", "goodwill", in_days(9), OZ, None, NOW, booked=None)
    )
    assert isinstance(written, Audited)
    assert (written.id, written.at) == (much.command, NOW)


def test_A17_what_was_asked_in_another_batch_is_confirmed_as_well() -> None:
    book = a_book()
    asked = Adjusted(an_adjustment(1).command, MUCH, "add", "goodwill", None, OZ, None, NOW, None)
    book.found[Adjusted, asked.id] = asked
    act = an_adjustment(MUCH, by=OLGA, confirms=asked.id)

    decision = accepted(adjust(book, act, in_days(1)))

    assert decision.records == (replace(asked, confirmed_by=OLGA, booked=act.command),)


def test_T18_a_released_lot_says_by_whom_and_may_be_announced_again() -> None:
    book = an_own_wallet()
    booked(book, grant(book, a_grant(200, in_days(30), withheld=True), NOW))
    book.lots[0].noticed = True
    act = replace(a_release(1), door="portal")

    decision = accepted(release(book, act, in_days(10)))

    line = {"lot": 1, "amount": "0.0002", "by": str(OZ), "door": "portal"}
    assert decision == Decision(
        (Transfer(Kind.REACTIVATED, LedgerAccount.DORMANT, LedgerAccount.FREE, 200, 1),),
        lot_changes=(LotChange(1, in_days(40), None, withheld=False, noticed=False),),
        records=(LotReleased(1, act.command, OZ, "he may keep it", in_days(10)),),
        says=((CreditsReactivated, line),),
        result={"amount": "0.0002"},
    )


def test_T5_T18_what_sleeps_on_keeps_its_end_until_it_wakes() -> None:
    book = an_own_wallet(closed="MEMBER")
    booked(book, grant(book, a_grant(200, in_days(30), withheld=True), NOW))

    decision = accepted(release(book, a_release(1), in_days(10)))

    assert decision.lot_changes == (
        LotChange(1, in_days(30), NOW, withheld=False, noticed=False),
    )  # fmt: skip


def test_T18_what_sleeps_without_being_withheld_is_not_given_free() -> None:
    book = an_own_wallet(a_lot(200), closed="MEMBER")

    decision = accepted(release(book, a_release(1), in_days(10)))

    assert (decision.result, decision.lot_changes) == ({"amount": "0"}, ())


def test_T5_an_end_that_would_pass_the_end_of_time_stays_there() -> None:
    book = an_own_wallet()
    ends = NEVER - (in_days(9) - NOW)
    booked(book, grant(book, a_grant(200, ends, withheld=True), NOW))

    [change] = accepted(release(book, a_release(1), in_days(10))).lot_changes

    assert change.expires_at == NEVER


def test_an_opening_balance_keeps_its_end_and_says_by_whom_it_came() -> None:
    act = replace(a_balance(300), expires_at=in_days(9), note="from the old one", door="portal")

    decision = accepted(bring_in(an_own_wallet(), act, NOW))

    line = {"id": act.command, "lot": 1, "amount": "0.0003", "category": "purchased",
            "order_id": "old-1", "line_no": 1, "expires_at": in_days(9), "dormant": False,
            "by": str(OZ), "door": "portal"}  # fmt: skip
    assert decision == Decision(
        (Transfer(Kind.GRANTED, LedgerAccount.ISSUED, LedgerAccount.FREE, 300, 1),),
        lots=(Lot(1, 3, 0, 0, 0, NOW, in_days(9), act.purchase),),
        records=(BroughtIn("old-1", 1, 1, OZ, "from the old one", NOW),),
        says=((CreditsGranted, line),),
        result={"lot": 1, "amount": "0.0003"},
    )
