"""What a node has under way, in a file: written before it is sent, so a restart sends it again."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self

import orjson

from shared.client.letters import Letter


@dataclass(slots=True)
class BlockNote:
    """A block taken in advance: the letter that asked for it, and what was spent of it.

    `amount` and `spent` are microcredits, `until` is when its lease ends at the earliest, `closing`
    the id of the letter that gives the rest back.
    """

    letter: Letter
    account: str
    amount: int
    until: datetime
    spent: int = 0
    closing: str | None = None


@dataclass(slots=True)
class _Notes:
    """What a journal says when it is read from its beginning."""

    unsettled: dict[str, Letter] = field(default_factory=dict)
    blocks: dict[str, BlockNote] = field(default_factory=dict)


class Journal:
    """A file of JSON lines: a letter that goes out, the id of one that is settled, and blocks:
    taken, spent from, given back.
    """

    def __init__(self, path: Path, notes: _Notes) -> None:
        """Take what an earlier run left unsettled and start the file anew with it."""
        self.path = path
        self.unsettled = notes.unsettled
        self.blocks = notes.blocks
        self._file = _rewritten(path, notes)
        self._is_persisted = True

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what an earlier run left; a torn last line was never sent and is dropped."""
        return cls(path, _read(path.read_bytes()) if path.exists() else _Notes())

    def sending(self, letter: Letter) -> None:
        """Note a letter; `persist` makes the note safe before the letter goes out."""
        if letter.id not in self.unsettled:
            self.unsettled[letter.id] = letter
            self._write(_sent(letter))

    def settled(self, letter: Letter) -> None:
        """Note that every verdict of a letter is in; to lose this note only costs a resend."""
        self.unsettled.pop(letter.id, None)
        self._file.write(orjson.dumps({"settled": letter.id}) + b"\n")

    def taking(self, block: BlockNote) -> None:
        """Note a block before it is asked for, or what it is now; safe when this returns."""
        self.blocks[block.letter.id] = block
        self._write(_taken(block))
        self.persist()

    def spending(self, block: BlockNote, letter: Letter, amount: int) -> None:
        """Note a part of a block and the letter that charges it, as one; safe when this returns."""
        block.spent += amount
        self.unsettled[letter.id] = letter
        self._write({**_sent(letter), "block": block.letter.id, "spent": amount})
        self.persist()

    def closed(self, block: BlockNote) -> None:
        """Note that a block was given back, or never granted."""
        self.blocks.pop(block.letter.id, None)
        self._write({"closed": block.letter.id})
        self.persist()

    def persist(self) -> None:
        """Bring the notes to the disk, once for all letters that go out together."""
        if not self._is_persisted:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._is_persisted = True

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, note: dict[str, object]) -> None:
        self._file.write(orjson.dumps(note) + b"\n")
        self._is_persisted = False


def _read(content: bytes) -> _Notes:
    notes = _Notes()
    whole, _, _torn = content.rpartition(b"\n")
    for line in whole.splitlines():
        note = orjson.loads(line)
        if "settled" in note:
            notes.unsettled.pop(note["settled"], None)
        elif "closed" in note:
            notes.blocks.pop(note["closed"], None)
        elif "taken" in note:
            block = _block(note)
            notes.blocks[block.letter.id] = block
        else:
            notes.unsettled[note["id"]] = _letter(note)
            if note.get("block") in notes.blocks:
                notes.blocks[note["block"]].spent += note["spent"]
    return notes


def _rewritten(path: Path, notes: _Notes) -> BinaryIO:
    """Whole or not at all: a crash while it is rewritten leaves the old file.

    What unsettled letters spent of a block stands in the block's own line from now on.
    """
    fresh = path.with_name(f"{path.name}.new")
    lines: Iterable[dict[str, object]] = (
        *map(_taken, notes.blocks.values()),
        *map(_sent, notes.unsettled.values()),
    )
    with fresh.open("wb") as file:
        file.writelines(orjson.dumps(line) + b"\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path.open("ab")


def _sent(letter: Letter) -> dict[str, object]:
    return {
        "id": letter.id,
        "type": letter.type,
        "routing_key": letter.routing_key,
        "owner": letter.owner,
        "body": letter.body.decode(),
        "expected": letter.expected,
    }


def _taken(block: BlockNote) -> dict[str, object]:
    return {
        "taken": _sent(block.letter),
        "account": block.account,
        "amount": block.amount,
        "until": block.until.isoformat(),
        "spent": block.spent,
        "closing": block.closing,
    }


def _letter(note: dict[str, str]) -> Letter:
    return Letter(
        id=note["id"],
        type=note["type"],
        routing_key=note["routing_key"],
        owner=note["owner"],
        body=note["body"].encode(),
        expected=tuple(note["expected"]),
    )


def _block(note: dict[str, object]) -> BlockNote:
    letter, amount, spent, closing = (
        note[name] for name in ("taken", "amount", "spent", "closing")
    )
    assert isinstance(letter, dict)
    assert isinstance(amount, int)
    assert isinstance(spent, int)
    assert closing is None or isinstance(closing, str)
    until = datetime.fromisoformat(str(note["until"]))
    return BlockNote(_letter(letter), str(note["account"]), amount, until, spent, closing)
