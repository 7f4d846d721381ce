"""Which RabbitMQ to run: the one on this machine, else the distribution's, unpacked and private."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.native.cache import locked, workshop
from deploy.native.errors import StackError

DEBIAN = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
PACKAGES = (
    "rabbitmq-server",
    "erlang-asn1",
    "erlang-base",
    "erlang-crypto",
    "erlang-eldap",
    "erlang-inets",
    "erlang-mnesia",
    "erlang-os-mon",
    "erlang-parsetools",
    "erlang-public-key",
    "erlang-runtime-tools",
    "erlang-ssl",
    "erlang-syntax-tools",
    "erlang-tools",
    "erlang-xmerl",
)
DOWNLOAD_SECONDS = 300
INSTRUCTION = (
    "RabbitMQ is not on this machine and {why}. Install RabbitMQ 3.10 or newer (with Erlang), so"
    " that `rabbitmq-server` is on PATH, or set AMQP_URL to a broker that runs, or use"
    " `docker compose up`."
)
APT_SETTINGS = """\
Dir::State "{folder}/state";
Dir::State::lists "{folder}/lists";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Acquire::Languages "none";
APT::Sandbox::User "root";
Debug::NoLocking "true";
"""


@dataclass(frozen=True)
class RabbitMQ:
    """A RabbitMQ ready to run, with the PATH on which it finds its Erlang."""

    server: Path
    search_path: str

    @property
    def epmd(self) -> str:
        found = shutil.which("epmd", path=self.search_path)
        if found is None:
            message = f"Erlang's `epmd` is not on the PATH of {self.server}: install Erlang."
            raise StackError(message)
        return found


def find_rabbitmq(cache: Path, tell: Callable[[str], None]) -> RabbitMQ:
    """Take what is there; download only when nothing is."""
    installed = _installed()
    if installed:
        return installed
    unpacked = cache / f"rabbitmq-{_distribution()}"
    if not unpacked.exists():
        with locked(cache):
            if not unpacked.exists():
                tell("RabbitMQ is not on this machine: downloading the distribution's packages")
                _download(unpacked, cache)
    return _unpacked(unpacked)


def _installed() -> RabbitMQ | None:
    """Debian's command changes user and settings; the script behind it leaves both to us."""
    found = shutil.which("rabbitmq-server")
    search_path = os.environ.get("PATH", os.defpath)
    if (found is None or found.startswith("/usr/sbin/")) and DEBIAN.exists():
        return RabbitMQ(server=DEBIAN.resolve(), search_path=search_path)
    return RabbitMQ(server=Path(found).resolve(), search_path=search_path) if found else None


def _unpacked(root: Path) -> RabbitMQ:
    return RabbitMQ(
        server=(root / "usr/lib/rabbitmq/bin/rabbitmq-server").resolve(),
        search_path=f"{root / 'usr/lib/erlang/bin'}:{os.defpath}",
    )


def _distribution() -> str:
    release = Path("/etc/os-release")
    lines = release.read_text().splitlines() if release.exists() else []
    named = dict(line.split("=", 1) for line in lines if "=" in line)
    name = f"{named.get('ID', 'unknown')}-{named.get('VERSION_ID', '')}-{os.uname().machine}"
    return name.replace('"', "")


def _download(unpacked: Path, cache: Path) -> None:
    """Fetch with the machine's own sources into a state of our own; apt checks the signatures."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise StackError(INSTRUCTION.format(why="only Debian and Ubuntu packages can be unpacked"))
    with workshop(cache) as folder:
        for needed in ("state", "lists/partial", "cache/archives/partial", "made"):
            (folder / needed).mkdir(parents=True)
        (folder / "status").touch()
        settings = folder / "apt.conf"
        settings.write_text(APT_SETTINGS.format(folder=folder))
        environment = {**os.environ, "APT_CONFIG": str(settings)}
        _run(["apt-get", "-q", "update"], folder, environment)
        _run(["apt-get", "-q", "download", *PACKAGES], folder, environment)
        for package in sorted(folder.glob("*.deb")):
            _run(["dpkg", "-x", str(package), str(folder / "made")], folder, environment)
        _point_erlang_at(unpacked, folder / "made")
        (folder / "made").rename(unpacked)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    result = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=DOWNLOAD_SECONDS,
    )
    if result.returncode != 0:
        why = f"`{' '.join(command[:3])}` failed ({(result.stderr or result.stdout).strip()})"
        raise StackError(INSTRUCTION.format(why=why))


def _point_erlang_at(unpacked: Path, made: Path) -> None:
    """Erlang's start scripts carry the absolute folder for which the package was built."""
    erlang = made / "usr/lib/erlang"
    for script in (*erlang.glob("bin/*"), *erlang.glob("erts-*/bin/*")):
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        if content.startswith(b"#!"):
            home = f"ROOTDIR={unpacked / 'usr/lib/erlang'}".encode()
            script.write_bytes(re.sub(rb'ROOTDIR="?/usr/lib/erlang"?', home, content))
