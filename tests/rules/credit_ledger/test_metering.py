"""What is metered is what the latest word says, whichever comes first (T28)."""

from msgspec.structs import replace

from services.credit_ledger.rules.metering import metered, told_of
from tests.builders import an_id
from tests.rules.credit_ledger.books import a_book, a_hold

EARLIER, LATER = sorted((an_id(), an_id()))


def test_T28_a_word_counts_unless_a_later_one_has_come() -> None:
    hold = a_hold(a_book())

    told = metered(hold, LATER, 5)

    assert (told.metered, told.metered_by) == (5, LATER)
    assert metered(told, LATER, 7).metered == 7
    assert metered(told, EARLIER, 7) == metered(told, LATER, None) == told


def test_T28_a_capture_settles_what_is_metered_and_is_the_last_word_if_it_is_the_latest() -> None:
    hold = replace(a_hold(a_book()), metered=50)

    after_none = told_of(hold, EARLIER, 20)
    after_a_later = told_of(replace(hold, metered_by=LATER), EARLIER, 20)
    after_an_earlier = told_of(replace(hold, metered_by=EARLIER), LATER, 60)

    assert (after_none.metered, after_none.metered_by) == (30, EARLIER)
    assert (after_a_later.metered, after_a_later.metered_by) == (30, LATER)
    assert (after_an_earlier.metered, after_an_earlier.metered_by) == (0, LATER)
