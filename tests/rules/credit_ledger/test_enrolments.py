"""A node that works for single organizations speaks for no other (A17); what runs it finishes."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from services.credit_ledger.rules.acts import Act
from services.credit_ledger.rules.book import NEVER, Book, Hold
from services.credit_ledger.rules.enrolments import NOT_ENROLLED, Works, stranger, works
from services.credit_ledger.rules.holds import capture, lapse
from services.credit_ledger.rules.terms import Terms
from shared.contracts.credit_notices import LateUsageRefused
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from tests.rules.credit_ledger.books import (
    BEN,
    NOW,
    a_book,
    a_capture,
    a_debit,
    a_hold,
    a_lapse,
    a_void,
    accepted,
    an_authorize,
    an_extend,
    applied,
    refused,
)

NODE = "rn-01"
AFTER = NOW + timedelta(hours=2)


def minted(hold: Hold) -> datetime:
    return datetime.fromtimestamp((hold.id.int >> 80) / 1000, UTC)


def a_book_with_a_hold(withdrawn_after: timedelta | None) -> tuple[Book, Hold]:
    """A node works for the pool, or did until so long after the hold was authorized."""
    book = a_book()
    hold = a_hold(book)
    until = NEVER if withdrawn_after is None else minted(hold) + withdrawn_after
    book.found[Works(NODE)] = until
    return book, hold


def acts_of(hold: Hold) -> list[Act]:
    return [
        a_debit(1),
        an_authorize(1),
        an_extend(hold, 1),
        an_extend(hold),
        a_capture(hold, 1),
        a_void(hold),
    ]


def refusals(book: Book, acts: list[Act]) -> list[bool]:
    found = [stranger(book, act, NODE) for act in acts]
    assert {refusal for refusal in found if refusal is not None} <= {NOT_ENROLLED}
    return [refusal is not None for refusal in found]


def test_A17_whoever_is_no_such_node_needs_no_enrolment() -> None:
    assert works(a_book(), None)


def test_A17_a_node_that_is_enrolled_does_everything() -> None:
    book, hold = a_book_with_a_hold(None)

    assert not any(refusals(book, acts_of(hold)))


def test_A17_a_node_that_never_was_does_nothing() -> None:
    book, hold = a_book_with_a_hold(None)
    del book.found[Works(NODE)]

    assert all(refusals(book, acts_of(hold)))


def test_A17_one_node_does_not_speak_for_another() -> None:
    book = a_book()
    book.found[Works("rn-02")] = NEVER

    assert not works(book, NODE)
    assert works(book, "rn-02")


@pytest.mark.parametrize("since", [timedelta(0), timedelta(days=1)])
def test_A17_T2_a_withdrawn_node_finishes_what_was_begun_and_begins_nothing(
    since: timedelta,
) -> None:
    book, hold = a_book_with_a_hold(since)

    assert refusals(book, acts_of(hold)) == [True, True, True, False, False, False]


def test_A17_a_withdrawn_node_has_no_part_in_what_was_begun_after_it() -> None:
    book, hold = a_book_with_a_hold(timedelta(milliseconds=-1))

    assert all(refusals(book, acts_of(hold)))


def test_A17_a_hold_that_is_not_here_is_nobodys_to_finish() -> None:
    book, hold = a_book_with_a_hold(timedelta(days=1))
    book.holds[hold.id] = None

    assert all(refusals(book, acts_of(hold)))


def test_A17_T29_late_usage_of_a_withdrawn_node_is_told_and_not_charged() -> None:
    book, hold = a_book_with_a_hold(timedelta(days=1))
    applied(book, lapse(book, a_lapse(hold), AFTER))
    act = replace(a_capture(hold, 30), speaker=NODE)

    late = refused(capture(book, act, AFTER))

    assert (late.code, late.limit) == (NOT_ENROLLED.code, "node")
    line = {
        "id": str(act.command),
        "account_id": str(BEN),
        "hold_id": str(hold.id),
        "amount": format_credits(30),
        "refused": ["not_enrolled"],
    }
    assert late.says == ((LateUsageRefused, line),)


def test_A17_T26_the_pool_pays_nothing_beyond_a_hold_on_a_withdrawn_nodes_word() -> None:
    book, hold = a_book_with_a_hold(timedelta(days=1))
    book.terms = Terms(overrun_max=10)
    free, held = book.free, book.held
    parts = [replace(a_capture(hold, held + 4, final=False), speaker=NODE)]
    parts += [replace(a_capture(hold, 4, final=False), speaker=NODE) for _ in range(2)]

    first, second = (applied(book, capture(book, part, NOW)) for part in parts[:2])
    third = refused(capture(book, parts[2], NOW))

    assert (first.result, second.result) == ({"absorbed": "0.000004"},) * 2
    assert third.code == RefusalCode.HOLD_EXCEEDED
    assert (book.free, book.held, book.captured, book.absorbed) == (free, 0, held, 8)


def test_A17_T26_the_pool_pays_on_the_word_of_an_enrolled_node_and_of_the_fleet() -> None:
    book, hold = a_book_with_a_hold(None)
    book.terms = Terms(overrun_max=10)
    free, held = book.free, book.held

    applied(book, capture(book, replace(a_capture(hold, held + 4), speaker=NODE), NOW))
    other = a_hold(book, 90)
    applied(book, capture(book, a_capture(other, 94), NOW))

    assert (book.free, book.absorbed) == (free - 4 - 94, 0)


def test_A17_T29_late_usage_of_an_enrolled_node_and_of_anybody_else_is_charged() -> None:
    book, hold = a_book_with_a_hold(None)
    applied(book, lapse(book, a_lapse(hold), AFTER))

    accepted(capture(book, replace(a_capture(hold, 30), speaker=NODE), AFTER))
    accepted(capture(book, a_capture(hold, 30), AFTER))
