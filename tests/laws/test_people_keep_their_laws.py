"""Stories of people, organizations and seats, told to membership and licensing as they are.

Facts between the two come late, in any order and twice, as the story wishes. After each step both
databases are asked whether each law holds; when everything was heard they have to say the same.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.laws.people_ground import PeopleGround
from tests.laws.people_machine import people_machine_on
from tests.laws.profiles import of_a_law, patience

STEPS = 10


@pytest.mark.timeout(patience())
def test_I5_I6_I7_I11_R5_A2_hold_after_every_step(people_ground: PeopleGround) -> None:
    short = settings(of_a_law(), stateful_step_count=STEPS)
    run_state_machine_as_test(people_machine_on(people_ground), settings=short)
