"""Which months close when: without gap or overlap, each name once, whatever the zone does (A18)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit_ledger.rules.book import BEGINNING, Book
from services.credit_ledger.rules.closing import PeriodEnded, first_month, turn
from services.credit_ledger.rules.periods import month_of
from services.credit_ledger.rules.terms import Terms
from tests.rules.credit_ledger.books import a_book

ZONES = ("UTC", "Europe/Sofia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns")
NOVEMBER = datetime(2026, 11, 12, 9, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)


def a_booked_book(zone: str = "UTC") -> Book:
    book = a_book()
    book.seq = 7
    book.terms = Terms(zone=zone)
    return book


def closes(book: Book, now: datetime) -> tuple[PeriodEnded, ...]:
    """Turn the book as the engine does."""
    turned = turn(book, now)
    book.period_ends = turned.period_ends
    if turned.ended:
        book.closed_until = turned.ended[-1].ends
    return turned.ended


def test_A18_the_first_month_is_that_of_the_first_batch() -> None:
    book = a_booked_book("Europe/Sofia")

    assert closes(book, NOVEMBER) == ()
    assert book.period_ends == datetime(2026, 11, 30, 22, tzinfo=UTC)


def test_A18_before_its_first_batch_a_wallet_has_the_month_of_now() -> None:
    month = first_month("Europe/Sofia", NOVEMBER)

    assert month == PeriodEnded(
        "2026-11",
        "Europe/Sofia",
        datetime(2026, 10, 31, 22, tzinfo=UTC),
        datetime(2026, 11, 30, 22, tzinfo=UTC),
    )


def test_A18_a_month_closes_with_the_first_batch_past_its_end() -> None:
    book = a_booked_book()
    closes(book, NOVEMBER)

    before = closes(book, DECEMBER - timedelta(microseconds=1))
    [ended] = closes(book, DECEMBER)

    assert before == ()
    assert ended == PeriodEnded("2026-11", "UTC", datetime(2026, 11, 1, tzinfo=UTC), DECEMBER)
    assert book.closed_until == DECEMBER
    assert closes(book, DECEMBER) == ()


def test_A18_months_without_a_booking_close_one_by_one() -> None:
    book = a_booked_book()
    closes(book, NOVEMBER)

    ended = closes(book, datetime(2041, 3, 5, tzinfo=UTC))

    assert [period.period for period in ended[:3]] == ["2026-11", "2026-12", "2027-01"]
    assert ended[-1].period == "2041-02"
    assert len(ended) == 14 * 12 + 4


def test_a_wallet_in_which_nothing_was_booked_has_nothing_to_state() -> None:
    book = a_book()
    book.seq = 0
    closes(book, NOVEMBER)

    assert closes(book, DECEMBER) == ()
    assert book.period_ends == datetime(2027, 1, 1, tzinfo=UTC)
    assert book.closed_until == BEGINNING


@pytest.mark.parametrize("zone", ZONES)
def test_A18_a_new_zone_leaves_the_open_month_alone_and_gives_the_next_its_end(zone: str) -> None:
    book = a_booked_book("America/New_York")
    closes(book, NOVEMBER)
    november_ends = book.period_ends
    book.terms = Terms(zone=zone)

    ended = closes(book, datetime(2027, 1, 20, tzinfo=UTC))

    assert [period.period for period in ended] == ["2026-11", "2026-12"]
    assert ended[0].ends == ended[1].starts == november_ends
    assert ended[1].ends == month_of(zone, datetime(2026, 12, 15, tzinfo=UTC)).ends


@given(
    st.lists(
        st.tuples(st.sampled_from(ZONES), st.timedeltas(timedelta(0), timedelta(days=200))),
        min_size=1,
        max_size=30,
    )
)
def test_A18_months_follow_each_other_whatever_zones_they_saw(
    steps: list[tuple[str, timedelta]],
) -> None:
    book, now = a_booked_book(), NOVEMBER
    ended: list[PeriodEnded] = []

    for zone, passes in steps:
        now += passes
        ended += closes(book, now)
        assert book.closed_until <= now < book.period_ends
        book.terms = Terms(zone=zone)

    names = [period.period for period in ended]
    assert names == sorted(set(names))
    assert all(one.ends == next_.starts for one, next_ in pairwise(ended))
    assert len(names) == _months(names)


def _months(names: list[str]) -> int:
    """How many months from the first name to the last."""
    if not names:
        return 0
    (first_year, first_month), (last_year, last_month) = (
        (int(name[:4]), int(name[5:])) for name in (names[0], names[-1])
    )
    return (last_year - first_year) * 12 + last_month - first_month + 1
