"""Hands letters to a mail server, and tells apart what it took, refused, or may have taken."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTP

from services.portal.mail.writing import policy_for
from services.portal.settings import is_loopback
from shared.erasing import unaddressed

COMMAND_SECONDS = 15.0
SMTP_PORT, SMTPS_PORT, SUBMISSION_PORT = 25, 465, 587
FOR_GOOD = 500
TROUBLE_MAX = 200


class Outcome(Enum):
    """What became of a letter at the server."""

    TAKEN = "taken"
    REFUSED = "refused"  # for good: it would be refused again
    AGAIN = "again"  # not taken now
    UNCERTAIN = "uncertain"  # lost while it took it
    HELD_BACK = "held back"  # it shall not go any more


@dataclass(frozen=True)
class Handed:
    """How it ended, and why if not well; without addresses, which are kept nowhere (A20)."""

    outcome: Outcome
    trouble: str | None = None


@dataclass(frozen=True)
class Server:
    """A mail server: `smtps` speaks TLS from the first byte, `smtp` once both have agreed on it."""

    host: str
    port: int
    is_tls: bool
    user: str | None
    password: str | None

    @property
    def must_encrypt(self) -> bool:
        """A password goes to another machine only where nobody can read it."""
        return self.user is not None and not is_loopback(self.host)


def read_server(url: str) -> Server:
    """Read smtp://[user:password@]host[:port]; raises ValueError for any other address."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        message = "a mail server's address is smtp://host or smtps://host"
        raise ValueError(message)
    is_tls = parts.scheme == "smtps"
    usual = SMTPS_PORT if is_tls else SUBMISSION_PORT if parts.username else SMTP_PORT
    return Server(
        parts.hostname,
        parts.port or usual,
        is_tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


@asynccontextmanager
async def connected(server: Server, *, own_name: str) -> AsyncIterator[SMTP]:
    """Connect, encrypt and sign in; raises SMTPException and OSError."""
    smtp = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.is_tls,
        start_tls=False if server.is_tls else True if server.must_encrypt else None,
        username=server.user,
        password=server.password,
        local_hostname=own_name,
        timeout=COMMAND_SECONDS,
    )
    await smtp.connect()
    try:
        yield smtp
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await smtp.quit()
        smtp.close()


async def hand_over(
    smtp: SMTP,
    message: EmailMessage,
    *,
    sender: str,
    to: str,
    let_leave: Callable[[], Awaitable[bool]],
) -> Handed:
    """Hand one letter over; `let_leave` is asked right before its text goes.

    From then on a lost connection leaves open whether the server has it. Raises SMTPException and
    OSError while the connection is of no use, the letter not having left.
    """
    refused = await _named(smtp, sender, to)
    if refused is not None:
        await smtp.rset()
        return refused
    if not await let_leave():
        await smtp.rset()
        return Handed(Outcome.HELD_BACK)
    try:
        await smtp.data(message.as_bytes(policy=policy_for(to)))
    except aiosmtplib.SMTPDataError as error:
        return _by_code(error)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Handed(Outcome.UNCERTAIN, _told(error))
    return Handed(Outcome.TAKEN)


async def _named(smtp: SMTP, sender: str, to: str) -> Handed | None:
    """Name who writes to whom; what the server says if it will have none of it."""
    options: list[str] = []
    if not to.isascii():
        if not smtp.supports_extension("smtputf8"):
            return Handed(Outcome.REFUSED, "the server takes no such address")
        options.append("SMTPUTF8")
    encoding = "utf-8" if options else "ascii"
    try:
        await smtp.mail(sender, options=options, encoding=encoding)
    except aiosmtplib.SMTPSenderRefused as error:
        # Ours to mend, and no fault of whom it goes to.
        return Handed(Outcome.AGAIN, _told(error))
    try:
        await smtp.rcpt(to, encoding=encoding)
    except aiosmtplib.SMTPRecipientRefused as error:
        return _by_code(error)
    return None


def _by_code(error: aiosmtplib.SMTPResponseException) -> Handed:
    outcome = Outcome.REFUSED if error.code >= FOR_GOOD else Outcome.AGAIN
    return Handed(outcome, _told(error))


def _told(error: Exception) -> str:
    return unaddressed(str(error))[:TROUBLE_MAX] or type(error).__name__
