"""A form that nobody answers is not lost: it is told as unknown, asked again, and done once."""

import re
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from os import kill

import pytest

from deploy.native.stack import Stack
from shared.contracts.accounts import ShowAccount
from tests.builders import an_account, an_id
from tests.portal.live.streaming import watching
from tests.portal.site import Site, form_in, sends
from tests.speaking import Portal
from tests.waiting import eventually

pytestmark = pytest.mark.faults
HERE = "/me/account"


async def test_an_outcome_that_is_not_known_becomes_so_by_itself(
    portal: Site, people: Portal
) -> None:
    mona = an_account(name="Mona")
    assert (await people.ask(mona, by=mona.account_id)).accepted
    shown = await people.ask(ShowAccount(account_id=mona.account_id), by=mona.account_id)
    number = {"customer_number": (shown.result or {})["customer_number"]}

    async with portal.client_of(mona.account_id) as client:
        form = form_in(await client.get(HERE))
        with silent(portal.stack, "membership"):
            sent = await sends(client, HERE, number, to=f"{HERE}/set-up", with_form=form)
            waiting = await client.get(sent.headers["location"])

        async def outcome() -> str:
            return (await client.get(sent.headers["location"])).text

        done = await eventually(outcome, lambda page: "See it" in page)
        again = await sends(client, HERE, number, to=f"{HERE}/set-up", with_form=form)

    assert sent.headers["location"] == f"/commands/{form.partition('.')[0]}"
    assert "no answer yet. Nothing is lost" in waiting.text
    assert re.search("Set-up requested", done)
    assert again.headers["location"].startswith(f"{HERE}?receipt=")


@pytest.mark.parametrize("is_right", [True, False])
async def test_an_open_page_is_told_what_became_of_it(
    portal: Site, people: Portal, *, is_right: bool
) -> None:
    mona = an_account(name="Mona")
    assert (await people.ask(mona, by=mona.account_id)).accepted
    shown = await people.ask(ShowAccount(account_id=mona.account_id), by=mona.account_id)
    number = (shown.result or {})["customer_number"] if is_right else "CN-1"

    async with AsyncExitStack() as open_page, portal.client_of(mona.account_id) as client:
        form = form_in(await client.get(HERE))
        with silent(portal.stack, "membership"):
            typed = {"customer_number": number}
            sent = await sends(client, HERE, typed, to=f"{HERE}/set-up", with_form=form)
            waiting = await client.get(sent.headers["location"])
            (topic,) = re.findall(r'data-topics="([^"]+)"', waiting.text)
            stream = await open_page.enter_async_context(watching(client, topic))
            await stream.says("no answer yet")
        outcome = await stream.says("data-known")

    assert ("See it" in outcome.html) == is_right
    assert ("customer_number_mismatch" in outcome.html) != is_right
    assert "<form" not in outcome.html


async def test_nobody_else_is_told_what_became_of_a_form(portal: Site, people: Portal) -> None:
    mona, other = an_account(name="Mona"), an_account(name="Nell")
    for account in (mona, other):
        assert (await people.ask(account, by=account.account_id)).accepted

    async with portal.client_of(other.account_id) as client:
        topics = {"topics": f"command:{mona.account_id}.{an_id()}"}
        answer = await client.get("/live", params=topics)

    assert answer.status_code == 404


async def test_a_page_whose_service_is_silent_says_so_and_comes_back(
    portal: Site, people: Portal
) -> None:
    mona = an_account(name="Mona")
    assert (await people.ask(mona, by=mona.account_id)).accepted

    async with portal.client_of(mona.account_id) as seen, portal.nobody() as nobody:
        before = await seen.get(HERE)
        with silent(portal.stack, "membership"):
            known = await seen.get("/help")
            unseen = await nobody.get("/help")
        after = await seen.get(HERE)

    assert [page.status_code for page in (before, known, unseen, after)] == [200] * 4
    assert "Mona" in known.text


@contextmanager
def silent(stack: Stack, service: str) -> Iterator[None]:
    """A service that is there and says nothing, for the length of the block."""
    pid = stack.current_pid(service)
    kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        kill(pid, signal.SIGCONT)
