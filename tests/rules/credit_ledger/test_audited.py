"""What is written down of an administrative act: by whom and which door, from what to what."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.access import edit_quota, restart_quota, set_access
from services.credit_ledger.rules.access_acts import SetTerms
from services.credit_ledger.rules.adjustments import adjust, bring_in, release
from services.credit_ledger.rules.audited import AUDITS, Audited, audited, seen
from services.credit_ledger.rules.book import Book, Decision, Refusal
from services.credit_ledger.rules.hold_acts import SetRate
from services.credit_ledger.rules.pool_terms import set_terms
from services.credit_ledger.rules.pricing import set_rate
from services.credit_ledger.rules.requests import decide_request, request_credits
from services.credit_ledger.rules.terms import ADJUSTMENT_MAX
from tests.builders import an_id
from tests.rules.credit_ledger.books import (
    ANA,
    BEN,
    NOW,
    OWNER,
    a_book,
    a_debit,
    a_lot,
    a_person,
    an_access,
)
from tests.rules.credit_ledger.people import (
    a_decline,
    a_pool,
    a_request,
    a_restart,
    an_approval,
    an_edit,
    applied_to_both,
)
from tests.rules.credit_ledger.trade import OZ, a_balance, a_release, an_adjustment

CREDIT = 1_000_000
PORTAL = "coffer_portal"


def trail(book: Book, act: Any, decided: Decision | Refusal, door: str = PORTAL) -> Audited:  # noqa: ANN401  # any administrative act
    """Decide as the engine does, and write down what it was."""
    act = replace(act, door=door)
    before = seen(book, act)
    assert before is not None
    applied_to_both(book, decided)
    return audited(book, act, before, NOW)


def test_R22_an_access_that_is_set_is_written_down_with_who_set_it() -> None:
    book = a_pool(a_person("disabled"))
    act = an_access("quota", 9 * CREDIT)

    entry = trail(book, act, set_access(book, act, NOW))

    assert (entry.id, entry.act, entry.at) == (act.command, "set_credit_access", NOW)
    assert (entry.by, entry.door, entry.about) == (ANA, PORTAL, BEN)
    assert entry.before == {"mode": "disabled", "limit": None, "period": None}
    assert entry.after == {"mode": "quota", "limit": "9", "period": None}


def test_R23_a_quota_is_written_down_before_and_after() -> None:
    book = a_pool(a_person("quota", 9 * CREDIT))
    act = an_edit(5 * CREDIT)

    entry = trail(book, act, edit_quota(book, act, NOW))

    assert (entry.act, entry.before, entry.after) == ("edit_quota", {"limit": "9"}, {"limit": "5"})


def test_R22_a_restart_is_written_down_with_the_count_that_ended() -> None:
    book = a_pool(a_person("quota", 9 * CREDIT, captured=7 * CREDIT))
    act = a_restart()

    entry = trail(book, act, restart_quota(book, act, NOW))

    assert entry.before == {"count": 0, "captured": "7", "held": "0"}
    assert entry.after == {"count": 1, "captured": "0", "held": "0"}


@pytest.mark.parametrize("approve", [True, False])
def test_R37_a_request_is_written_down_as_it_was_decided(*, approve: bool) -> None:
    book = a_pool(a_person("disabled"))
    asked = a_request("quota", 9 * CREDIT)
    applied_to_both(book, request_credits(book, asked, NOW))
    decision = an_approval(asked) if approve else a_decline(asked)
    act = replace(decision, person=BEN)

    entry = trail(book, act, decide_request(book, act, NOW))

    assert (entry.act, entry.about) == ("decide_request", BEN)
    assert entry.before == {"state": "open", "mode": "disabled", "limit": None}
    assert entry.after["request_id"] == str(asked.command)
    state = {name: entry.after[name] for name in ("state", "mode", "limit")}
    if approve:
        assert state == {"state": "approved", "mode": "quota", "limit": "9"}
    else:
        assert state == {"state": "declined", "mode": "disabled", "limit": None}
        assert entry.after["reason"] == "not this month"


def test_A18_of_terms_only_those_that_were_set_are_written_down() -> None:
    book = a_book()
    act = SetTerms(
        an_id(), OWNER, 1, OZ, by_operator=True, credit_back_days=9, overrun_max=5 * CREDIT
    )

    entry = trail(book, act, set_terms(book, act, NOW), "operator")

    assert (entry.by, entry.door, entry.about) == (OZ, "operator", None)
    assert entry.before == {"overrun_max": "0", "credit_back_days": 30}
    assert entry.after == {"overrun_max": "5", "credit_back_days": 9}


def test_A17_a_rate_is_written_down_beside_the_one_it_follows() -> None:
    book = a_book()
    first = SetRate(an_id(), OWNER, 1, OZ, True, "gpu", "gpu_hour", 6 * CREDIT, NOW)  # a field
    second = replace(first, command=an_id(), price=7 * CREDIT)

    entries = [trail(book, act, set_rate(book, act, NOW)) for act in (first, second)]

    assert [entry.before for entry in entries] == [
        {"credits_per_unit": None},
        {"credits_per_unit": "6"},
    ]
    assert entries[1].after == {
        "credits_per_unit": "7",
        "node_class": "gpu",
        "unit": "gpu_hour",
        "effective_from": NOW.isoformat(),
    }


def test_A17_a_correction_is_written_down_with_its_reason() -> None:
    book = a_book(a_lot(50 * CREDIT))
    act = an_adjustment(5 * CREDIT, "remove")

    entry = trail(book, act, adjust(book, act, NOW), "operator")

    assert (entry.by, entry.before) == (OZ, {"available": "50"})
    assert entry.after == {
        "available": "45",
        "amount": "5",
        "direction": "remove",
        "reason": "goodwill",
    }


def test_A17_what_one_operator_asks_and_another_is_to_confirm_is_written_down() -> None:
    book = a_book(a_lot(5_000 * CREDIT))
    act = replace(an_adjustment(ADJUSTMENT_MAX + 1, "remove"), door="operator")

    asking = adjust(book, act, NOW)

    assert isinstance(asking, Refusal)
    [entry] = [record for record in asking.records if isinstance(record, Audited)]
    assert (entry.id, entry.act, entry.at) == (act.command, "ask_adjustment", NOW)
    assert (entry.by, entry.door, entry.about) == (OZ, "operator", None)
    assert entry.before == {"available": "5000"}
    assert entry.after == {
        "available": "5000",
        "amount": "1000.000001",
        "direction": "remove",
        "reason": "goodwill",
        "waits_for": "second_operator",
    }


def test_A17_T18_a_lot_that_is_released_is_written_down() -> None:
    lot = a_lot(0)
    lot.withheld, lot.dormant, lot.dormant_since = True, 40 * CREDIT, NOW
    book = a_book(lot)
    book.dormant = 40 * CREDIT
    act = a_release(1)

    entry = trail(book, act, release(book, act, NOW), "operator")

    assert entry.before == {"withheld": True, "free": "0", "dormant": "40"}
    assert entry.after == {
        "withheld": False,
        "free": "40",
        "dormant": "0",
        "lot": 1,
        "reason": "he may keep it",
    }


def test_A17_a_balance_that_is_brought_in_is_written_down() -> None:
    book = a_book(a_lot(50 * CREDIT))
    act = a_balance(30 * CREDIT)

    entry = trail(book, act, bring_in(book, act, NOW), "operator")

    assert (entry.act, entry.before) == ("import_balance", {"available": "50"})
    assert entry.after == {
        "available": "80",
        "amount": "30",
        "category": "purchased",
        "reference": "old-1",
    }


def test_work_leaves_no_trail() -> None:
    assert seen(a_book(), a_debit(1)) is None
    assert len(AUDITS) == 9
