"""A run goes on without its page and says what does not agree."""

import httpx

from tests.portal.operator.test_messages import text_of
from tests.portal.site import sends
from tests.portal.studio import Studio
from tests.waiting import eventually

HERE = "/operator/reconcile"


async def test_books_that_agree_are_balanced(desk: httpx.AsyncClient, studio: Studio) -> None:
    await studio.buys("100")
    await studio.joined_by("GUEST")

    begun = await sends(desk, HERE, {})
    ended = await eventually(lambda: text_of(desk, HERE), lambda text: "Balanced" in text)

    assert "Last run" in begun.text
    assert "1 row" in ended or "rows" in ended
