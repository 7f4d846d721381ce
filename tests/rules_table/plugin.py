"""`pytest --rules-table PATH` writes the table of rules from what the run came to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.rules_table.page import Outcome, page

# Of any other ending (a collection that failed, an interrupt) no page could be true.
WHOLE_RUNS = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rules-table",
        metavar="PATH",
        type=Path,
        help="write which rules this run of the tests proves",
    )


def pytest_configure(config: pytest.Config) -> None:
    path: Path | None = config.getoption("--rules-table")
    if path is None:
        return
    one_of_several = hasattr(config, "workerinput")
    config.pluginmanager.register(LeftOut() if one_of_several else RulesTable(path))


class LeftOut:
    """In one of several processes: tells the one that writes the page what was left out."""

    def __init__(self) -> None:
        self._left_out: list[str] = []

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self._left_out += [item.nodeid for item in items]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        told = getattr(session.config, "workeroutput", {})
        told["left_out"] = self._left_out


class RulesTable:
    """Notes how each case of each test ends, and writes the page when all have."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._cases: dict[str, Outcome] = {}

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self._cases |= dict.fromkeys((item.nodeid for item in items), Outcome.LEFT_OUT)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._cases |= dict.fromkeys((item.nodeid for item in session.items), Outcome.NOT_RUN)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        for identifier in ids:
            self._cases.setdefault(identifier, Outcome.NOT_RUN)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  # of a plugin
        for identifier in getattr(node, "workeroutput", {}).get("left_out", ()):
            self._cases.setdefault(identifier, Outcome.LEFT_OUT)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A case passes when its call does; a set-up or tear-down can only spoil it."""
        known = self._cases[report.nodeid]
        if report.failed:
            self._cases[report.nodeid] = Outcome.FAILED
        elif report.skipped and known != Outcome.FAILED:
            self._cases[report.nodeid] = Outcome.SKIPPED
        elif report.when == "call" and known == Outcome.NOT_RUN:
            self._cases[report.nodeid] = Outcome.PASSED

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus in WHOLE_RUNS:
            self._path.write_text(page(self._cases), encoding="utf-8")
