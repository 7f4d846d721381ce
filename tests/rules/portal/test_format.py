"""Numbers and moments as people read them: nothing rounds into a lie."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.format import Format, exact, format_of, moment, plural, read_amount
from shared.contracts.money import format_credits, parse_credits

AMOUNTS = st.integers(min_value=0, max_value=10**15)
MOMENT = datetime(2027, 1, 31, 21, 59, 8, tzinfo=UTC)


@pytest.fixture
def reading() -> Format:
    return format_of("en", "Europe/Sofia")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0", "0.00"),
        ("6", "6.00"),
        ("1234567.5", "1,234,567.50"),
        ("0.005", "0.01"),
        ("0.004999", "<0.01"),
        ("0.000001", "<0.01"),
        ("2.675", "2.68"),
    ],
)
def test_credits_are_shown_with_two_places_half_up(
    reading: Format, written: str, shown: str
) -> None:
    assert reading.credits(written) == shown


def test_microcredits_and_the_wires_decimals_are_the_same_amount(reading: Format) -> None:
    assert reading.credits(6_000_000) == reading.credits("6") == reading.credits(Decimal(6))


def test_a_debt_has_a_true_minus_sign(reading: Format) -> None:
    assert reading.credits(Decimal(-34)) == "\N{MINUS SIGN}34.00"


def test_what_differs_never_looks_alike_side_by_side(reading: Format) -> None:
    assert reading.compared("6.001", "6") == ["6.001", "6.000"]
    assert reading.compared("6", "6") == ["6.00", "6.00"]


@given(AMOUNTS, AMOUNTS)
def test_two_amounts_look_alike_only_if_they_are(one: int, other: int) -> None:
    shown = format_of("en", "UTC").compared(one, other)

    assert (shown[0] == shown[1]) == (one == other)


@given(AMOUNTS)
def test_what_is_shown_to_the_last_place_is_read_back_as_the_same_amount(amount: int) -> None:
    reading = format_of("en", "UTC")

    assert parse_credits(reading.understood(reading.credits(amount, places=6))) == amount


@given(AMOUNTS)
def test_nothing_above_zero_is_shown_as_zero(amount: int) -> None:
    assert (format_of("en", "UTC").credits(amount) == "0.00") == (amount == 0)


@given(AMOUNTS)
def test_an_amount_means_the_same_however_it_is_written(amount: int) -> None:
    assert exact(amount) == exact(format_credits(amount))


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("12", "12"),
        (" 1 200,5".replace(",", "."), "1200.5"),
        ("1,234.50", "1234.50"),
        ("1\N{NO-BREAK SPACE}234", "1234"),
        ("007", "7"),
        ("0.25", "0.25"),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, wire: str) -> None:
    assert read_amount(typed) == wire


@pytest.mark.parametrize(
    "typed", ["", "-5", "+5", "1e3", "1,5", "12,34", "1.2.3", "1.", ".5.", "five", "1,2345", "٣"]
)
def test_what_could_mean_something_else_is_not_guessed(typed: str) -> None:
    with pytest.raises(ValueError, match=r"mark|number"):
        read_amount(typed)


def test_a_comma_is_the_decimal_mark_where_people_write_it_so() -> None:
    assert format_of("de", "UTC").understood("1.234,5") == "1234.5"


def test_a_moment_names_its_zone(reading: Format) -> None:
    assert reading.when(MOMENT) == "31 Jan 2027, 23:59 EET"
    assert reading.clock(MOMENT) == "23:59:08 EET"
    assert reading.when(MOMENT - timedelta(days=180)) == "5 Aug 2026, 00:59 EEST"


def test_a_zone_without_a_name_is_told_by_its_distance() -> None:
    assert format_of("en", "America/Sao_Paulo").when(MOMENT) == "31 Jan 2027, 18:59 UTC-03:00"


def test_days_are_those_of_the_zone(reading: Format) -> None:
    assert reading.day(MOMENT + timedelta(hours=1)) == "1 Feb 2027"


def test_a_month_of_the_books_has_a_name(reading: Format) -> None:
    assert reading.month("2026-02") == "February 2026"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(5, "just now"), (90, "1 min ago"), (7_300, "2 h ago"), (200_000, "2 d ago")],
)
def test_an_age_is_told_in_its_largest_unit(reading: Format, seconds: int, told: str) -> None:
    assert reading.ago(MOMENT - timedelta(seconds=seconds), MOMENT) == told


def test_a_chart_is_labelled_in_short(reading: Format) -> None:
    assert [reading.compact(Decimal(n)) for n in (950, 12_345, 3_000_000)] == ["950", "12.3k", "3M"]


def test_one_is_no_plural() -> None:
    assert [plural(n, "seat") for n in (1, 3, 1_200)] == ["1 seat", "3 seats", "1,200 seats"]
    assert plural(2, "person", "people") == "2 people"


def test_a_moment_is_read_as_the_wire_writes_it() -> None:
    assert moment("2027-01-31T21:59:08.000000Z") == MOMENT
    assert moment(MOMENT) is MOMENT
