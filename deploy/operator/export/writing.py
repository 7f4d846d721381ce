"""Writes an organization to a folder, page by page: never more than a page in memory.

What is written lies in `<folder>.partial` until it is complete, and then gets its name at once. The
journal only ever grows: an export that was interrupted goes on behind its last whole line, all
other files are written anew.
"""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

from deploy.operator.export.contents import FILES, Row, journal, statement_lines, usage_reach
from deploy.operator.inquiry import Inquiry
from shared.contracts.credit_queries import ShowPoolTerms, ShowWallet

FORMAT = "coffer-export-1"
JOURNAL = "journal.jsonl"
TOLD_EVERY = 50_000
# More than any line of the journal has.
TAIL_BYTES = 65_536
MARK = "wallet_id"


class NotWholeError(Exception):
    """The export cannot become whole; says why and what to do."""


@dataclass
class Folder:
    """The folder in which an export grows, and who is told of it."""

    path: Path
    told: TextIO

    async def write(self, name: str, rows: AsyncIterator[Row], *, goes_on: bool = False) -> int:
        """Write rows to a file, one a line; gives how many were written now."""
        count = 0
        with (self.path / name).open("a" if goes_on else "w", encoding="utf-8") as file:
            async for row in rows:
                file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
                count += 1
                if count % TOLD_EVERY == 0:
                    print(f"{name}: {count:,} lines", file=self.told)
        print(f"{name}: {count:,} lines written", file=self.told)
        return count

    def last_row(self, name: str) -> Row | None:
        """Find the last whole line of a file; what was half written behind it goes."""
        path = self.path / name
        path.touch()
        with path.open("r+b") as file:
            start = max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES)
            file.seek(start)
            tail = file.read()
            whole = tail.rfind(b"\n") + 1
            file.truncate(start + whole)
        lines = tail[:whole].splitlines()
        return json.loads(lines[-1]) if lines else None


async def export_to(inquiry: Inquiry, out: Path, told: TextIO) -> dict[str, Any]:
    """Export a wallet to the folder `out`, which must not exist; gives the manifest.

    The journal ends at the row that was the last when the export began, and `head` is that row's.
    Everything else is as it was when its page was read; `moved` says whether anything was booked
    meanwhile.
    """
    wallet = await inquiry.ask(ShowWallet())
    folder = Folder(out.with_name(out.name + ".partial"), told)
    _claim(folder.path, wallet["wallet_id"])
    reach = await usage_reach(inquiry)
    for name, question, key in FILES:
        await folder.write(name, inquiry.rows(question, key))
    for name, lines in statement_lines(inquiry):
        await folder.write(name, lines)
    last = folder.last_row(JOURNAL)
    await folder.write(JOURNAL, journal(inquiry, last, wallet["seq"]), goes_on=True)
    manifest = _manifest(folder.path, wallet, moved=await _moved(inquiry, wallet))
    manifest |= {"terms": await inquiry.ask(ShowPoolTerms()), "usage_complete_until": reach}
    _write_json(folder.path / "manifest.json", manifest)
    (folder.path / MARK).unlink()
    folder.path.rename(out)
    return manifest


def _claim(path: Path, wallet_id: str) -> None:
    """Take a folder of this wallet's unfinished export, or make one."""
    path.mkdir(exist_ok=True, mode=0o700)
    mark = path / MARK
    if mark.exists() and mark.read_text(encoding="ascii") != wallet_id:
        message = f"{path} is the unfinished export of another wallet: remove it first."
        raise NotWholeError(message)
    mark.write_text(wallet_id, encoding="ascii")


async def _moved(inquiry: Inquiry, before: dict[str, Any]) -> bool:
    after = await inquiry.ask(ShowWallet())
    return bool(after["seq"] != before["seq"] or after["head"] != before["head"])


def _manifest(folder: Path, wallet: dict[str, Any], *, moved: bool) -> dict[str, Any]:
    files = {path.name: _described(path) for path in sorted(folder.glob("*.jsonl"))}
    rows = files[JOURNAL]["rows"]
    if rows != wallet["seq"]:
        message = f"The journal has {rows} rows and not {wallet['seq']}: run `coffer reconcile`."
        raise NotWholeError(message)
    return {
        "format": FORMAT,
        "exported_at": datetime.now(UTC).isoformat(),
        "seq": wallet["seq"],
        "head": wallet["head"],
        "moved": moved,
        "wallet": wallet,
        "files": files,
    }


def _described(path: Path) -> dict[str, Any]:
    digest, rows = sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            rows += block.count(b"\n")
    return {"rows": rows, "bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
