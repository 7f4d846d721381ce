"""What is malformed is refused before it is sent, with the name of the argument."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.client.arguments import (
    amount_of,
    command_id_of,
    name_of,
    node_of,
    product_of,
    seconds_of,
    uuid_of,
)
from shared.client.refused import InvalidArgument
from shared.contracts.money import parse_credits

BAD_AMOUNTS = ["", "0", "-1", "1e3", "01", ".5", "0.1234567", "\u0661", 1, 1.5, True, None]


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_malformed_amount_is_refused_by_the_name_of_its_argument(amount: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^amount: ") as refused:
        amount_of("amount", amount)

    assert refused.value.field == "amount"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1E+40", "-3", "0.0000001"])
def test_malformed_decimal_is_refused(amount: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^amount: "):
        amount_of("amount", Decimal(amount))


@given(st.decimals(min_value=Decimal("0.000001"), max_value=10**11, places=6))
def test_decimal_travels_exactly(amount: Decimal) -> None:
    assert parse_credits(amount_of("amount", amount)) == amount * 1_000_000


def test_zero_is_an_amount_only_where_it_may_be() -> None:
    assert amount_of("amount", Decimal("0.00"), or_zero=True) == "0"
    assert amount_of("amount", Decimal(100), or_zero=True) == "100"


def test_ids_that_callers_mint_are_uuid7() -> None:
    with pytest.raises(InvalidArgument, match=r"^id: .* is not a UUIDv7"):
        command_id_of("id", UUID(int=4))
    with pytest.raises(InvalidArgument, match=r"^owner: 'me' is not a UUID"):
        uuid_of("owner", "me")


def test_names_and_leases_have_limits() -> None:
    for malformed in (0, 90 * 86_400 + 1, True, 1.5):
        with pytest.raises(InvalidArgument, match=r"^lease_seconds: "):
            seconds_of("lease_seconds", malformed)
    with pytest.raises(InvalidArgument, match=r"^job: "):
        name_of("job", "x" * 121)
    for unnamed in ("", "x" * 121):
        with pytest.raises(InvalidArgument, match=r"^product: "):
            product_of("product", unnamed)
    with pytest.raises(InvalidArgument, match=r"^node: "):
        node_of("node", "rn.01")
