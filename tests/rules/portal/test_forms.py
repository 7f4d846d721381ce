"""What people type, as the data of a command, and in words of ours where it is none."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.portal.browsers import browser_called
from services.portal.forms import FieldErrors, Form, mint
from services.portal.store.sessions import Session
from shared.clock import Clock
from shared.contracts.credits import SetCreditAccess
from shared.contracts.membership import AddMember
from tests.rules.portal.test_failing import OfNoUse

ID = UUID("019c1d94-dbd9-79f9-9c13-56ba815a20d9")
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def test_fields_become_the_data_of_a_command_without_what_was_left_empty() -> None:
    typed = Form(ID, {"email": " eva@larkspur.example ", "role": "GUEST"})

    data = typed.data(AddMember, email=typed.get("email"), role=typed.get("role"), account_id="")

    assert data == AddMember(email="eva@larkspur.example", role="GUEST")


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"email": "eva", "role": "GUEST"}, "email", "Type an e-mail address"),
        ({"email": "eva@larkspur.example", "role": ""}, "role", "Fill this in."),
        ({"email": "eva@larkspur.example", "role": "x" * 50}, "role", "This is too long."),
    ],
)
def test_what_cannot_be_sent_has_a_sentence_by_its_field(
    fields: dict[str, str], name: str, sentence: str
) -> None:
    with pytest.raises(FieldErrors) as found:
        Form(ID, fields).data(AddMember, **fields)

    assert found.value.errors[name].startswith(sentence)


@pytest.mark.parametrize("typed", ["-5", "1e3", "1.2345678", "five"])
def test_an_amount_that_is_none_has_a_sentence_of_its_own(typed: str) -> None:
    with pytest.raises(FieldErrors) as found:
        Form(ID, {}).data(SetCreditAccess, account_id=str(ID), mode="quota", limit=typed)

    assert "at most six decimals" in found.value.errors["limit"]


def test_a_choice_that_is_none_of_the_options_is_told_so() -> None:
    with pytest.raises(FieldErrors) as found:
        Form(ID, {}).data(SetCreditAccess, account_id="somebody", mode="sometimes")

    assert found.value.errors == {
        "account_id": "Choose one from the list.",
        "mode": "Choose one of the options.",
    }


def test_a_field_that_was_chosen_several_times_keeps_all_its_values() -> None:
    form = Form(ID, {"person": "b"}, {"person": ("a", "b")})

    assert form.every("person") == ("a", "b")
    assert form.every("nobody") == ()


def test_two_sessions_never_sign_a_form_alike() -> None:
    rooms = OfNoUse(settings=None, templates=None, clock=Clock(), wall=Clock())  # type: ignore[arg-type]  # minting needs a clock
    keys = [bytes([number]) * 32 for number in (1, 2)]

    signed = {mint(rooms, a_session(key)) for key in keys for _ in range(2)}  # type: ignore[arg-type]  # as above

    assert len({each.partition(".")[0] for each in signed}) == 4
    assert len({each.partition(".")[2] for each in signed}) == 4


@pytest.mark.parametrize(
    ("claim", "called"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit Chrome/156 Safari/537", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156 Safari/537 Edg/156", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Mac OS X 15) Version/19 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Android 16; Mobile) Firefox/150", "Firefox on Android"),
        ("curl/8.5", "curl/8.5"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_called_by_its_name(claim: str, called: str) -> None:
    assert browser_called(claim) == called


def a_session(key: bytes) -> Session:
    return Session(
        token_hash=b"",
        account_id=ID,
        door="demo",
        browser="",
        form_key=key,
        begun_at=NOW,
        seen_at=NOW,
        ends_at=NOW,
    )
