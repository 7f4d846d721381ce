"""What goes wrong on farms, beside the trace: frames that overrun their hold, nodes that die, usage
that comes late, lines that come twice. The trace itself never exceeds its requested time.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from deploy.operator.replay.books import Books
from deploy.operator.replay.plan import Group, Person, Plan
from deploy.operator.replay.setup import agree, set_up
from deploy.operator.replay.tally import Tally
from shared.client.courier import Courier
from shared.client.letters import Letter, Sender
from shared.client.wire import VerdictJson
from shared.clock import Clock
from shared.contracts.credit_terms import SetPoolTerms
from shared.contracts.money import MICROCREDITS_PER_CREDIT, format_credits, parse_credits

JOBS_PER_ROUND = 500
GROUP = 0
CREDITS_PER_ROUND = 20
OVERRUN_MAX = "0.5"
LEASE_SECONDS = 60
# Long enough for a heartbeat to come in time, short enough to wait for the sweep after the run.
DEAD_SECONDS = 5
LATE_SECONDS = 1
METERED = "0.3"


@dataclass
class StrayTally:
    """What strays did, by kind, and what the verdicts say they cost; microcredits."""

    counts: Counter[str] = field(default_factory=Counter)
    captured: int = 0
    absorbed: int = 0

    def charge(self, verdict: VerdictJson) -> str:
        """Count what a verdict says was charged; gives the code of a refusal, or nothing."""
        refused = verdict.get("refused")
        if isinstance(refused, Mapping):
            return str(refused["code"])
        result = verdict["result"]
        assert isinstance(result, Mapping)
        self.captured += parse_credits(result.get("captured", "0"))
        self.absorbed += parse_credits(result.get("absorbed", "0"))
        return ""


@dataclass(frozen=True)
class Pool:
    """The organization the strays belong to: one of their own, so that the trace adds up alone."""

    organization: UUID
    person: UUID


async def a_pool(amqp_url: str, rounds: int) -> Pool:
    """Make the organization, and agree with it on what a running frame may overrun (T26)."""
    clock = Clock()
    person = Person(clock.new_id(), GROUP, 1, "unlimited", None)
    bought = rounds * CREDITS_PER_ROUND * MICROCREDITS_PER_CREDIT
    group = Group(GROUP, clock.new_id(), (person,), (bought,))
    [organization] = (await set_up(amqp_url, Plan((group,), ()), lambda _: None)).values()
    terms = SetPoolTerms(overrun_max=parse_credits(OVERRUN_MAX))
    await agree(amqp_url, terms, by=group.administrator, owner=organization)
    return Pool(organization, person.id)


@dataclass
class Strays:
    """Plays rounds of strays, spread over the trace; every kind once a round."""

    courier: Courier
    pool: Pool
    tally: StrayTally = field(default_factory=StrayTally)
    _clock: Clock = field(default_factory=Clock)

    @property
    def _sender(self) -> Sender:
        return Sender(user=self.courier.wire.user, node="rn-stray")

    async def play(self, rounds: int, trace: Tally, jobs: int) -> None:
        """Begin each round when its share of the trace's jobs is settled."""
        kinds: tuple[Callable[[], Awaitable[None]], ...] = (
            self._overrun_is_paid,
            self._overrun_is_absorbed,
            self._overrun_is_too_long,
            self._node_dies,
            self._usage_is_late,
            self._usage_comes_twice,
        )
        async with asyncio.TaskGroup() as tasks:
            for number in range(rounds):
                await trace.reaches(number * jobs // rounds)
                for kind in kinds:
                    tasks.create_task(_done(kind))

    async def _overrun_is_paid(self) -> None:
        """The pool has enough for the frame that ran on (T26)."""
        hold = await self._hold()
        if hold and not await self._capture(hold, "1.4"):
            self.tally.counts["overrun"] += 1

    async def _overrun_is_absorbed(self) -> None:
        """The job's own cap leaves nothing, so the vendor pays (T26)."""
        hold = await self._hold(job=f"stray-{self._clock.new_id()}", max_credits="1")
        if hold and not await self._capture(hold, "1.4"):
            self.tally.counts["overrun_absorbed"] += 1

    async def _overrun_is_too_long(self) -> None:
        """Beyond what was agreed nothing is charged; the node captures what it holds (T26)."""
        hold = await self._hold()
        if hold and await self._capture(hold, "1.6") == "hold_exceeded":
            self.tally.counts["overrun_refused"] += 1
            await self._capture(hold, "1")

    async def _node_dies(self) -> None:
        """A heartbeat says what was metered, then there is silence: the sweep charges it (T28)."""
        hold = await self._hold(lease_seconds=DEAD_SECONDS)
        if not hold:
            return
        heartbeat = self._sender.extend(
            self._id(),
            owner=str(self.pool.organization),
            account=str(self.pool.person),
            hold=hold,
            amount="0",
            lease_seconds=DEAD_SECONDS,
            metered=METERED,
        )
        if not self.tally.charge(await self._answer(heartbeat)):
            self.tally.captured += parse_credits(METERED)
        self.tally.counts["node_died"] += 1

    async def _usage_is_late(self) -> None:
        """The lease runs out before the capture comes (T29)."""
        hold = await self._hold(lease_seconds=LATE_SECONDS)
        await asyncio.sleep(LATE_SECONDS)  # sleep: the lease is to run out by the clock
        if hold and not await self._capture(hold, "0.7"):
            self.tally.counts["late_usage"] += 1

    async def _usage_comes_twice(self) -> None:
        """A line in two reports counts once; with another amount it is refused (T19, T21)."""
        line: dict[str, object] = {
            "id": self._id(),
            "account_id": str(self.pool.person),
            "credits": "0.2",
        }
        first = await self._report(line)
        again = await self._report(line)
        altered = await self._report({**line, "credits": "0.1"})
        self.tally.charge(first)
        if again.get("result") is not None:
            self.tally.counts["line_repeated"] += 1
        refused = altered.get("refused")
        if isinstance(refused, Mapping) and refused["code"] == "idempotency_key_reused":
            self.tally.counts["line_altered"] += 1

    async def _hold(
        self,
        *,
        lease_seconds: int = LEASE_SECONDS,
        job: str | None = None,
        max_credits: str | None = None,
    ) -> str:
        """Set one credit aside; gives the hold, or nothing when it was refused."""
        letter = self._sender.authorize(
            self._id(),
            owner=str(self.pool.organization),
            account=str(self.pool.person),
            amount="1",
            lease_seconds=lease_seconds,
            job=job,
            max_credits=max_credits,
        )
        return "" if self.tally.charge(await self._answer(letter)) else letter.id

    async def _capture(self, hold: str, amount: str) -> str:
        letter = self._sender.capture(
            self._id(),
            owner=str(self.pool.organization),
            account=str(self.pool.person),
            hold=hold,
            amount=amount,
            final=True,
        )
        return self.tally.charge(await self._answer(letter))

    async def _report(self, line: dict[str, object]) -> VerdictJson:
        report = self._sender.usage(self._id(), owner=str(self.pool.organization), lines=[line])
        return (await self.courier.send(report))[str(line["id"])]

    async def _answer(self, letter: Letter) -> VerdictJson:
        return (await self.courier.send(letter))[letter.id]

    def _id(self) -> str:
        return str(self._clock.new_id())


async def _done(kind: Callable[[], Awaitable[None]]) -> None:
    await kind()


def rounds_for(jobs: int, wished: int | None) -> int:
    """As many rounds as were wished for, else one for each few hundred jobs."""
    return max(1, jobs // JOBS_PER_ROUND) if wished is None else wished


def complaints_of(tally: StrayTally, books: Books) -> list[str]:
    """Everything about the strays that does not add up, each as a sentence."""
    found = {
        f"strays were answered {format_credits(tally.captured)} credits as captured,"
        f" {format_credits(books.captured)} are booked": tally.captured != books.captured,
        f"strays were answered {format_credits(tally.absorbed)} credits as absorbed,"
        f" {format_credits(books.absorbed)} are booked": tally.absorbed != books.absorbed,
        f"{books.below_zero} of the strays' wallets or rows are below zero": books.below_zero > 0,
        f"{books.open_holds} of the strays' holds are still open": books.open_holds > 0,
    }
    return [sentence for sentence, is_so in found.items() if is_so]


def counted(tally: StrayTally) -> dict[str, int | str]:
    """The strays for the report: how many of each kind, and what was charged and absorbed."""
    return {
        **dict(sorted(tally.counts.items())),
        "captured_credits": format_credits(tally.captured),
        "absorbed_credits": format_credits(tally.absorbed),
    }
