"""Fixtures of the ledger's engine and of people's services, for their laws."""

from collections.abc import Iterator

import pytest

from deploy.native.stack import Stack
from tests.laws.people_ground import PeopleGround, people_ground_on
from tests.laws.profiles import TOLD
from tests.ledger.fixtures import ledger_template
from tests.model.ground import Ground, ground_on

__all__ = ["ground", "ledger_template"]


@pytest.fixture
def ground(stack: Stack, ledger_template: str) -> Iterator[Ground]:
    """One database with two engines' desks, in an event loop of its own."""
    with ground_on(stack, ledger_template) as opened:
        yield opened
        TOLD.update(opened.tally)


@pytest.fixture
def people_ground(stack: Stack) -> Iterator[PeopleGround]:
    """Databases of membership and licensing, in an event loop of their own."""
    with people_ground_on(stack) as opened:
        yield opened
        TOLD.update(opened.tally)
