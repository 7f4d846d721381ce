"""Whole replays on stacks of their own: everything adds up, whatever was done to the messages."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tidy.sources import ROOT

TRACE = ROOT / "deploy" / "operator" / "data" / "lcg-2005-5000.swf.gz"
RUN_SECONDS = 240


def replay(trace: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deploy.operator.main", "replay", str(trace), "--json"]
    return subprocess.run(
        [*command, *options],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )


# A report is JSON of many types; each test looks at what it is about.
def report_of(*options: str) -> dict[str, Any]:
    done = replay(TRACE, "--ephemeral", *options)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def test_foreign_file_is_an_error_before_anything_is_started(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader,\n")

    done = replay(path, "--ephemeral")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "holds no job in Standard Workload Format" in done.stderr


@pytest.mark.faults
@pytest.mark.timeout(RUN_SECONDS)
def test_redelivered_and_shuffled_messages_take_effect_once() -> None:
    report = report_of("--jobs", "800", "--redeliver", "0.1", "--shuffle")

    messages = 2 * report["jobs"]
    assert report["facts_missing"] == 0
    assert report["requeued"] >= 0.05 * messages
    assert report["duplicates_absorbed"] >= 0.95 * report["resent"] > 0
    assert report["duplicates_absorbed"] == report["duplicates_in_log"]
    assert {"quota_exceeded", "pool_insufficient"} <= set(report["refused"])
    kinds = ("overrun", "overrun_absorbed", "overrun_refused", "node_died", "late_usage")
    assert {report["strays"][kind] for kind in kinds} == {1}
    assert report["strays"]["absorbed_credits"] == "0.4"


@pytest.mark.verify
@pytest.mark.faults
@pytest.mark.timeout(3 * RUN_SECONDS)
def test_shuffled_run_leaves_the_balances_of_the_ordered_one() -> None:
    ordered = report_of("--jobs", "3000", "--ample")
    shuffled = report_of("--jobs", "3000", "--ample", "--shuffle", "--redeliver", "0.1")

    assert ordered["balances_sha256"] == shuffled["balances_sha256"]


@pytest.mark.verify
@pytest.mark.faults
@pytest.mark.timeout(2 * RUN_SECONDS)
def test_killed_processes_cost_nothing_but_time() -> None:
    report = report_of("--jobs", "5000", "--kill", "ledger=3,broker=1,database=1", "--seed", "3")

    assert sum(report["kills"].values()) == 5
    assert report["facts_missing"] == 0
    assert report["longest_gap_s"] > 0
