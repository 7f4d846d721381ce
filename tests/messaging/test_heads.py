"""What a watermark names: the heads of a moment ago, of so many subjects at most."""

from dataclasses import dataclass

from shared.contracts.copies import Head, LicensingWatermark, MembershipWatermark
from shared.copies.freshness import Freshness
from shared.copies.keeping import NOTED_MAX, OF_MEMBERSHIP, Copy, Keeping
from shared.messaging.heads import RECENT_MAX, RECENT_SECONDS, RecentHeads
from shared.messaging.telling import may_copy
from shared.service import Running
from tests.builders import CLOCK, an_id


@dataclass
class Seconds:
    """A clock that a test moves."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_head_is_the_highest_sequence_that_was_published() -> None:
    subject, heads = an_id(), RecentHeads()

    heads.note([(subject, 1), (subject, 3)])
    heads.note([(subject, 2)])

    assert heads.recent() == (Head(subject=subject, sequence=3),)


def test_where_only_some_kinds_are_copied_the_others_do_not_count() -> None:
    some, every = RecentHeads(of_kinds=frozenset({"pool.ran_low"})), RecentHeads()

    assert [some.counts(kind) for kind in ("pool.ran_low", "pool.closed")] == [True, False]
    assert every.counts("pool.closed")


def test_what_was_said_long_ago_is_recent_no_more() -> None:
    seconds, early, late = Seconds(), an_id(), an_id()
    heads = RecentHeads(seconds)

    heads.note([(early, 1)])
    seconds.now = RECENT_SECONDS
    heads.note([(late, 1)])
    seconds.now += 1

    assert [head.subject for head in heads.recent()] == [late]


def test_of_a_crowd_of_subjects_the_latest_are_named() -> None:
    subjects, heads = [an_id() for _ in range(RECENT_MAX + 10)], RecentHeads()

    heads.note((subject, 1) for subject in subjects)

    assert [head.subject for head in heads.recent()] == subjects[10:]


def test_a_service_is_silent_when_no_watermark_came_for_longer_than_the_limit() -> None:
    seconds = Seconds()
    freshness = Freshness(seconds)

    seconds.now = 60
    assert not freshness.is_silent(60)
    seconds.now = 61
    assert freshness.is_silent(60)
    freshness.note(MembershipWatermark(at=CLOCK.now()))
    assert not freshness.is_silent(60)
    seconds.now = 122
    assert freshness.is_silent(60)


def test_how_far_behind_a_copy_is_counts_from_the_newest_watermark() -> None:
    freshness, now = Freshness(), CLOCK.now()
    assert freshness.behind_seconds(now) is None

    freshness.note(LicensingWatermark(at=now))

    assert freshness.behind_seconds(now) == 0
    assert freshness.covers(now)
    assert not freshness.covers(CLOCK.now())


def test_a_copy_looks_at_so_many_heads_at_a_time_and_at_each_once() -> None:
    copy = Copy(Keeping(OF_MEMBERSHIP, hear=never_heard))
    heads = tuple(Head(subject=an_id(), sequence=2) for _ in range(NOTED_MAX + 10))

    copy.agree(heads[0].subject, 2)
    copy.hear(MembershipWatermark(at=CLOCK.now(), recent=heads))

    assert len(copy.noted) == NOTED_MAX
    assert heads[0].subject not in copy.noted


async def never_heard(running: Running, fact: object) -> None:
    raise AssertionError(f"{fact} was heard in {running}")


def test_services_may_copy_and_who_speaks_for_people_may_not() -> None:
    assert [may_copy(actor) for actor in ("coffer_licensing", "stage", "everybodys")] == [True] * 3
    assert not any(may_copy(actor) for actor in ("coffer_portal", "operator", "node", "store"))
