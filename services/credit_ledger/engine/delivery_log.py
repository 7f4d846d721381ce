"""A record of every delivery, outside the database, for whoever wants to count for himself."""

from collections.abc import Sequence
from datetime import datetime
from io import BufferedWriter
from pathlib import Path

import orjson

from services.credit_ledger.rules.acts import Act


class DeliveryLog:
    """JSON lines: what was delivered, and in which batch ids were decided; off without a folder.

    `{"delivered": id, "redelivered": bool}` as a message is read, and
    `{"batch": number, "at": moment, "ids": [...]}` before that batch commits.
    """

    def __init__(self, folder: Path | None, worker: int) -> None:
        """Append to one file per worker."""
        self._file: BufferedWriter | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / f"worker-{worker}.jsonl").open("ab")

    def delivered(self, acts: Sequence[Act], *, redelivered: bool) -> None:
        """Note the ids that one message brought."""
        if self._file is None:
            return
        for act in acts:
            line = {"delivered": str(act.command), "redelivered": redelivered}
            self._file.write(orjson.dumps(line) + b"\n")

    def deciding(self, batch: int, at: datetime, acts: Sequence[Act]) -> None:
        """Note the ids that a batch decides, before it commits."""
        if self._file is None:
            return
        line = {"batch": batch, "at": at, "ids": [str(act.command) for act in acts]}
        self._file.write(orjson.dumps(line) + b"\n")
        self._file.flush()
