"""The ledger's engine for the tests of this folder."""

from tests.ledger.fixtures import database, desk, ledger_template

__all__ = ["database", "desk", "ledger_template"]
