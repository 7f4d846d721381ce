"""Bodies at the hot door: read, or refused once with a code and the field; nothing else happens."""

import json
from typing import Any

import pytest
from aiormq.abc import DeliveredMessage
from hypothesis import given, settings
from hypothesis import strategies as st
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from services.credit_ledger.commands import _acts
from services.credit_ledger.rules.acts import Act
from shared.contracts.message import CommandData
from shared.contracts.refusals import RefusalCode
from shared.messaging.doors import Poison
from shared.messaging.topology import LEDGER, MESSAGE_BYTES_MAX, OWNER_HEADER
from tests.builders import an_id
from tests.doors.credit_ledger import hostile
from tests.doors.credit_ledger.hostile import AMOUNTS, ANYTHING, NO_AMOUNTS, Done
from tests.doors.credit_ledger.valid_commands import LINE, bodies, commands_left_out

OWNER, PERSON = str(an_id()), str(an_id())
BODIES = bodies(actor="portal", owner=OWNER, person=PERSON)
CODES = {
    RefusalCode.MALFORMED,
    RefusalCode.UNKNOWN_FIELD,
    RefusalCode.INVALID_AMOUNT,
    RefusalCode.TOO_LARGE,
}
OF_EACH = pytest.mark.parametrize(
    ("contract", "body"), BODIES, ids=[contract.__name__ for contract, _ in BODIES]
)


def arrived(
    contract: type[CommandData], text: bytes | str, *, owner: str = OWNER, user: str = "portal"
) -> DeliveredMessage:
    """A message as the broker delivers it."""
    properties = Basic.Properties(
        message_type=contract.TYPE, user_id=user, headers={OWNER_HEADER: owner}
    )
    content = text if isinstance(text, bytes) else text.encode()
    return DeliveredMessage(
        delivery=Basic.Deliver(exchange=LEDGER, routing_key=contract.ROUTING_KEY),
        header=ContentHeader(properties=properties, body_size=len(content)),
        body=content,
        channel=None,  # type: ignore[arg-type]  # nothing is acknowledged here
    )


def read(
    contract: type[CommandData], text: bytes | str, *, owner: str = OWNER, user: str = "portal"
) -> list[Act] | Poison:
    """What the door makes of a body; any other end than these two fails the test."""
    try:
        return _acts(arrived(contract, text, owner=owner, user=user))
    except Poison as poison:
        return poison


def refused(contract: type[CommandData], text: bytes | str) -> Poison:
    end = read(contract, text)
    assert isinstance(end, Poison), end
    assert end.code in CODES
    return end


def dotted(done: Done) -> str:
    return ".".join(str(step) for step in done.path)


def test_no_command_is_left_out_of_these_tests() -> None:
    assert commands_left_out() == set()


@OF_EACH
def test_a_job_token_holds_no_character_that_no_text_column_takes(
    contract: type[CommandData], body: dict[str, Any]
) -> None:
    assert isinstance(read(contract, json.dumps({**body, "job_token": "a\n.b"})), list)

    end = refused(contract, json.dumps({**body, "job_token": "a\u0000"}))

    assert (end.code, "job_token" in str(end)) == (RefusalCode.MALFORMED, True)


@OF_EACH
def test_a_valid_message_of_each_command_is_read(
    contract: type[CommandData], body: dict[str, Any]
) -> None:
    acts = read(contract, hostile.replaced(body, ("nowhere",), "").text)

    assert isinstance(acts, list), acts
    assert acts


@settings(max_examples=3_000)
@given(st.data())
def test_whatever_is_put_in_whatever_place_ends_as_acts_or_as_one_coded_refusal(
    data: st.DataObject,
) -> None:
    contract, body = data.draw(st.sampled_from(BODIES))
    path = data.draw(st.sampled_from(list(hostile.paths(body))))
    text = data.draw(st.sampled_from(ANYTHING) | st.text().map(json.dumps))

    end = read(contract, hostile.replaced(body, path, text).text)

    if isinstance(end, Poison):
        assert end.code in CODES
        field, _, why = end.told.partition(": ")
        assert field
        assert why
        assert end.told == end.reason, "something went wrong inside"
        assert len(end.told) < 1000


@OF_EACH
def test_what_is_no_amount_is_told_as_an_invalid_amount(
    contract: type[CommandData], body: dict[str, Any]
) -> None:
    for path in [path for path in hostile.paths(body) if path[-1] in AMOUNTS]:
        for text in NO_AMOUNTS:
            done = hostile.replaced(body, path, text)
            poison = refused(contract, done.text)
            assert poison.code is RefusalCode.INVALID_AMOUNT, text
            assert poison.told.startswith(f"{dotted(done)}: ")


@OF_EACH
def test_no_member_may_be_said_twice(contract: type[CommandData], body: dict[str, Any]) -> None:
    for path in hostile.paths(body):
        if isinstance(path[-1], int):
            continue
        poison = refused(contract, hostile.said_twice(body, path).text)
        assert poison.code is RefusalCode.MALFORMED
        assert poison.told == f"{path[-1]}: is said twice"


@OF_EACH
def test_a_field_that_nobody_agreed_on_is_named(
    contract: type[CommandData], body: dict[str, Any]
) -> None:
    for path in hostile.objects(body):
        done = hostile.with_a_stranger(body, path)
        poison = refused(contract, done.text)
        assert poison.code is RefusalCode.UNKNOWN_FIELD
        assert poison.told.startswith(f"{dotted(done)}: ")


@OF_EACH
def test_a_field_that_has_to_be_there_is_named(
    contract: type[CommandData], body: dict[str, Any]
) -> None:
    for path in hostile.paths(body):
        done = hostile.left_out(body, path)
        end = read(contract, done.text)
        assert isinstance(end, list) or ":" in end.told


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nothing", b""),
        ("a mark of the byte order", b"\xef\xbb\xbf{}"),
        ("no UTF-8", b'{"id":"\xff\xfe"}'),
        ("brackets", b"[" * 100_000),
        ("brackets that close", b"[" * 100_000 + b"]" * 100_000),
        ("objects", b'{"a":' * 100_000),
        ("digits", b'{"id":' + b"9" * 1_000_000 + b"}"),
        ("a scalar", b"null"),
        ("two bodies", b"{}{}"),
        ("UTF-16", '{"id":1}'.encode("utf-16")),
    ],
)
def test_what_is_no_json_object_is_malformed(name: str, text: bytes) -> None:
    poison = refused(BODIES[0][0], text)

    assert poison.code is RefusalCode.MALFORMED
    assert poison.told


def test_a_body_past_the_limit_is_too_large_and_the_limit_is_named() -> None:
    poison = refused(BODIES[0][0], b" " * (MESSAGE_BYTES_MAX + 1))

    assert poison.code is RefusalCode.TOO_LARGE
    assert str(MESSAGE_BYTES_MAX) in poison.told


def test_a_report_of_a_million_lines_is_refused_with_the_limit() -> None:
    [(contract, body)] = [each for each in BODIES if each[0].__name__ == "ReportUsage"]
    many = hostile.replaced(body, ("data", "lines"), f"[{','.join(['{}'] * 1_000_000)}]")
    line = {name: value for name, value in LINE.items() if name != "work"}
    more = hostile.replaced(body, ("data", "lines"), json.dumps([line] * 1001))

    assert refused(contract, many.text).code is RefusalCode.TOO_LARGE
    assert "at most 1000 items" in refused(contract, more.text).told


@pytest.mark.parametrize("place", [("id",), ("data", "lines", 0, "id")])
@pytest.mark.parametrize("id", ["1c94a0c0-3f3a-4b1e-9d6c-2f6f0a8e3b11", "0" * 32])
def test_an_id_that_is_no_uuid7_is_malformed(place: hostile.Path, id: str) -> None:
    [(contract, body)] = [each for each in BODIES if each[0].__name__ == "ReportUsage"]

    poison = refused(contract, hostile.replaced(body, place, f'"{id}"').text)

    assert poison.code is RefusalCode.MALFORMED
    assert "id: is not a UUIDv7" in poison.told


@pytest.mark.parametrize(
    "owner",
    ["null", f'"{an_id()}"', f'"{OWNER.upper()}"'],
    ids=["nobody", "another", "in capitals"],
)
def test_another_owner_than_the_headers_is_turned_away_unless_it_is_the_same_id(
    owner: str,
) -> None:
    contract, body = BODIES[0]

    end = read(contract, hostile.replaced(body, ("owner",), owner).text)

    assert isinstance(end, list) or end.told.startswith("owner: ")
    assert isinstance(end, list) == (owner.lower() == f'"{OWNER}"')
