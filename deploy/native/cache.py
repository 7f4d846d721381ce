"""Unpacked programs, shared by all stacks of a user and put in place in one step."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.native.home import exclusive

OTHERS_MAY_READ = 0o755


@contextmanager
def locked(cache: Path) -> Iterator[None]:
    """One at a time fills the cache; the second waits and finds the work done."""
    cache.mkdir(parents=True, exist_ok=True)
    cache.chmod(OTHERS_MAY_READ)
    with exclusive(cache / "lock"):
        yield


@contextmanager
def workshop(cache: Path) -> Iterator[Path]:
    """A folder on the same file system to build in, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="unfinished-", dir=cache))
    folder.chmod(OTHERS_MAY_READ)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
