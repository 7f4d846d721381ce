"""Every refusal that can be provoked is provoked and read: what binds, who lifts it, what to do."""

from uuid import UUID

import pytest

from services.portal.api.problems import status_of
from services.portal.explaining import explain
from services.portal.format import format_of
from services.portal.settings import PortalSettings
from services.portal.viewer import Viewer
from shared.contracts.credits import AuthorizeHold
from shared.contracts.money import format_credits
from shared.contracts.refusals import RefusalCode
from tests.portal.api.calling import told
from tests.portal.pages.panels import panel_in
from tests.portal.pages.reading import main_of
from tests.portal.pages.refusing import BY_PAGE
from tests.portal.pages.refusing_machines import BY_ASKING
from tests.portal.pages.refusing_programs import BY_PROGRAM, House, a_house
from tests.portal.site import Site
from tests.portal.studio import Studio, a_studio
from tests.speaking import Portal, Store

pytestmark = pytest.mark.verify
REFUSED = {403, 409}
# What no test can bring about within its time, each with why.
NEVER_MET = {
    RefusalCode.TRANSFER_EXPIRED: "an offer stands for fourteen days",
    RefusalCode.COPY_STALE: "a service is away for a minute; `tests/faults` stop one",
    RefusalCode.OVERLOADED: "a queue is full, or a report takes eight seconds",
    RefusalCode.UNKNOWN_LICENSE: "no service refuses it: seats are named by their product",
}
BEGGING = ("please", "invalid", "oops", "sorry", "contact support", "try again later")


@pytest.mark.parametrize("code", sorted(BY_PAGE))
async def test_a_page_says_what_binds_who_lifts_it_and_what_to_do(
    code: RefusalCode, portal: Site, studio: Studio
) -> None:
    who, page = await BY_PAGE[code](portal, studio)

    panel = panel_in(page.text)
    assert page.status_code in REFUSED
    assert "<title>Refused: " in page.text
    assert panel.code == code.value
    assert ": " in panel.title
    assert panel.sentence.endswith(".")
    assert panel.lifter
    assert panel.is_dated
    assert not [word for word in BEGGING if word in f"{panel.title} {panel.sentence}".lower()]
    assert panel.actions
    async with portal.client_of(who, follow_redirects=True) as client:
        for href in panel.actions:
            if href.startswith("/"):
                assert (await client.get(href)).status_code == 200, href


@pytest.mark.parametrize("code", sorted(BY_ASKING))
async def test_what_a_machine_was_refused_is_told_with_its_numbers(
    code: RefusalCode, studio: Studio
) -> None:
    data, who, *elsewhere = await BY_ASKING[code](studio)
    verdict = await studio.people.ask(data, by=who, owner=next(iter(elsewhere), studio.id))
    need = format_credits(data.amount) if isinstance(data, AuthorizeHold) else None

    assert verdict.refused is not None, verdict
    assert verdict.refused.code is code
    panel = explain(
        verdict.refused,
        viewer=_viewer(who, studio),
        settings=PortalSettings(port=1),
        reading=format_of("en", "UTC"),
        here="/me",
        facts={} if need is None else {"need": need},
    )
    assert panel.sentence.endswith(".")
    assert panel.lifter
    assert panel.actions
    if code in {RefusalCode.QUOTA_EXCEEDED, RefusalCode.POOL_INSUFFICIENT}:
        assert "short by " in panel.title
        assert any(character.isdigit() for character in panel.sentence)


@pytest.fixture(scope="module")
async def house(portal: Site, people: Portal, shop: Store) -> House:
    return await a_house(portal, await a_studio(people, shop))


@pytest.mark.parametrize("code", sorted(BY_PROGRAM))
async def test_a_program_is_told_what_binds_who_lifts_it_and_where_to_read_on(
    code: RefusalCode, house: House
) -> None:
    answer = await BY_PROGRAM[code].made(house)

    assert told(answer) == (status_of(code), code.value), answer.text
    problem = answer.json()
    assert problem["title"]
    assert problem["who_can_lift"]
    assert not [word for word in BEGGING if word in f"{problem['title']} {problem['detail']}"]
    async with house.portal.nobody() as client:
        page = main_of(await client.get(problem["type"]))
    assert "Who can change this:" in page
    assert f"Programs are told {code.value} " in page


def test_every_code_that_can_be_met_is_met() -> None:
    assert {*RefusalCode} - {*BY_PAGE, *BY_ASKING, *BY_PROGRAM} == set(NEVER_MET)


def _viewer(who: UUID, studio: Studio) -> Viewer:
    runs = studio.id if who == studio.ana else None
    joined = None if runs else studio.id
    return Viewer(who, "somebody@larkspur.example", "Somebody", "CN", runs, joined, "MEMBER")
