"""Maps a trace to organizations, people, purchases and amounts: pure, and the same for one seed."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Literal
from uuid import UUID

from deploy.operator.replay.swf import Job
from shared.contracts.money import MICROCREDITS_PER_CREDIT, format_credits

# One credit buys one processor for one hour.
PROCESSOR_SECONDS_PER_CREDIT = 3_600
NODES = 64
# Of what its people will use: every fourth pool is short, the others never run dry.
SHORT_POOL_PERCENT = 60
AMPLE_POOL_PERCENT = 110
SHORT_POOL_EVERY = 4
# Of what the person will use: every third quota is short.
SHORT_QUOTA_PERCENT = 50
AMPLE_QUOTA_PERCENT = 200
SHORT_QUOTA_EVERY = 3
UNLIMITED_EVERY = 3


@dataclass(frozen=True, slots=True)
class Person:
    """A user of one group; an account belongs to one organization, so a user of two is two."""

    id: UUID
    group: int
    user: int
    mode: Literal["unlimited", "quota"]
    quota: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """What becomes an organization: who administers it, its people, the credits it buys."""

    number: int
    administrator: UUID
    people: tuple[Person, ...]
    purchases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A job in credits as written on the wire; `capture` is None when it ran no time at all."""

    person: Person
    node: str
    started: int
    ends: int
    authorize: str
    capture: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that will be bought, allowed and played; times in seconds from the first job."""

    groups: tuple[Group, ...]
    jobs: tuple[PlannedJob, ...]

    @property
    def users(self) -> int:
        return sum(len(group.people) for group in self.groups)


@dataclass(slots=True)
class _Use:
    authorized: int = 0
    captured: int = 0


def make_plan(jobs: Iterable[Job], *, ids: Iterable[UUID], seed: int, ample: bool) -> Plan:
    """Plan a trace; `ids` are minted UUIDv7, `ample` makes every pool and quota suffice."""
    played = sorted(jobs, key=lambda job: (job.started, job.number))
    minted = iter(ids)
    random = Random(seed)
    use_by_person = _use_by_person(played)
    groups = tuple(
        _group(position, number, use_by_person, minted, random, ample=ample)
        for position, number in enumerate(sorted({group for group, _ in use_by_person}))
    )
    person_by_key = {(p.group, p.user): p for group in groups for p in group.people}
    first = played[0].started if played else 0
    return Plan(
        groups=groups,
        jobs=tuple(_planned(job, person_by_key[job.group, job.user], first) for job in played),
    )


def microcredits(processors: int, seconds: int) -> int:
    """Price processor-seconds, rounded up so that a short job costs something."""
    return -(-processors * seconds * MICROCREDITS_PER_CREDIT // PROCESSOR_SECONDS_PER_CREDIT)


def prices(job: Job) -> tuple[int, int]:
    """What a job sets aside and what it uses, in microcredits.

    A run beyond the requested time is charged as far as the hold goes: the rest would be an
    overrun (T26), which the vendor absorbs.
    """
    held = microcredits(job.processors, job.requested_seconds)
    return held, min(held, microcredits(job.processors, max(0, job.run_seconds)))


def _use_by_person(jobs: list[Job]) -> dict[tuple[int, int], _Use]:
    use_by_person: dict[tuple[int, int], _Use] = {}
    for job in jobs:
        use = use_by_person.setdefault((job.group, job.user), _Use())
        held, used = prices(job)
        use.authorized += held
        use.captured += used
    return use_by_person


def _group(
    position: int,
    number: int,
    use_by_person: dict[tuple[int, int], _Use],
    minted: "Iterable[UUID]",
    random: Random,
    *,
    ample: bool,
) -> Group:
    ids = iter(minted)
    administrator = next(ids)
    uses = {user: use for (group, user), use in use_by_person.items() if group == number}
    people = tuple(
        _person(next(ids), place, number, user, uses[user], ample=ample)
        for place, user in enumerate(sorted(uses))
    )
    # Holds under way at once need room beside what is captured in the end.
    room = sum(use.authorized for use in uses.values())
    if not ample:
        is_short = position % SHORT_POOL_EVERY == SHORT_POOL_EVERY - 1
        captured = sum(use.captured for use in uses.values())
        room = (
            captured * SHORT_POOL_PERCENT // 100 if is_short else room * AMPLE_POOL_PERCENT // 100
        )
    return Group(number, administrator, people, _in_orders(max(room, 1), random))


def _person(
    identifier: UUID, place: int, group: int, user: int, use: _Use, *, ample: bool
) -> Person:
    if place % UNLIMITED_EVERY == 0:
        return Person(identifier, group, user, "unlimited", None)
    is_short = not ample and place % SHORT_QUOTA_EVERY == SHORT_QUOTA_EVERY - 1
    limit = (
        use.captured * SHORT_QUOTA_PERCENT // 100
        if is_short
        else use.authorized * AMPLE_QUOTA_PERCENT // 100
    )
    return Person(identifier, group, user, "quota", max(limit, 1))


def _in_orders(total: int, random: Random) -> tuple[int, ...]:
    """Split what is bought into one to three orders, so that jobs draw on several lots."""
    cuts = sorted(random.randrange(total) for _ in range(random.randrange(3)))
    parts = [
        end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True) if end > start
    ]
    return tuple(parts)


def _planned(job: Job, person: Person, first: int) -> PlannedJob:
    held, used = prices(job)
    started = job.started - first
    return PlannedJob(
        person=person,
        node=f"rn-{job.number % NODES + 1:02}",
        started=started,
        ends=started + max(0, job.run_seconds),
        authorize=format_credits(held),
        capture=format_credits(used) if used else None,
    )
