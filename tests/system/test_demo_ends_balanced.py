"""The demo as a newcomer sees it: told, balanced, gone."""

import asyncio
import json
import os
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

PROJECT = Path(__file__).parents[2]
JOBS = "200"
STEPS = 25
CODES = (
    "no_seat_available",
    "members_may_not_purchase",
    "guest_has_active_personal_credits",
    "organizational_credits_assigned",
    "quota_exceeded",
    "pool_insufficient",
    "credit_access_disabled",
    "organization_in_debt",
)
POOLS = (
    *("0/0/0", "500/0/500", "416/0/416", "416/410/6", "206/30/176", "138/0/138"),
    *("133/0/133", "233/0/233", "116/0/116", "66/0/66"),
)


@pytest.fixture
def nowhere() -> Iterator[Path]:
    """A folder for temporary files that the servers' user may pass, as pytest's own is not."""
    folder = Path(mkdtemp(prefix="coffer-test-"))
    folder.chmod(0o711)
    yield folder
    subprocess.run(["rm", "-rf", str(folder)], check=True)


@pytest.mark.timeout(300)
async def test_the_demo_ends_balanced_and_leaves_nothing_behind(nowhere: Path) -> None:
    """Awaited, not blocked on: the connections of the other tests have heartbeats to answer."""
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.operator.main", "demo", "--json", "--jobs", JOBS),
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(nowhere)},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    output, told = (each.decode() for each in await demo.communicate())
    assert demo.returncode == 0, told
    ended = json.loads(output.splitlines()[-1])

    assert ended.pop("seconds") > 0
    # Beside the story, the recorded jobs and the books count as a step each.
    assert ended == {"steps": STEPS + 2, "failed": 0, "balanced": True}
    assert [code for code in CODES if f"refused {code}" not in told] == []
    assert [pool for pool in POOLS if f"  pool {pool}\n" not in told] == []
    assert left_in(nowhere) == []


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())
