"""A watermark comes to one worker of several, and all know how far the others have spoken (A14)."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from services.credit_ledger.store import watermarks
from services.credit_ledger.store.watermarks import HeardWatermark
from services.credit_ledger.timers import JUST_HEARD_SECONDS, note_just_heard
from shared.copies.freshness import Freshness
from shared.copies.keeping import OF_LICENSING, OF_MEMBERSHIP, Copies, Copy, Keeping, Owner
from shared.messaging.reach import Reach
from tests.ledger.desk import Desk, LedgerDatabase

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
STALE_SECONDS = 60.0


async def hears_nothing(*_: Any) -> None:  # noqa: ANN401  # facts are not what this is about
    pass


def copies_unheard_for_minutes() -> Copies:
    """A worker to whom no watermark came for a hundred seconds and more."""

    def copy(owner: Owner) -> Copy:
        clock = itertools.count(step=100).__next__
        return Copy(Keeping(owner, hear=hears_nothing), Freshness(clock))

    return Copies(
        {"membership": copy(OF_MEMBERSHIP), "licensing": copy(OF_LICENSING)}, STALE_SECONDS
    )


async def test_A14_what_one_worker_heard_is_known_to_the_others(
    database: LedgerDatabase, desk: Desk
) -> None:
    await watermarks.keep(desk.connection, "membership", NOON)
    await watermarks.keep(desk.connection, "licensing", NOON)
    await watermarks.keep(desk.connection, "membership", NOON + timedelta(seconds=1))
    await watermarks.keep(desk.connection, "membership", NOON)

    newest = {one.service: one for one in await watermarks.newest(desk.connection)}

    assert newest["membership"].at == NOON + timedelta(seconds=1)
    assert newest["licensing"].at == NOON
    assert newest["membership"].seconds_ago <= newest["licensing"].seconds_ago


def test_A14_a_worker_notes_what_another_heard_a_moment_ago() -> None:
    copies, memberships = copies_unheard_for_minutes(), Reach(itertools.count(step=10).__next__)

    note_just_heard([HeardWatermark("membership", NOON, 0.5)], memberships, copies)

    assert memberships.covered_until == NOON
    assert copies.by_service["membership"].freshness.covers(NOON)
    assert not copies.by_service["licensing"].freshness.covers(NOON)


def test_A14_what_was_heard_long_ago_makes_no_copy_fresh() -> None:
    copies, memberships = copies_unheard_for_minutes(), Reach(itertools.count(step=10).__next__)

    long_ago = HeardWatermark("membership", NOON, JUST_HEARD_SECONDS + 1)
    note_just_heard([long_ago], memberships, copies)

    assert memberships.covered_until < NOON
    assert copies.refuse_if_stale("membership") is not None
