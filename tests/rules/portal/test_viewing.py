"""A stream that is slow gets the newest of each, one that may not see it gets nothing."""

import asyncio
from uuid import UUID

from services.portal.format import Format, format_of
from services.portal.live.named import ids_in, is_about_rights
from services.portal.live.topics import Scene, Topic, Topics, Watched, of_administrators
from services.portal.live.viewing import Viewing
from services.portal.rooms import Rooms
from services.portal.viewer import Viewer

LARKSPUR, ANA = UUID(int=11), UUID(int=12)


async def nothing(_rooms: Rooms, _key: str, reading: Format) -> Scene:
    return Scene({}, reading)


TOPICS = Topics({"pool": Topic("pool", "pool.html", ("pool",), of_administrators, nothing)})


def a_viewer(organization: UUID | None = LARKSPUR) -> Viewer:
    return Viewer(ANA, "ana@example.org", "Ana", "CN-1", organization_id=organization)


def a_viewing() -> Viewing:
    watched = TOPICS.read(f"pool:{LARKSPUR}")
    return Viewing(a_viewer(), b"session", format_of("en", "UTC"), watched)


async def test_a_slow_reader_gets_the_newest_of_each_alone() -> None:
    viewing = a_viewing()
    for number in range(1_000):
        viewing.send("pool", b"%d;" % number)
    viewing.send("seats", b"seats;")

    assert len(viewing.waiting) == 2
    assert await viewing.take() == b"999;seats;"


async def test_who_is_in_doubt_is_sent_nothing_until_he_is_known() -> None:
    viewing = a_viewing()
    viewing.doubt()
    viewing.send("pool", b"secret")
    taking = asyncio.create_task(viewing.take())
    await asyncio.sleep(0)  # sleep: lets the reader begin to wait

    assert not taking.done()
    viewing.trust(a_viewer())
    assert await taking == b"secret"


async def test_who_lost_his_right_gets_not_even_what_waited() -> None:
    viewing = a_viewing()
    viewing.doubt()
    viewing.send("pool", b"secret")
    viewing.trust(a_viewer(organization=None))

    assert await viewing.take() is None
    assert viewing.ended == "no_more"


def test_topics_are_read_once_each_and_unknown_ones_are_none() -> None:
    read = TOPICS.read(f"pool:{LARKSPUR},pool:{LARKSPUR}")

    assert read == (Watched(TOPICS.by_name["pool"], str(LARKSPUR)),)
    assert not read[0].may_be_seen_by(a_viewer(organization=None))
    assert not Watched(TOPICS.by_name["pool"], "no id").may_be_seen_by(a_viewer())


def test_a_fact_names_everybody_in_it() -> None:
    fact = {
        "subject": str(LARKSPUR),
        "data": {"lines": [{"account_id": str(ANA), "amount": "1"}], "note": "not-an-id"},
    }

    assert ids_in(fact) == {LARKSPUR, ANA}
    assert is_about_rights("membership.member.removed")
    assert not is_about_rights("credit_ledger.credits.captured")


def test_words_that_are_shaped_like_an_id_name_nobody() -> None:
    words = "lighting-0010-final-comp-v012-take-1"
    nearly = "01a7c0de-0000-7000-8000-00000000000g"
    data = {"reason": words, "lines": [{"job": words}, {"job": nearly, "account_id": str(ANA)}]}

    assert len(words) == len(nearly) == len(str(ANA))
    assert ids_in({"subject": str(LARKSPUR), "data": data}) == {LARKSPUR, ANA}
