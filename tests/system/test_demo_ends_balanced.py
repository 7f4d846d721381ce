"""The demo as a newcomer sees it: told, balanced, gone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

PROJECT = Path(__file__).parents[2]
JOBS = "200"
CODES = ("no_seat_available", "quota_exceeded", "pool_insufficient", "credit_access_disabled")


@pytest.fixture
def nowhere() -> Iterator[Path]:
    """A folder for temporary files that the servers' user may pass, as pytest's own is not."""
    folder = Path(mkdtemp(prefix="coffer-test-"))
    folder.chmod(0o711)
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.mark.timeout(300)
def test_the_demo_ends_balanced_and_leaves_nothing_behind(nowhere: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "deploy.operator.main", "demo", "--json", "--jobs", JOBS],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(nowhere)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        timeout=280,
    )
    assert told.returncode == 0, told.stderr
    ended = json.loads(told.stdout.splitlines()[-1])

    assert ended.pop("seconds") > 0
    assert ended == {"steps": 18, "failed": 0, "balanced": True}
    assert [code for code in CODES if f"refused {code}" not in told.stderr] == []
    assert list(nowhere.iterdir()) == []
