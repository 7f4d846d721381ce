"""What letters say, in both their forms, whatever people call themselves."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from services.portal.mail import letters
from services.portal.mail.addressing import KIND_OF_OWN, Addressed
from services.portal.mail.writing import Writer, words_of
from services.portal.settings import PortalSettings
from services.portal.store.letters import Letter, NewLetter
from tests.builders import an_id
from tests.rules.portal.said import AT, every_letter

HERS = "Ana\N{RIGHT SINGLE QUOTATION MARK}s organization"


def addressed(new: NewLetter, kind: str | None = None, **changes: Any) -> Addressed:  # noqa: ANN401
    letter = Letter(
        an_id(), new.cause, new.kind, new.facts, new.account_id, new.organization_id, 1, AT
    )
    valid = {
        "letter": letter,
        "kind": kind or new.kind,
        "email": "ben@larkspur.example",
        "name": "Ben Okafor",
        "organization": HERS,
        "person": "Chloe Martin",
        "zone": "Europe/Sofia",
    }
    return Addressed(**{**valid, **changes})


def written(to_whom: Addressed) -> EmailMessage:
    settings = PortalSettings(
        public_url="https://portal.larkspur.example",
        vendor="Larkspur, Inc.",
        mail_from="coffer@larkspur.example",
    )
    wire = Writer(settings).write(to_whom, at=AT).as_bytes(policy=policy.SMTP)
    read = message_from_bytes(wire, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def test_every_letter_has_words_and_every_word_a_letter() -> None:
    kinds = {new.kind for new in every_letter()}

    assert kinds | set(KIND_OF_OWN.values()) == set(words_of()["letters"])
    assert kinds >= set(KIND_OF_OWN)
    assert len({new.cause for new in every_letter()}) > len(letters._writers)


@pytest.mark.parametrize("new", list(every_letter()), ids=lambda new: new.kind)
def test_a_letter_says_everything_in_both_forms(new: NewLetter) -> None:
    message = written(addressed(new))

    plain, page = text_of(message), text_of(message, "html")
    assert "{" not in f"{message['Subject']}{plain}{page}"
    assert "Undefined" not in page
    assert "Hello Ben Okafor," in plain
    assert "https://portal.larkspur.example/" in plain
    assert "https://portal.larkspur.example/" in page
    assert not re.search(r"<script|<img|<link|src=", page)
    assert 'lang="en"' in page


@pytest.mark.parametrize(("kind", "own"), KIND_OF_OWN.items())
def test_what_is_said_of_a_wallet_of_ones_own_names_no_organization(kind: str, own: str) -> None:
    new = next(one for one in every_letter() if one.kind == kind)

    message = written(addressed(new, own))

    assert "organization" not in f"{message['Subject']}{text_of(message)}"


def test_amounts_and_moments_are_told_as_people_read_them() -> None:
    new = next(one for one in every_letter() if one.kind == "credits_expiring")

    message = written(addressed(new))

    assert message["Subject"] == f"12.50 credits of {HERS} run out soon"
    assert "31 Jan 2027, 23:59 EET" in text_of(message)


def test_a_reason_that_nobody_gave_leaves_no_mark() -> None:
    with_reason, without = (one for one in every_letter() if one.kind == "request_declined")

    assert '"A trailer is due on Friday."' in text_of(written(addressed(with_reason)))
    assert '"' not in text_of(written(addressed(without)))


def test_a_letter_is_from_a_machine_and_has_a_name_of_its_own() -> None:
    to_whom = addressed(next(every_letter()))

    message = written(to_whom)

    assert message["From"] == '"Larkspur, Inc." <coffer@larkspur.example>'
    assert message["To"] == "ben@larkspur.example"
    assert message["Message-ID"] == f"<{to_whom.letter.id}@larkspur.example>"
    assert message["Auto-Submitted"] == "auto-generated"


HOSTILE = "Eve\r\nBcc: all@larkspur.example\r\n\r\n<script>{vendor.__class__}</script>"


def test_what_people_call_themselves_changes_no_letter() -> None:
    new = next(one for one in every_letter() if one.kind == "credits_requested")
    hostile = addressed(new, name=HOSTILE, person=HOSTILE, organization=HOSTILE)
    hostile.letter.facts["reason"] = HOSTILE

    message = written(hostile)

    assert message["Bcc"] is None
    assert "\n" not in str(message["Subject"])
    assert "<script>" not in text_of(message, "html")
    assert "{vendor.__class__}" in text_of(message)


def test_an_address_in_another_alphabet_is_written_as_it_is() -> None:
    new = next(every_letter())
    settings = PortalSettings(mail_from="coffer@larkspur.example")
    message = Writer(settings).write(addressed(new, email="анна@пример.example"), at=AT)

    assert "анна@пример.example".encode() in message.as_bytes()


def test_whoever_has_no_name_yet_is_greeted_all_the_same() -> None:
    assert "\nHello,\n" in f"\n{text_of(written(addressed(next(every_letter()), name=None)))}"
