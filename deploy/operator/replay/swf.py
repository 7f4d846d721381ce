"""Reads the Standard Workload Format, plain or gzip: 18 columns a job, comments start with `;`."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

COLUMNS = 18
LINE_BYTES_MAX = 4096
UNKNOWN = -1
LARGEST = 10**12
GZIP_MAGIC = b"\x1f\x8b"
NUMBER, SUBMITTED, WAITED, RUN, PROCESSORS, REQUESTED, USER, GROUP = 0, 1, 2, 3, 4, 8, 11, 12
# A job that asked for no time is taken to have asked for what it used, a minute at least.
REQUESTED_SECONDS_MIN = 60


class TraceError(Exception):
    """The file cannot be played at all; says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Job:
    """One recorded job; times in seconds, `started` counted from the start of the trace."""

    number: int
    started: int
    run_seconds: int
    requested_seconds: int
    processors: int
    user: int
    group: int


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that is no job, with its number in the file, counted from one."""

    line: int
    reason: str


def read_trace(path: Path, limit: int | None = None) -> Iterator[Job | Malformed]:
    """Read at most `limit` jobs; raises TraceError for a file without one, unread or foreign."""
    jobs = 0
    try:
        with _open(path) as file:
            for number, line in enumerate(iter(lambda: file.readline(LINE_BYTES_MAX), b""), 1):
                found = _job_of(number, line)
                if found is None:
                    continue
                yield found
                jobs += isinstance(found, Job)
                if jobs == limit:
                    return
    except (OSError, EOFError, zlib.error) as error:
        message = f"{path} cannot be read: {error}"
        raise TraceError(message) from error
    if jobs == 0:
        message = f"{path} holds no job in Standard Workload Format (18 numbers a line)."
        raise TraceError(message)


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        is_packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    # GzipFile reads like any binary file but does not say so in its type.
    return gzip.open(path, "rb") if is_packed else path.open("rb")  # type: ignore[return-value]  # see above


def _job_of(number: int, line: bytes) -> Job | Malformed | None:
    if not line.strip() or line.lstrip().startswith(b";"):
        return None
    columns = line.split()
    if len(columns) != COLUMNS:
        return Malformed(number, f"{len(columns)} columns, {COLUMNS} are expected")
    try:
        numbers = [_number(column) for column in columns]
    except ValueError as error:
        return Malformed(number, str(error))
    if numbers[SUBMITTED] < 0:
        return Malformed(number, "no time of submission")
    return _job(numbers)


def _number(column: bytes) -> int:
    """A whole number; some traces write averages with a fraction, which counts for nothing here."""
    whole, _, fraction = column.partition(b".")
    digits = whole.removeprefix(b"-")
    if not digits.isdigit() or (fraction and not fraction.isdigit()):
        message = f"{column[:20].decode(errors='replace')!r} is no number"
        raise ValueError(message)
    value = int(whole)
    if not -1 <= value <= LARGEST:
        message = f"{value} is out of range"
        raise ValueError(message)
    return value


def _job(numbers: list[int]) -> Job:
    run = numbers[RUN]
    requested = numbers[REQUESTED]
    return Job(
        number=numbers[NUMBER],
        started=numbers[SUBMITTED] + max(0, numbers[WAITED]),
        run_seconds=run,
        requested_seconds=requested if requested > 0 else max(run, REQUESTED_SECONDS_MIN),
        processors=max(1, numbers[PROCESSORS]),
        user=numbers[USER],
        group=numbers[GROUP],
    )
