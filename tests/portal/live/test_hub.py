"""Who is shown what while services are silent, and what is looked at while nothing happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

import pytest

from services.portal.api.parts import open_parts
from services.portal.format import Format, format_of
from services.portal.live.hub import QUIET, SILENT_SECONDS, Hub
from services.portal.live.topics import (
    Scene,
    Topic,
    Topics,
    Watched,
    of_the_person,
)
from services.portal.live.viewing import Viewing
from services.portal.rooms import Rooms
from services.portal.sessions import find_viewer, last_known
from services.portal.viewer import Viewer
from shared.contracts.membership import RemoveMember
from shared.messaging.ask import NoAnswer
from tests.portal.site import Site
from tests.portal.studio import Studio
from tests.portal.test_unknown_outcomes import silent
from tests.waiting import eventually

READING = format_of("en", "UTC")


@dataclass
class Looks:
    """A page that is looked at steadily until it is over, and how often it was."""

    over_after: int
    count: int = 0

    async def look(self, _rooms: Rooms, _key: str, reading: Format) -> Scene:
        self.count += 1
        return Scene({}, reading, is_over=self.count >= self.over_after)

    async def counted(self) -> int:
        return self.count

    def watched(self) -> Watched:
        steady = Topic("t", "t.html", (), of_the_person, self.look, every_seconds=0, steady=True)
        return Watched(steady, str(id(self)))


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[Hub]:
    task = asyncio.create_task(hub.run(hub.rooms.running))
    try:
        await asyncio.sleep(0)  # sleep: lets the hub begin, no time passes
        yield hub
    finally:
        hub.rooms.running.stopping.set()
        await task


def a_viewing(viewer: Viewer, *watched: Watched) -> Viewing:
    return Viewing(viewer, b"session", READING, watched)


async def test_what_is_over_is_looked_at_no_more_until_somebody_opens_it_anew(
    rooms: Rooms,
) -> None:
    viewer = Viewer(UUID(int=1), "ana@larkspur.example", "Ana", "CN-1")
    ending, going_on = Looks(over_after=3), Looks(over_after=1_000_000)
    ends, goes_on = ending.watched(), going_on.watched()
    async with running(Hub(rooms, Topics(), "build")) as hub:
        with hub.watching(a_viewing(viewer, ends, goes_on)):
            await eventually(ending.counted, lambda count: count == 3)
            until = going_on.count + 100
            await eventually(going_on.counted, lambda count: count > until)
            assert ending.count == 3

            with hub.watching(a_viewing(viewer, ends)):
                await eventually(ending.counted, lambda count: count == 4)


@pytest.mark.parametrize("is_heard", [True, False])
async def test_a_beat_says_current_only_where_the_stream_was_heard(
    rooms: Rooms, *, is_heard: bool
) -> None:
    viewing = a_viewing(Viewer(UUID(int=1), "ana@larkspur.example", "Ana", "CN-1"))
    hub = Hub(rooms, Topics(), "build", started=monotonic() - SILENT_SECONDS - 1)
    if is_heard:
        hub.hear("licensing.copy.watermark", {})
    hub.viewings.add(viewing)

    async def beat() -> bytes | None:
        return viewing.waiting.get("beat")

    async with running(hub):
        said = await eventually(beat, lambda event: event is not None)

    assert (said == QUIET) is not is_heard


@pytest.mark.faults
async def test_a_right_that_was_taken_away_is_not_given_back_by_silence(
    portal: Site, rooms: Rooms, studio: Studio
) -> None:
    ben = await studio.joined_by("MEMBER", name="Ben")
    before = await find_viewer(rooms, ben)
    assert before is not None
    await studio.does(RemoveMember(account_id=ben))
    viewing = a_viewing(before)
    hub = Hub(rooms, Topics(), "build")
    hub.viewings.add(viewing)

    async with running(hub):
        with silent(portal.stack, "membership"):
            hub.hear("membership.member.removed", {"data": {"account_id": str(ben)}})
            with pytest.raises(NoAnswer):
                await find_viewer(rooms, ben)
            with pytest.raises(NoAnswer):
                await open_parts(rooms).standings.viewer_of(ben, is_node=False)
            assert await last_known(rooms, ben) == before
            assert viewing.is_in_doubt

        async def in_doubt() -> bool:
            return viewing.is_in_doubt

        await eventually(in_doubt, lambda doubt: not doubt)

    assert viewing.viewer.joined_organization_id is None
