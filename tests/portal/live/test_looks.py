"""What open pages are told of that is more than they show."""

import pytest
from jinja2_fragments import render_block

from services.portal.format import format_of
from services.portal.live.registry import TOPICS
from services.portal.rooms import Rooms
from services.portal.views import limited
from shared.contracts.credits import SetCreditAccess
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
