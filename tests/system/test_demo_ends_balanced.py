"""The demo as a newcomer sees it: told, balanced, gone."""

import asyncio
import json
import os
import re
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.waiting import eventually

PROJECT = Path(__file__).parents[2]
HOME = re.compile(r"COFFER_HOME=(\S+)")
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
    output, told = await coffer("demo", "--json", "--jobs", JOBS, TMPDIR=str(nowhere))
    ended = json.loads(output.splitlines()[-1])

    assert ended.pop("seconds") > 0
    # Beside the story, the recorded jobs and the books count as a step each.
    assert ended == {"steps": STEPS + 2, "failed": 0, "balanced": True}
    assert [code for code in CODES if f"refused {code}" not in told] == []
    assert [pool for pool in POOLS if f"  pool {pool}\n" not in told] == []
    assert left_in(nowhere) == []


@pytest.mark.verify
@pytest.mark.timeout(300)
async def test_whoever_works_in_a_demo_that_is_kept_ends_with_its_stack(nowhere: Path) -> None:
    output, told = await coffer("demo", "--keep", "--jobs", "0", TMPDIR=str(nowhere))
    home = HOME.search(output + told)
    assert home is not None
    at_work = [process for process in processes_of(home[1]) if "demo.alive" in process]

    await coffer("down", COFFER_HOME=home[1])

    assert len(at_work) == 1
    await eventually(lambda: asyncio.to_thread(processes_of, home[1]), lambda left: not left)


async def coffer(*arguments: str, **environment: str) -> tuple[str, str]:
    """Run the command to its good end; what it printed, and what it told beside."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.operator.main", *arguments),
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    output, told = (each.decode() for each in await process.communicate())
    assert process.returncode == 0, told
    return output, told


def processes_of(home: str) -> list[str]:
    """The command lines of the processes that work on a stack."""
    wanted = f"COFFER_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())
