"""What a node has under way, in a file: written before it is sent, so a restart sends it again."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Self

import orjson

from shared.client.letters import Letter


class Journal:
    """A file of JSON lines: a letter that goes out, the id of one that is settled."""

    def __init__(self, path: Path, unsettled: dict[str, Letter]) -> None:
        """Take what an earlier run left unsettled and start the file anew with it."""
        self.path = path
        self.unsettled = unsettled
        self._file = _rewritten(path, unsettled.values())
        self._is_persisted = True

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what an earlier run left; a torn last line was never sent and is dropped."""
        return cls(path, _unsettled(path.read_bytes()) if path.exists() else {})

    def sending(self, letter: Letter) -> None:
        """Note a letter; `persist` makes the note safe before the letter goes out."""
        if letter.id not in self.unsettled:
            self.unsettled[letter.id] = letter
            self._file.write(_line(letter))
            self._is_persisted = False

    def settled(self, letter: Letter) -> None:
        """Note that every verdict of a letter is in; to lose this note only costs a resend."""
        self.unsettled.pop(letter.id, None)
        self._file.write(orjson.dumps({"settled": letter.id}) + b"\n")

    def persist(self) -> None:
        """Bring the notes to the disk, once for all letters that go out together."""
        if not self._is_persisted:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._is_persisted = True

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _unsettled(content: bytes) -> dict[str, Letter]:
    letters: dict[str, Letter] = {}
    whole, _, _torn = content.rpartition(b"\n")
    for line in whole.splitlines():
        note = orjson.loads(line)
        if "settled" in note:
            letters.pop(note["settled"], None)
        else:
            letters[note["id"]] = Letter(
                id=note["id"],
                type=note["type"],
                routing_key=note["routing_key"],
                owner=note["owner"],
                body=note["body"].encode(),
                expected=tuple(note["expected"]),
            )
    return letters


def _rewritten(path: Path, letters: Iterable[Letter]) -> BinaryIO:
    """Whole or not at all: a crash while it is rewritten leaves the old file."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.writelines(_line(letter) for letter in letters)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path.open("ab")


def _line(letter: Letter) -> bytes:
    note = {
        "id": letter.id,
        "type": letter.type,
        "routing_key": letter.routing_key,
        "owner": letter.owner,
        "body": letter.body.decode(),
        "expected": letter.expected,
    }
    return orjson.dumps(note) + b"\n"
