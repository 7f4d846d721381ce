"""Writes a letter from its words: a plain text and the same as a page, with nothing to load."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.portal.format import Format, format_of
from services.portal.mail.addressing import MOMENTS, Addressed
from services.portal.settings import PortalSettings

HERE = Path(__file__).parent
WORDS = HERE.parent / "words" / "letters.en.toml"
AMOUNTS = frozenset({"available", "mark", "limit", "used", "amount", "debt"})
SAID_BY_NOBODY = '""'


@dataclass(frozen=True)
class Writer:
    """Writes for one installation: its vendor, its address, its locale."""

    settings: PortalSettings

    def write(self, addressed: Addressed, *, at: datetime) -> EmailMessage:
        """Write a letter as it goes over the wire."""
        told = self._told(addressed)
        words = words_of()["letters"][addressed.kind]
        page: dict[str, Any] = {
            "subject": _on_one_line(words["subject"].format_map(told)),
            "greeting": _greeting(addressed.name),
            "paragraphs": _paragraphs(words["text"], told),
            "action": words["action"],
            "link": self._link(words["link"], told),
            "signature": words_of()["frame"]["signature"].format_map(told),
            "why": words_of()["frame"]["why"],
            "language": self.settings.locale,
        }
        return self._put_together(addressed, page, at=at)

    def _put_together(
        self, addressed: Addressed, page: dict[str, Any], *, at: datetime
    ) -> EmailMessage:
        message = EmailMessage(policy=policy_for(addressed.email))
        message["From"] = Address(self.settings.vendor, addr_spec=self.settings.mail_from)
        message["To"] = addressed.email
        message["Subject"] = page["subject"]
        message["Date"] = format_datetime(at)
        # The same letter has the same name, so that a mailbox may tell that it came before.
        message["Message-ID"] = f"<{addressed.letter.id}@{self._host}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(_templates().get_template("letter.txt").render(page))
        html = _templates().get_template("letter.html").render(page)
        message.add_alternative(html, subtype="html")
        return message

    def _told(self, addressed: Addressed) -> dict[str, str]:
        """Everything that words may name."""
        format = format_of(self.settings.locale, addressed.zone or self.settings.zone)  # noqa: A001
        letter = addressed.letter
        told = {name: _shown(format, name, value) for name, value in letter.facts.items()}
        told["role"] = words_of()["roles"].get(letter.facts.get("role", ""), "")
        told["trouble"] = words_of()["troubles"].get(letter.facts.get("reason", ""), "")
        if "mode" in letter.facts:
            told["wish"] = words_of()["wishes"][letter.facts["mode"]].format_map(told)
        return {
            **told,
            "organization": addressed.organization,
            "organization_id": str(letter.organization_id),
            "person": addressed.person,
            "vendor": self.settings.vendor,
            "store": self.settings.store_url,
        }

    def _link(self, link: str, told: dict[str, str]) -> str:
        path = link.format_map(told)
        return path if urlsplit(path).scheme else f"{self.settings.address}{path}"

    @property
    def _host(self) -> str:
        return self.settings.mail_from.rpartition("@")[2]


@cache
def words_of() -> dict[str, Any]:
    """The words of letters, read once."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def policy_for(email: str) -> "EmailPolicy[EmailMessage]":
    """How headers are written: an address in another alphabet needs a server that takes it."""
    return SMTP if email.isascii() else SMTPUTF8


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _shown(format: Format, name: str, value: str) -> str:  # noqa: A002 -- what it is
    if name in AMOUNTS:
        return format.credits(value)
    if name in MOMENTS:
        return format.when(datetime.fromisoformat(value))
    return value


def _greeting(name: str | None) -> str:
    frame = words_of()["frame"]
    if name is None:
        return str(frame["greeting_unnamed"])
    return str(frame["greeting"].format(name=_on_one_line(name)))


def _paragraphs(texts: list[str], told: dict[str, str]) -> list[str]:
    """What somebody else wrote may be missing, and so is its paragraph then."""
    said = [text.format_map(told) for text in texts]
    return [text for text in said if text != SAID_BY_NOBODY]


def _on_one_line(text: str) -> str:
    """A header is a line: a name with a line's end in it would begin another one."""
    return " ".join(text.split())
