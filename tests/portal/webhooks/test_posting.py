"""One request: it goes to the address that was checked, says little, and ends in time."""

from pathlib import Path

import pytest

from services.portal.webhooks import posting
from services.portal.webhooks.posting import Poster
from tests.portal.certificates import a_certificate
from tests.portal.webhooks.receiver import Receiver, receiving, status

HOST = "hooks.larkspur.example"
HEADERS = {"webhook-id": "one"}


async def at_home(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def poster() -> Poster:
    return Poster(to_loopback=True, ask=at_home)


async def test_a_request_carries_body_name_and_headers(receiver: Receiver) -> None:
    answered = await poster().post(receiver.url(HOST), '{"a":"\N{SNOWMAN}"}', HEADERS)

    (came,) = receiver.came
    assert answered.arrived
    assert came.head == "POST /coffer?from=us HTTP/1.1"
    assert came.body == '{"a":"\N{SNOWMAN}"}'
    assert came.headers["host"] == f"{HOST}:{receiver.port}"
    assert came.headers["webhook-id"] == "one"
    assert came.headers["content-type"] == "application/json"


async def test_a_name_that_changes_after_the_check_leads_nowhere_else(receiver: Receiver) -> None:
    """A resolver that answers otherwise the second time gets no second question."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    async def rebinding(_host: str, _port: int) -> list[str]:
        return answers.pop(0)

    answered = await Poster(to_loopback=True, ask=rebinding).post(receiver.url(HOST), "{}", HEADERS)

    assert answered.arrived
    assert answers == [["10.0.0.1"]]


async def test_a_name_that_leads_home_at_the_next_attempt_is_forbidden_then(
    receiver: Receiver,
) -> None:
    async def now_private(_host: str, _port: int) -> list[str]:
        return ["10.0.0.1"]

    answered = await Poster(to_loopback=True, ask=now_private).post(
        receiver.url(HOST), "{}", HEADERS
    )

    assert not answered.arrived
    assert answered.trouble == f"{HOST} leads to an address that is not public"
    assert receiver.came == []


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_loopback_by_any_name_is_forbidden(receiver: Receiver, host: str) -> None:
    strict = Poster(to_loopback=False)

    answered = await strict.post(f"https://{host}:{receiver.port}/", "{}", HEADERS)

    assert answered.trouble is not None
    assert not answered.arrived
    assert receiver.came == []


async def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers.append(status(307, f"Location: {receiver.url()}"))

    answered = await poster().post(receiver.url(), "{}", HEADERS)

    assert (answered.status, answered.arrived) == (307, False)
    assert len(receiver.came) == 1
    assert "redirects are not followed" in (answered.trouble or "")


@pytest.mark.parametrize("code", [400, 404, 409, 410, 429, 500, 503])
async def test_what_is_no_success_did_not_arrive(receiver: Receiver, code: int) -> None:
    receiver.answers.append(status(code))

    answered = await poster().post(receiver.url(), "{}", HEADERS)

    assert (answered.status, answered.arrived, answered.is_gone) == (code, False, code == 410)
    assert answered.trouble == f"answered {code}"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("120", 120), ("Fri, 01 Jan 2100 00:00:00 GMT", None), ("soon", 0), ("-1", 0)],
)
async def test_a_wish_to_be_left_alone_is_read(
    receiver: Receiver, told: str, seconds: int | None
) -> None:
    receiver.answers.append(status(503, f"Retry-After: {told}"))

    answered = await poster().post(receiver.url(), "{}", HEADERS)

    wished = answered.wished_pause.total_seconds() if answered.wished_pause else 0
    assert wished == seconds if seconds is not None else wished > 10**9


async def test_an_endless_answer_is_left_off(receiver: Receiver) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"
    receiver.answers.append(head + b"x" * 300_000)

    answered = await poster().post(receiver.url(), "{}", HEADERS)

    assert answered.arrived


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"y" * 10**6]
)
async def test_what_is_no_answer_is_trouble(receiver: Receiver, answer: bytes) -> None:
    receiver.answers.append(answer)

    answered = await poster().post(receiver.url(), "{}", HEADERS)

    assert answered.status is None
    assert answered.trouble


async def test_who_says_nothing_is_given_up(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "ATTEMPT_SECONDS", 0.2)
    receiver.answers.append(None)

    answered = await poster().post(receiver.url(), "{}", HEADERS)

    assert answered.status is None
    assert "no answer" in (answered.trouble or "")


async def test_where_nobody_listens_could_not_be_connected_to(receiver: Receiver) -> None:
    url = receiver.url()
    async with receiving() as gone:
        url = gone.url()

    answered = await poster().post(url, "{}", HEADERS)

    assert answered.trouble == "could not connect"


async def test_no_proxy_of_the_machine_gets_to_see_it(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")

    answered = await poster().post(receiver.url(), "{}", HEADERS)

    assert answered.arrived


async def test_a_certificate_is_held_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    certificate, authority = a_certificate(tmp_path, HOST)
    trusting = Poster(to_loopback=True, ask=at_home, trust=authority)

    async with receiving(certificate) as receives:
        named = await trusting.post(receives.url(HOST), "{}", HEADERS)
        otherwise = await trusting.post(receives.url("other.larkspur.example"), "{}", HEADERS)
        untrusted = await Poster(to_loopback=True, ask=at_home).post(
            receives.url(HOST), "{}", HEADERS
        )

    assert named.arrived
    assert "certificate" in (otherwise.trouble or "")
    assert "certificate" in (untrusted.trouble or "")
    assert len(receives.came) == 1
