"""A password goes to a mail server in secret or not at all, and addresses as they are."""

from pathlib import Path

import pytest

from services.portal.mail.handing import Server, read_server
from tests.builders import an_id
from tests.portal.certificates import a_certificate
from tests.portal.ground import Ground
from tests.portal.mail.acts import House, hear, pool_low, rooms_with, send_due
from tests.portal.mail.mailbox import receiving_mail
from tests.speaking import a_fact


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", Server("mail", 25, False, None, None)),
        ("smtp://mail:2525", Server("mail", 2525, False, None, None)),
        ("smtps://mail", Server("mail", 465, True, None, None)),
        ("smtp://ana:p%40ss@mail", Server("mail", 587, False, "ana", "p@ss")),
    ],
)
def test_a_servers_address_is_read(url: str, server: Server) -> None:
    assert read_server(url) == server


@pytest.mark.parametrize("url", ["mail", "http://mail", "smtp://", "smtp://mail:x"])
def test_what_is_no_servers_address_is_told_so(url: str) -> None:
    with pytest.raises(ValueError, match=r"server|[Pp]ort"):
        read_server(url)


def test_a_password_for_another_machine_must_be_encrypted() -> None:
    assert read_server("smtp://ana:secret@mail.larkspur.example").must_encrypt
    assert not read_server("smtp://ana:secret@127.0.0.1").must_encrypt
    assert not read_server("smtp://mail.larkspur.example").must_encrypt


async def test_a_server_that_can_encrypt_but_is_not_trusted_gets_nothing(
    ground: Ground, house: House, tmp_path: Path
) -> None:
    dan = await house.registers("Dan")
    certificate, _ = a_certificate(tmp_path, "mail.larkspur.example")

    async with receiving_mail(certificate) as mailbox:
        rooms = rooms_with(ground, mailbox)
        await hear(rooms, pool_low(dan.account_id))
        assert not await send_due(rooms)

    assert mailbox.mails == []


async def test_a_password_opens_the_server_in_secret_and_a_wrong_one_does_not(
    ground: Ground, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dan = await house.registers("Dan")
    certificate, _ = a_certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    async with receiving_mail(certificate, password="s3cret") as mailbox:
        came = []
        for password in ("wrong", "s3cret"):
            rooms = ground.rooms(smtp_url=f"smtp://ana:{password}@localhost:{mailbox.port}")
            await hear(rooms, pool_low(dan.account_id))
            await send_due(rooms)
            came.append(len(mailbox.mails))

    assert came == [0, 1]
    assert mailbox.mails[0].login == "ana"


async def test_an_address_in_another_alphabet_is_written_to(ground: Ground, house: House) -> None:
    ana = await house.registers("Ana")
    organization = await house.founds(ana)
    email = f"анна-{an_id().hex}@пример.example"
    added = await house.invites(organization, ana.account_id, email)

    async with receiving_mail() as mailbox:
        rooms = rooms_with(ground, mailbox)
        await hear(rooms, a_fact(added, subject=organization))
        await send_due(rooms)

    assert len(mailbox.to(email)) == 1
