"""Rate cards: one rounding rule a line, and a cost that stays what it was."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit_ledger.rules.book import Refusal
from services.credit_ledger.rules.rates import (
    COST_MAX,
    Estimate,
    Measure,
    Priced,
    cost,
    estimate,
    priced,
    rate_at,
)
from services.credit_ledger.rules.records import Rate
from shared.contracts.money import parse_credits
from shared.contracts.refusals import RefusalCode

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
HOUR = 1_000_000
CREDIT = 1_000_000
GPU_RATE = 6 * CREDIT

quantities = st.integers(0, 10**13)
prices = st.integers(0, 10**12)
days = st.integers(-30, 30)


def a_rate(
    number: int = 1,
    *,
    price: int = GPU_RATE,
    days: int = -1,
    node_class: str = "gpu",
    unit: str = "gpu_hour",
) -> Rate:
    """Six credits an hour, since yesterday."""
    return Rate(number, node_class, unit, price, NOW + timedelta(days=days))


def hours(quantity: int) -> Measure:
    return Measure("gpu", "gpu_hour", quantity)


def code_of(decided: Priced | Estimate | Refusal) -> RefusalCode:
    assert isinstance(decided, Refusal), decided
    return decided.code


def estimated(decided: Estimate | Refusal) -> Estimate:
    assert isinstance(decided, Estimate), decided
    return decided


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [
        (HOUR, GPU_RATE, GPU_RATE),
        (HOUR // 4, GPU_RATE, 1_500_000),
        (1_500_000, 1, 2),
        (1_499_999, 1, 1),
        (2_500_000, 1, 3),
        (1, 1, 1),
        (499_999, 1, 1),
        (0, GPU_RATE, 0),
        (HOUR, 0, 0),
    ],
)
def test_a_line_is_rounded_half_up_once(quantity: int, price: int, expected: int) -> None:
    assert cost(quantity, price) == expected


@given(quantities, prices)
def test_a_line_is_never_a_whole_microcredit_off(quantity: int, price: int) -> None:
    exact = quantity * price

    assert abs(cost(quantity, price) * HOUR - exact) < HOUR
    assert 2 * abs(cost(quantity, price) * HOUR - exact) <= HOUR or exact < HOUR // 2


@given(quantities, prices)
def test_nothing_measured_is_free_by_rounding(quantity: int, price: int) -> None:
    assert (cost(quantity, price) > 0) == (quantity > 0 and price > 0)


@given(quantities, quantities, prices, prices)
def test_more_work_or_a_higher_price_never_costs_less(
    quantity: int, more: int, price: int, higher: int
) -> None:
    assert cost(quantity, price) <= cost(quantity + more, price + higher)


@given(quantities, quantities, st.one_of(prices, st.integers(0, 3)))
def test_work_cut_in_two_costs_the_same_but_for_one_microcredit(
    one: int, other: int, price: int
) -> None:
    assert abs(cost(one + other, price) - cost(one, price) - cost(other, price)) <= 1


@given(st.lists(st.integers(0, 3 * HOUR), min_size=1), st.integers(0, 3))
def test_work_cut_in_many_lines_is_never_off_by_one_a_line(parts: list[int], price: int) -> None:
    lines = sum(cost(part, price) for part in parts)

    assert abs(cost(sum(parts), price) - lines) < len(parts)


def test_the_rate_in_force_is_the_latest_to_take_effect() -> None:
    old, new, later = a_rate(3, days=-9), a_rate(1, days=-2), a_rate(2, days=1)

    assert rate_at([old, later, new], "gpu", "gpu_hour", NOW) == new


def test_a_rate_takes_effect_at_its_very_moment() -> None:
    rate = a_rate(days=0)

    assert rate_at([rate], "gpu", "gpu_hour", NOW) == rate
    assert rate_at([rate], "gpu", "gpu_hour", NOW - timedelta(microseconds=1)) is None


def test_of_two_rates_from_one_moment_the_one_issued_later_holds() -> None:
    first, correction = a_rate(1), a_rate(2, price=1)

    for rates in ([first, correction], [correction, first]):
        assert rate_at(rates, "gpu", "gpu_hour", NOW) == correction


def test_a_rate_is_for_its_node_class_and_unit_alone() -> None:
    rates = [a_rate(1, node_class="cpu"), a_rate(2, unit="frame")]

    assert rate_at(rates, "gpu", "gpu_hour", NOW) is None
    refusal = priced(rates, hours(HOUR), NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.limit) == (RefusalCode.NO_RATE, "measured")
    assert refusal.message == "no rate is in force for gpu_hour on nodes of class gpu"


def test_A18_work_that_is_reported_late_costs_what_it_did_when_it_was_done() -> None:
    rates = [a_rate(1, days=-9, price=2 * CREDIT), a_rate(2, days=-1, price=3 * CREDIT)]

    assert priced(rates, hours(HOUR), NOW) == Priced(3 * CREDIT, rates[1])
    assert priced(rates, hours(HOUR), NOW - timedelta(days=2)) == Priced(2 * CREDIT, rates[0])
    assert code_of(priced(rates, hours(HOUR), NOW - timedelta(days=10))) == RefusalCode.NO_RATE


@given(st.lists(st.tuples(days, prices), min_size=1, max_size=9), days, quantities, st.randoms())
def test_A18_what_a_line_cost_is_found_again_whatever_rates_came_after(
    card: list[tuple[int, int]], day: int, quantity: int, chance: Random
) -> None:
    rates = [a_rate(number, price=price, days=since) for number, (since, price) in enumerate(card)]
    moment = NOW + timedelta(days=day)
    before = priced(rates, hours(quantity), moment)

    rates += [a_rate(99, price=7, days=day + 1), a_rate(98, price=7, days=day - 1, unit="frame")]
    shuffled = sorted(rates, key=lambda _: chance.random())

    assert priced(shuffled, hours(quantity), moment) == before
    if isinstance(before, Priced):
        assert before.amount == cost(quantity, rates[before.rate.number].price)


def test_a_cost_without_a_place_on_the_wire_is_refused() -> None:
    rates = [a_rate(price=COST_MAX)]

    assert parse_credits("999999999999.999999") == COST_MAX
    assert priced(rates, hours(HOUR), NOW) == Priced(COST_MAX, rates[0])
    assert code_of(priced(rates, hours(HOUR + 1), NOW)) == RefusalCode.INVALID_AMOUNT


def test_a_negative_quantity_is_refused() -> None:
    assert code_of(priced([a_rate()], hours(-1), NOW)) == RefusalCode.INVALID_AMOUNT


@pytest.mark.parametrize(("quantity", "price"), [(-1, 1), (1, -1)])
def test_a_cost_of_less_than_nothing_is_a_broken_promise(quantity: int, price: int) -> None:
    with pytest.raises(AssertionError):
        cost(quantity, price)


def test_an_estimate_goes_from_the_sample_to_the_whole_job() -> None:
    sample = [[hours(HOUR)], [hours(HOUR // 2), hours(HOUR // 4)], [hours(2 * HOUR)]]

    assert estimated(estimate([a_rate()], sample, 100, NOW)) == Estimate(
        frames=100,
        sampled=3,
        mean=7_500_000,
        low=450_000_000,
        high=1_200_000_000,
        total=750_000_000,
    )


def test_the_total_of_an_estimate_is_not_made_of_its_rounded_mean() -> None:
    sample = [[hours(1)], [hours(2)]]

    found = estimated(estimate([a_rate(price=CREDIT)], sample, 100, NOW))

    assert (found.mean, found.total) == (2, 150)


@given(st.lists(st.lists(st.integers(0, 10**9), max_size=3), min_size=1), st.integers(1, 10**5))
def test_an_estimate_lies_between_its_cheapest_and_its_dearest_frame(
    sample: list[list[int]], frames: int
) -> None:
    measured = [[hours(quantity) for quantity in frame] for frame in sample]

    found = estimated(estimate([a_rate()], measured, frames, NOW))

    assert found.low <= found.total <= found.high
    assert abs(found.mean * frames - found.total) * 2 <= frames + 1
    assert estimated(estimate([a_rate()], measured, len(sample), NOW)).total == sum(
        cost(quantity, GPU_RATE) for frame in sample for quantity in frame
    )


@pytest.mark.parametrize(("sample", "frames"), [([], 1), ([[hours(1)]], 0), ([[hours(1)]], -1)])
def test_an_estimate_of_nothing_is_refused(sample: list[list[Measure]], frames: int) -> None:
    assert code_of(estimate([a_rate()], sample, frames, NOW)) == RefusalCode.INVALID_AMOUNT


def test_an_estimate_is_refused_as_its_first_line_without_a_price() -> None:
    unknown = Measure("tpu", "gpu_hour", HOUR)

    sample = [[hours(HOUR)], [hours(HOUR), unknown, hours(-1)]]

    assert code_of(estimate([a_rate()], sample, 10, NOW)) == RefusalCode.NO_RATE


def test_an_estimate_whose_dearest_outcome_has_no_place_on_the_wire_is_refused() -> None:
    rates, sample = [a_rate(price=COST_MAX // 3)], [[hours(HOUR)], [hours(1)]]

    assert estimated(estimate(rates, sample, 3, NOW)).high == COST_MAX
    assert code_of(estimate(rates, sample, 4, NOW)) == RefusalCode.INVALID_AMOUNT
