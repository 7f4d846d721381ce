"""What open pages are told of that is more than they show."""

import pytest
from jinja2_fragments import render_block

from services.portal.bulk.taking import table_of, take_in
from services.portal.format import format_of
from services.portal.live.registry import TOPICS
from services.portal.rooms import Rooms
from services.portal.store import uploads
from services.portal.store.uploads import Upload
from services.portal.viewer import Viewer
from services.portal.views import limited
from shared.contracts.credits import SetCreditAccess
from tests.builders import an_id
from tests.portal.studio import Studio

READING = format_of("en", "UTC")


async def test_who_is_limited_is_said_to_be_of_those_who_were_looked_at(
    rooms: Rooms, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ben", "Eva"):
        account = await studio.joined_by("MEMBER", name=name)
        await studio.does(SetCreditAccess(account_id=account, mode="unlimited"))
    shown = []
    for most in (limited.LOOKED_AT, 2):
        monkeypatch.setattr(limited, "LOOKED_AT", most)
        scene = await TOPICS.by_name["overview"].look(rooms, str(studio.id), READING)
        facts = {"format": READING, "settings": rooms.settings, **scene.facts}
        shown.append(render_block(rooms.templates, "overview.html", "limited", facts))

    assert "there are more" not in shown[0]
    assert "Of the first 2 people that were looked at; there are more." in shown[1]


async def test_an_import_that_goes_on_is_looked_at_without_its_rows(
    rooms: Rooms, studio: Studio
) -> None:
    viewer = Viewer(studio.ana, "", "Ana", "", organization_id=studio.id)
    table = table_of([("add", f"{an_id().hex}@larkspur.example", "MEMBER", "", "", "", "")])
    taken = await take_in(rooms, viewer, studio.id, name="a.csv", content=table)
    key = f"{studio.id}.{taken.id}"

    async def look() -> Upload:
        scene = await TOPICS.by_name["bulk"].look(rooms, key, READING)
        found = scene.facts["upload"]
        assert isinstance(found, Upload)
        assert found.is_busy == (found.content == b"")
        return found

    async with rooms.pool.acquire() as database:
        await database.execute("UPDATE upload SET state = 'APPLYING' WHERE id = $1", taken.id)
        busy = await look()
        await uploads.finish(database, taken.id, "CHECKED", [], rooms.wall.now())
    through = await look()

    assert (busy.state, busy.content) == ("APPLYING", b"")
    assert through.content == table
