"""Deferred, earned and expired value per period, in the currency of the lots (A21)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit_ledger.rules.values import (
    LotMovement,
    PeriodValue,
    value,
    values_by_currency,
)

CREDIT = 1_000_000
EURO = 1_000_000

amounts = st.integers(0, 10**15)
prices = st.sampled_from(["0", "0.000001", "0.10", "0.333333", "1", "12.5", "999999999.999999"])
movements = st.builds(
    LotMovement,
    currency=st.sampled_from([None, "EUR", "USD"]),
    unit_price=st.one_of(st.none(), prices),
    captured=amounts,
    credited_back=amounts,
    expired=amounts,
    clawed_back=amounts,
    remaining=amounts,
)


def a_movement(
    currency: str | None = "EUR",
    unit_price: str | None = "0.10",
    *,
    captured: int = 0,
    credited_back: int = 0,
    expired: int = 0,
    clawed_back: int = 0,
    remaining: int = 0,
) -> LotMovement:
    return LotMovement(
        currency, unit_price, captured, credited_back, expired, clawed_back, remaining
    )


@pytest.mark.parametrize(
    ("microcredits", "unit_price", "expected"),
    [
        (500 * CREDIT, "0.10", 50 * EURO),
        (CREDIT, "12", 12 * EURO),
        (CREDIT, "0012.5", 12_500_000),
        (5, "0.1", 1),
        (4, "0.1", 0),
        (15, "0.1", 2),
        (CREDIT, "0", 0),
        (0, "999999999.999999", 0),
        (10**18 - 1, "999999999.999999", 999_999_999_999_998_999_000_000_000),
    ],
)
def test_A21_credits_are_worth_what_was_paid_for_them(
    microcredits: int, unit_price: str, expected: int
) -> None:
    assert value(microcredits, unit_price) == expected


def test_A21_credits_without_a_price_have_no_value_rather_than_none_at_all() -> None:
    assert value(CREDIT, None) is None
    assert value(CREDIT, "0") == 0


@pytest.mark.parametrize("price", ["", "-1", "1.", ".5", "1e3", "1.0000001", "1234567890", "1\n"])
def test_A21_a_price_that_is_no_plain_decimal_is_not_guessed_at(price: str) -> None:
    with pytest.raises(ValueError, match="a price is a decimal string"):
        value(1, price)


def test_A21_less_than_no_credits_are_a_broken_promise() -> None:
    with pytest.raises(AssertionError):
        value(-1, "1")


@given(amounts, amounts, prices)
def test_A21_value_is_monotone_and_adds_up_within_one_millionth(
    one: int, other: int, price: str
) -> None:
    whole, first, second = value(one + other, price), value(one, price), value(other, price)

    assert whole is not None
    assert first is not None
    assert second is not None
    assert max(first, second) <= whole
    assert abs(whole - first - second) <= 1


def test_A21_a_period_tells_deferred_earned_expired_and_clawed_back_value() -> None:
    lots = [
        a_movement(captured=84 * CREDIT, remaining=416 * CREDIT),
        a_movement(unit_price="0.20", captured=10 * CREDIT, expired=117 * CREDIT),
        a_movement("USD", "0.50", captured=8 * CREDIT, credited_back=2 * CREDIT),
        a_movement("USD", "0.50", clawed_back=150 * CREDIT),
    ]

    assert values_by_currency(lots) == {
        "EUR": PeriodValue(41_600_000, 10_400_000, 23_400_000, 0),
        "USD": PeriodValue(0, 3 * EURO, 0, 75 * EURO),
    }


def test_A21_credits_without_a_price_are_told_apart_and_as_credits() -> None:
    lots = [
        a_movement(None, None, captured=CREDIT),
        a_movement(None, "0.10", expired=CREDIT),
        a_movement("EUR", None, remaining=3 * CREDIT),
        a_movement(captured=CREDIT),
    ]

    values = values_by_currency(lots)

    assert list(values) == ["EUR", None]
    assert values[None] == PeriodValue(deferred=3 * CREDIT, earned=CREDIT, expired=CREDIT)
    assert values["EUR"] == PeriodValue(earned=100_000)


def test_A19_what_comes_back_whole_takes_back_exactly_what_was_earned() -> None:
    odd = 1_234_567
    used = values_by_currency([a_movement(unit_price="0.333333", captured=odd)])["EUR"]
    returned = values_by_currency([a_movement(unit_price="0.333333", credited_back=odd)])["EUR"]

    assert used.earned == -returned.earned > 0


def test_T22_a_refund_of_what_had_expired_takes_its_value_out_of_the_expired() -> None:
    ran_out = a_movement("EUR", "0.33", expired=7 * CREDIT)
    taken_back = a_movement("EUR", "0.33", expired=-7 * CREDIT, clawed_back=7 * CREDIT)

    [before, after] = [values_by_currency([one])["EUR"] for one in (ran_out, taken_back)]

    assert before.expired == -after.expired == after.clawed_back == 2_310_000


@given(st.lists(movements, max_size=12))
def test_A21_totals_are_the_sums_of_the_lots_in_any_order(lots: list[LotMovement]) -> None:
    totals = values_by_currency(lots)

    assert values_by_currency(reversed(lots)) == totals
    assert [name or "~" for name in totals] == sorted(name or "~" for name in totals)
    for currency, total in totals.items():
        alone = [values_by_currency([lot]) for lot in lots]
        assert total.deferred == sum(one[currency].deferred for one in alone if currency in one)
        assert total.earned == sum(one[currency].earned for one in alone if currency in one)


@given(
    st.integers(0, 10**12), st.tuples(*[st.integers(0, 100)] * 3), st.sampled_from(["0.1", "0.333"])
)
def test_A21_a_lot_closes_on_what_it_opened_with_less_what_left_it(
    granted: int, shares: tuple[int, int, int], price: str
) -> None:
    captured, expired, clawed_back = (granted * share // 300 for share in shares)
    remaining = granted - captured - expired - clawed_back
    lot = a_movement(
        unit_price=price,
        captured=captured,
        expired=expired,
        clawed_back=clawed_back,
        remaining=remaining,
    )

    found = values_by_currency([lot])["EUR"]

    opened = value(granted, price)
    assert opened is not None
    # Four figures and the opening one, each at most half a millionth away.
    left = found.deferred + found.earned + found.expired + found.clawed_back
    assert abs(opened - left) <= 2
    assert found.deferred == value(remaining, price)
