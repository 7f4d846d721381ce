"""The promises of what accounts own themselves; a file of its own, to run beside the others."""

from typing import Any

import pytest

from tests.portal.api.promises import CASES, OF_ACCOUNTS, Target, many, named


@pytest.mark.verify
@pytest.mark.timeout(600)
@pytest.mark.parametrize("operation", OF_ACCOUNTS, ids=named)
def test_every_operation_of_accounts_keeps_its_promise(
    operation: Any,  # noqa: ANN401  # of schemathesis
    target: Target,
) -> None:
    many(operation, target, cases=CASES)
