"""Stories that Hypothesis makes up, told to two real engines and to the model beside them.

After each commit the answers and the whole state have to be those of the model, and the database
is asked whether each law holds. `make laws` tells 5,000 of them.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.ledger_machine import machine_on
from tests.laws.profiles import of_a_law, patience
from tests.model.ground import Ground


@pytest.mark.timeout(patience())
def test_I1_I2_I3_I4_I5_I7_I8_I9_I10_I11_I12_hold_after_every_commit(ground: Ground) -> None:
    run_state_machine_as_test(machine_on(ground), settings=of_a_law())

    assert ground.run(ground.database.reconciled()).differences == ()


@pytest.mark.verify
@pytest.mark.timeout(1800)
def test_I2_I3_I4_I12_hold_through_long_stories(ground: Ground) -> None:
    """Two engines decide what one would, ask by ask, for as long as Hypothesis tells a story."""
    long = settings(of_a_law(), max_examples=40, stateful_step_count=120)
    run_state_machine_as_test(machine_on(ground), settings=long)

    assert ground.run(ground.database.reconciled()).differences == ()
