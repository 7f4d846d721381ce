"""The evening in its order: the story, the recorded jobs, the books."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit
from uuid import UUID

from deploy.native.stack import Stack
from deploy.operator.demo.moving_clock import catch_up
from deploy.operator.demo.screen import Screen
from deploy.operator.demo.stage import stage
from deploy.operator.demo.story import tell
from deploy.operator.reconcile.report import reconcile
from deploy.operator.replay.plan import Plan, make_plan
from deploy.operator.replay.report import Report
from deploy.operator.replay.run import Wishes, run
from deploy.operator.replay.swf import Job, read_trace
from shared.clock import Clock

SAMPLE = "lcg-2005-5000.swf.gz"
LEDGER_DATABASE = "coffer_credit_ledger"
SEED = 5
LEGEND = (
    "Ana is its Administrator, Ben and Chloe are Members, Dan and Eva Guests, who also own things.",
    "Fay is at a college; Oz, Pia, Quin are the vendor's. J1, J2 ... are jobs that nodes render.",
    "Behind each step stands the studio's pool of credits, as posted/held/available: bought and",
    "not spent, set aside for jobs, and the rest. A refusal names its code, the limit that bound,",
    "and who can lift it.",
)


@dataclass(frozen=True)
class Outcome:
    """How it went; steps count the story, the recorded jobs and the books."""

    steps: int
    failed: int
    balanced: bool
    organization: UUID

    @property
    def is_well(self) -> bool:
        return self.balanced and not self.failed


async def show(stack: Stack, screen: Screen, *, started: float, jobs: int) -> Outcome:
    """Tell the story on a running demo stack, play the sample, reconcile."""
    screen.title("The story of Larkspur Visual, a studio, from February 2026 on")
    for line in LEGEND:
        screen.note(line)
    async with stage(stack.home, stack.amqp_urls["stage"]) as speaks:
        told = await tell(speaks, screen, started=started)
        screen.note(f"{speaks.facts.total} facts, by which services tell what happened, were heard")
    steps, failed = told.steps, told.failed
    catch_up(stack.home)
    if jobs:
        screen.title(f"The first {jobs:,} jobs of a recorded grid workload, as fast as they go")
        steps += 1
        failed += not await _play(stack, screen, jobs)
    screen.title("The books, recomputed from the journal")
    balanced = await _reconcile(stack, screen)
    return Outcome(
        steps + 1, failed + (not balanced), balanced=balanced, organization=told.organization
    )


async def _play(stack: Stack, screen: Screen, jobs: int) -> bool:
    with TemporaryDirectory(prefix="coffer-demo-") as folder, screen.progress() as watcher:
        report = await run(stack, _sample(jobs), Wishes(seed=SEED), watcher, Path(folder))
    for line in _told(report):
        screen.plain(f"     {line}")
    for complaint in report.complaints:
        screen.failed("", complaint)
    return report.is_well


def _sample(jobs: int) -> Plan:
    with _sample_file() as path:
        found = [each for each in read_trace(path, jobs) if isinstance(each, Job)]
    return make_plan(found, ids=iter(Clock().new_id, None), seed=SEED, ample=False)


@contextmanager
def _sample_file() -> Iterator[Path]:
    with as_file(files("deploy.operator") / "data" / SAMPLE) as path:
        yield path


def _told(report: Report) -> Iterator[str]:
    yield (
        f"{report.jobs:,} jobs of {report.users} people in {report.organizations} organizations:"
        f" {report.authorized:,} were given a hold of credits, {report.captures:,} charged"
    )
    refused = ", ".join(f"{count:,} {code}" for code, count in report.refused.items())
    held = "; no pool and no quota fell below zero" if report.is_well else ""
    yield f"refused: {refused or 'nobody'}{held}"
    yield (
        f"{report.debits_per_s:,.0f} charges a second; half of the holds were answered within"
        f" {report.authorize_p50_ms:,.0f} ms, 99 of 100 within {report.authorize_p99_ms:,.0f} ms"
    )
    yield (
        f"{report.facts_received:,} of the {report.facts_published:,} facts published reached"
        " a subscriber"
    )


async def _reconcile(stack: Stack, screen: Screen) -> bool:
    address = urlsplit(stack.database_url)._replace(path=f"/{LEDGER_DATABASE}").geturl()
    report = await reconcile(address)
    verdict = "they balance" if report.balanced else "THEY DIFFER"
    screen.plain(
        f"     {report.wallets} wallets (pools and people's own credits) from"
        f" {report.journal_rows:,} rows: {verdict}"
    )
    for difference in report.differences:
        screen.failed("", difference)
    return report.balanced
