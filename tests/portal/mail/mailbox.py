"""A mail server of the test's own: it keeps what it takes and answers as it is told."""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOST = "lost"
TAKEN = "250 OK"


@dataclass(frozen=True)
class Mail:
    """One letter as it arrived."""

    sender: str
    to: tuple[str, ...]
    message: EmailMessage
    login: str | None

    def text(self, kind: str = "plain") -> str:
        body = self.message.get_body((kind,))
        assert body is not None
        return str(body.get_content())


@dataclass
class Mailbox:
    """Takes everything, but what `to_recipients` and `to_texts` answer in turn."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    connections: int = 0
    to_recipients: deque[str] = field(default_factory=deque)
    to_texts: deque[str] = field(default_factory=deque)

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == (address,)]

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        return answers

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        answer = self.to_recipients.popleft() if self.to_recipients else TAKEN
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.to_texts.popleft() if self.to_texts else TAKEN
        if answer == LOST:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        elif answer == TAKEN:
            self.mails.append(_mail(session, envelope))
        return answer


def _mail(session: Session, envelope: Envelope) -> Mail:
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    login: object = session.auth_data
    return Mail(
        sender=str(envelope.mail_from),
        to=tuple(envelope.rcpt_tos),
        message=message,
        login=login.login.decode() if isinstance(login, LoginPassword) else None,
    )


@asynccontextmanager
async def receiving_mail(
    certificate: ssl.SSLContext | None = None, *, password: str | None = None
) -> AsyncIterator[Mailbox]:
    """A server on loopback; with a certificate it can encrypt, with a password it wants one."""
    mailbox = Mailbox()

    def sign_in(
        _server: SMTP, _session: Session, _envelope: Envelope, _how: str, told: object
    ) -> AuthResult:
        is_right = isinstance(told, LoginPassword) and told.password.decode() == password
        return AuthResult(success=is_right, handled=False, auth_data=told)

    def answer() -> SMTP:
        mailbox.connections += 1
        return SMTP(
            mailbox,
            hostname="mail.larkspur.example",
            enable_SMTPUTF8=True,
            tls_context=certificate,
            auth_required=password is not None,
            auth_require_tls=certificate is not None,
            authenticator=sign_in,
        )

    server = await asyncio.get_running_loop().create_server(answer, "127.0.0.1", 0)
    async with server:
        mailbox.port = server.sockets[0].getsockname()[1]
        yield mailbox
