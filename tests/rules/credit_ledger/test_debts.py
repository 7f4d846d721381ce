"""Whatever comes free in an indebted wallet repays its debt first, lot by lot (T23)."""

import pytest

from services.credit_ledger.rules.book import Decision, Transfer
from services.credit_ledger.rules.chart import Kind, LedgerAccount
from services.credit_ledger.rules.clawbacks import claw_back
from services.credit_ledger.rules.debts import repaying
from services.credit_ledger.rules.purchase_records import RefundTaken
from shared.contracts.credit_facts import CreditsClawedBack, DebtRaised, DebtRepaid
from shared.contracts.message import FactData
from tests.rules.credit_ledger.books import NOW, a_book, accepted, applied
from tests.rules.credit_ledger.trade import a_claw_back, a_sold_lot

FREE, HELD = LedgerAccount.FREE, LedgerAccount.HELD


def released(amount: int, lot: int) -> Transfer:
    return Transfer(Kind.RELEASED, HELD, FREE, amount, lot)


def held(amount: int, lot: int) -> Transfer:
    return Transfer(Kind.AUTHORIZED, FREE, HELD, amount, lot)


def repaid(amount: int, lot: int) -> Transfer:
    return Transfer(Kind.REPAID, FREE, LedgerAccount.RECEIVABLE, amount, lot)


@pytest.mark.parametrize(
    ("debt", "moved", "repays"),
    [
        (34, [released(100, 1)], [repaid(34, 1)]),
        (1, [released(1, 1)], [repaid(1, 1)]),
        (34, [released(20, 1), released(20, 2)], [repaid(20, 1), repaid(14, 2)]),
        (34, [released(10, 1), released(20, 1)], [repaid(30, 1)]),
        (34, [released(30, 1), held(10, 1)], [repaid(20, 1)]),
        (34, [held(10, 1), released(30, 1)], [repaid(20, 1)]),
        (34, [released(30, 1), held(30, 1), released(5, 2)], [repaid(5, 2)]),
    ],
)
def test_T23_each_lot_repays_what_it_has_free_that_it_had_not(
    debt: int, moved: list[Transfer], repays: list[Transfer]
) -> None:
    decision = repaying(a_book(debt=debt), Decision(tuple(moved)))

    assert decision.transfers == (*moved, *repays)


@pytest.mark.parametrize("moved", [held(10, 1), released(10, 1)])
def test_T23_without_a_debt_or_anything_free_nothing_is_repaid(moved: Transfer) -> None:
    debt = 34 if moved.src == FREE else 0
    decision = Decision((moved,))

    assert repaying(a_book(debt=debt), decision) is decision


def test_T23_each_payment_tells_what_is_still_owed() -> None:
    before: tuple[type[FactData], dict[str, object]] = (CreditsClawedBack, {"lot": 1})
    moved = (released(20, 1), released(20, 2))

    decision = repaying(a_book(debt=34), Decision(moved, says=(before,)))

    assert decision.says == (
        before,
        (DebtRepaid, {"lot": 1, "amount": "0.00002", "debt": "0.000014"}),
        (DebtRepaid, {"lot": 2, "amount": "0.000014", "debt": "0"}),
    )


def test_T22_T23_what_is_taken_back_is_written_down_and_told_with_its_reason() -> None:
    book = a_book(a_sold_lot("L1", 10, number=1))
    applied(book, Decision((Transfer(Kind.DEBITED, FREE, LedgerAccount.CONSUMED, 4, 1),)))
    act = a_claw_back("L1", 10, reason="charged_back")

    decision = accepted(claw_back(book, act, NOW))

    line = {"id": act.command, "lot": 1, "amount": "0.00001", "debt": "0.000004",
            "order_id": "L1", "reason": "charged_back"}  # fmt: skip
    assert decision.records == (RefundTaken("online", "L1", 1, act.command, 10),)
    assert decision.says == (
        (CreditsClawedBack, line),
        (DebtRaised, {"lot": 1, "amount": "0.000004", "debt": "0.000004"}),
    )
