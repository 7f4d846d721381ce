"""A block of ports for each stack, below the range from which the kernel takes outgoing ones."""

import json
import random
import socket
from dataclasses import dataclass, field

from deploy.native.errors import StackError
from deploy.native.home import Home, write_secret

FIRST = 20_000
LAST = 32_000
BLOCK = 24
LOOPBACK = "127.0.0.1"
ATTEMPTS_MAX = 200
EPMD = 3


@dataclass(frozen=True)
class Ports:
    """The ports of one stack, and the claim that keeps other stacks away while it runs."""

    base: int
    claim: socket.socket = field(repr=False)

    @property
    def database(self) -> int:
        return self.base

    @property
    def broker(self) -> int:
        return self.base + 1

    @property
    def distribution(self) -> int:
        return self.base + 2

    @property
    def epmd(self) -> int:
        return self.base + EPMD

    @property
    def portal(self) -> int:
        return self.base + 4

    def health(self, child_number: int) -> int:
        return self.base + 5 + child_number


def claim_ports(home: Home) -> Ports:
    """The block this home had before, or a new one when somebody else took it meanwhile."""
    candidates = [_kept(home), *_random_bases()]
    for base in candidates:
        claim = _claim(base) if base else None
        if base and claim:
            write_secret(home.ports_file, json.dumps({"base": base}))
            return Ports(base=base, claim=claim)
    message = f"No {BLOCK} free ports in a row were found between {FIRST} and {LAST}."
    raise StackError(message)


def epmd_of(home: Home) -> int:
    """The port of the name server in a stack that runs."""
    base = _kept(home)
    if base is None:
        message = f"No stack ever ran in {home.root}."
        raise StackError(message)
    return base + EPMD


def _kept(home: Home) -> int | None:
    if not home.ports_file.exists():
        return None
    return int(json.loads(home.ports_file.read_text())["base"])


def _random_bases() -> list[int]:
    bases = range(FIRST, LAST - BLOCK, BLOCK)
    return random.sample(bases, min(ATTEMPTS_MAX, len(bases)))


def _claim(base: int) -> socket.socket | None:
    """An abstract socket is a lock that leaves no file and ends with its process."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f"\0coffer-ports-{base}")
    except OSError:
        claim.close()
        return None
    if all(_is_free(port) for port in range(base, base + BLOCK)):
        return claim
    claim.close()
    return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # A port that only waits out its last connections is free for a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
