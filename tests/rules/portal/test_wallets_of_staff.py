"""What the staff is told of a lot: all that came into it went somewhere that is named."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.portal.format import exact
from services.portal.operating.wallets import came, went
from shared.contracts.credit_answers import LotState
from shared.contracts.money import format_credits
from tests.builders import CLOCK

AMOUNTS = st.sampled_from([0]) | st.integers(0, 10**12)
WENT = ("free", "held", "dormant", "captured", "expired", "clawed_back")


def a_lot(amounts: dict[str, int], *, owed: int, adjusted: int) -> LotState:
    """A lot that conserves as I12 says: what it was granted is what the others leave."""
    figures = {**amounts, "owed": owed, "adjusted": adjusted}
    granted = sum(amounts[name] for name in WENT) + adjusted - owed - amounts["credited_back"]
    written: dict[str, Any] = {
        name: ("-" if amount < 0 else "") + format_credits(abs(amount))
        for name, amount in {**figures, "granted": granted}.items()
    }
    return LotState.model_construct(
        lot=1, category="purchased", granted_at=CLOCK.now(), withheld=False, **written
    )


@given(
    amounts=st.fixed_dictionaries(dict.fromkeys((*WENT, "credited_back"), AMOUNTS)),
    owed=st.integers(-(10**12), 10**12),
    adjusted=AMOUNTS,
)
def test_I12_where_a_lot_went_adds_up_to_what_came(
    amounts: dict[str, int], owed: int, adjusted: int
) -> None:
    lot = a_lot(amounts, owed=owed, adjusted=adjusted)

    gone = sum(amount for amount, _ in went(lot))

    assert exact(lot.granted) + sum(amount for amount, _ in came(lot)) == gone
