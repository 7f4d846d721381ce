"""Which ids the rows of a file get: the same file again sends the same commands again (T34).

Kept is when a file was first sent, from which with the file's hash all ids follow, and who its
people were then, by hashes that tell nothing without the file. So one whose sending was cut off
goes on where it stopped, and somebody it removed is still the one it means.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

VERSION_7 = 7
VARIANT = 0b10


@dataclass(frozen=True)
class Receipt:
    """A file that was sent for an organization: its hash, when that was first, who was in then."""

    digest: str
    begun_at: datetime
    people: Mapping[str, UUID] = field(default_factory=dict)

    def id_of(self, line: int, attempt: int) -> UUID:
        """Name the command of a row; another attempt is another command."""
        return named_by(f"{self.digest} {line} {attempt}", self.begun_at)

    def account_of(self, email: str) -> UUID | None:
        """Whose address it was when the file was first sent."""
        return self.people.get(_mark(self.digest, email))


def named_by(told: str, at: datetime) -> UUID:
    """An id that follows from what it is for and from when that began."""
    random = int.from_bytes(blake2b(told.encode(), digest_size=10).digest())
    milliseconds = int(at.timestamp() * 1000)
    number = milliseconds << 80 | random
    number = number & ~(0xF << 76) | VERSION_7 << 76
    return UUID(int=number & ~(0b11 << 62) | VARIANT << 62)


def digest_of(content: bytes, *, organization: UUID, by: UUID) -> str:
    """The hash of a file as somebody sends it for an organization."""
    told = organization.bytes + by.bytes + content
    return blake2b(told, digest_size=32).hexdigest()


def receipt_of(digest: str, *, people: Mapping[str, UUID], now: datetime) -> Receipt:
    """Write out a receipt for a file that was not sent before; `people` are those in, by e-mail."""
    marked = {_mark(digest, email): account for email, account in people.items()}
    return Receipt(digest, now, marked)


def receipt_in(folder: Path, digest: str, *, people: Mapping[str, UUID], now: datetime) -> Receipt:
    """Take out the receipt of a file, or write one, on disk before anything is sent."""
    path = folder / f"{digest}.json"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write(path, receipt_of(digest, people=people, now=now))
    kept = json.loads(path.read_text(encoding="ascii"))
    accounts = {mark: UUID(account) for mark, account in kept["people"].items()}
    return Receipt(digest, datetime.fromisoformat(kept["begun_at"]), accounts)


def _write(path: Path, receipt: Receipt) -> None:
    people = {mark: str(account) for mark, account in receipt.people.items()}
    written = path.with_suffix(".new")
    with written.open("w", encoding="ascii") as stream:
        json.dump({"begun_at": receipt.begun_at.isoformat(), "people": people}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    written.replace(path)


def _mark(digest: str, email: str) -> str:
    return blake2b(email.encode(), key=bytes.fromhex(digest), digest_size=16).hexdigest()
