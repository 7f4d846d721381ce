"""A place where no stack runs."""

from pathlib import Path

import pytest


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home without a stack, and no servers of others."""
    monkeypatch.setenv("COFFER_HOME", str(tmp_path / "home"))
    for name in ("DATABASE_URL", "AMQP_URL", "COFFER_OPERATOR_AMQP_URL"):
        monkeypatch.delenv(name, raising=False)
