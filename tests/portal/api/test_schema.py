"""The API keeps what its document promises, whatever is sent: no failure, no answer unannounced."""

from typing import Any

import pytest

from tests.portal.api.promises import CASES, OF_ORGANIZATIONS, OPERATIONS, Target, many, named


def test_every_tenth_operation_keeps_its_promise(target: Target) -> None:
    for operation in OPERATIONS[::10]:
        many(operation, target, cases=3)


@pytest.mark.verify
@pytest.mark.timeout(600)
@pytest.mark.parametrize("operation", OF_ORGANIZATIONS, ids=named)
def test_every_operation_keeps_its_promise(operation: Any, target: Target) -> None:  # noqa: ANN401  # of schemathesis
    many(operation, target, cases=CASES)
