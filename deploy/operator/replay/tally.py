"""What the player sees: verdicts as they come in, counted, and who waits for how many."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter

from shared.client.wire import VerdictJson
from shared.contracts.money import parse_credits


@dataclass
class Tally:
    """Counts of one run; microcredits and seconds."""

    on_job: Callable[[], None] | None = None
    authorized: int = 0
    captures: int = 0
    voided: int = 0
    captured: int = 0
    captured_by_person: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    authorize_seconds: list[float] = field(default_factory=list)
    settled_jobs: int = 0
    resent: int = 0
    taken: int = 0
    longest_gap_seconds: float = 0.0
    first_sent_at: float = 0.0
    last_debit_at: float = 0.0
    _last_verdict_at: float = field(default_factory=perf_counter)
    _advanced: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        self.first_sent_at = self._last_verdict_at = perf_counter()

    def authorize(self, verdict: VerdictJson, sent_at: float) -> bool:
        """Count an authorize's verdict; whether the hold is open."""
        now = self._mark()
        self.authorize_seconds.append(now - sent_at)
        if self._is_refused(verdict):
            return False
        self.authorized += 1
        return True

    def settle(self, verdict: VerdictJson, person: str, *, is_capture: bool) -> None:
        """Count the verdict of a capture or a void."""
        now = self._mark()
        if self._is_refused(verdict):
            return
        if not is_capture:
            self.voided += 1
            return
        result = verdict["result"]
        assert isinstance(result, Mapping)
        amount = parse_credits(result["captured"])
        self.captures += 1
        self.captured += amount
        self.captured_by_person[person] += amount
        self.last_debit_at = now

    def job_is_settled(self) -> None:
        self.settled_jobs += 1
        if self.on_job is not None:
            self.on_job()
        self._advanced.set()

    async def reaches(self, jobs: int) -> None:
        """Wait until so many jobs are settled."""
        while self.settled_jobs < jobs:
            self._advanced.clear()
            await self._advanced.wait()

    def seconds_without_verdict(self) -> float:
        return perf_counter() - self._last_verdict_at

    @property
    def debits_per_second(self) -> float:
        """Captures that moved credits, from the first message to the last such verdict."""
        elapsed = self.last_debit_at - self.first_sent_at
        return self.captures / elapsed if elapsed > 0 else 0.0

    def _mark(self) -> float:
        now = perf_counter()
        self.longest_gap_seconds = max(self.longest_gap_seconds, now - self._last_verdict_at)
        self._last_verdict_at = now
        return now

    def _is_refused(self, verdict: VerdictJson) -> bool:
        refused = verdict.get("refused")
        if not isinstance(refused, Mapping):
            return False
        self.refused[refused["code"]] += 1
        return True
