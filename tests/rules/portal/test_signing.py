"""What leaves is signed so that the library of the specification verifies it; so is what comes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.portal.webhooks.signing import (
    BadSignatureError,
    check_signature,
    new_secret,
    signed,
)

BODY = '{"type":"order.paid"}'


def now() -> datetime:
    return datetime.now(UTC)


def test_a_secret_of_the_specification_verifies_what_we_sign() -> None:
    secret = new_secret()

    headers = signed("one", BODY, (secret,), at=now())

    assert Webhook(secret).verify(BODY, headers) == {"type": "order.paid"}


def test_while_a_secret_changes_the_former_one_verifies_too() -> None:
    former, new = new_secret(), new_secret()

    headers = signed("one", BODY, (new, former), at=now())

    for secret in (former, new):
        assert check_signature(BODY.encode(), headers, (secret,)) == "one"


def test_no_two_secrets_are_alike() -> None:
    assert len({new_secret() for _ in range(100)}) == 100


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_signature_from_another_time_does_not_count(age: timedelta) -> None:
    secret = new_secret()
    headers = signed("one", BODY, (secret,), at=now() - age)

    with pytest.raises(BadSignatureError):
        check_signature(BODY.encode(), headers, (secret,))


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "two"},
        {"webhook-id": ""},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,not base64"},
        {"webhook-signature": "v1,a,b"},
        {"webhook-signature": "v1a,AAAA"},
    ],
)
def test_a_changed_header_does_not_verify(change: dict[str, str]) -> None:
    secret = new_secret()
    headers = {**signed("one", BODY, (secret,), at=now()), **change}

    with pytest.raises(BadSignatureError):
        check_signature(BODY.encode(), headers, (secret,))


@given(st.binary(max_size=50))
def test_another_body_does_not_verify_whatever_it_is(body: bytes) -> None:
    secret = new_secret()
    headers = signed("one", BODY, (secret,), at=now())

    with pytest.raises(BadSignatureError):
        check_signature(body, headers, (secret,))


def test_without_any_secret_nothing_verifies() -> None:
    headers = signed("one", BODY, (new_secret(),), at=now())

    for keys in ((), (new_secret(),)):
        with pytest.raises(BadSignatureError):
            check_signature(BODY.encode(), headers, keys)


def test_an_id_that_is_no_line_of_text_is_turned_away() -> None:
    secret = new_secret()
    for message_id in ("x" * 256, "a\x00b"):
        headers = signed(message_id, BODY, (secret,), at=now())

        with pytest.raises(BadSignatureError):
            check_signature(BODY.encode(), headers, (secret,))
