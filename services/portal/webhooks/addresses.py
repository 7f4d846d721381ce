"""Where webhooks may go: https to public addresses, each checked before we connect to it.

A name is resolved once for each attempt, every address it has is checked, and the connection goes
to the address that was checked: a name that changes meanwhile leads nowhere else.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

URL_CHARACTERS_MAX = 2000
RESOLVE_SECONDS = 5.0
HTTPS_PORT, HTTP_PORT = 443, 80
# Ports below are those of other services than the web's: mail, databases, shells.
PORT_MIN = 1024
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

# Public by their numbers, private by their use: a cloud's own machinery, protocols, a house's NAT64
# and what books are written with. The standard library knows the others, each release a few more.
NEVER = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "3fff::/20",
        "5f00::/16",
    )
)
# NAT64 hands what is sent to these IPv6 addresses on to the IPv4 one that they carry.
NAT64 = ip_network("64:ff9b::/96")


class ForbiddenAddressError(Exception):
    """A webhook may not go there; it says why."""


@dataclass(frozen=True)
class Place:
    """A host and port to connect to, as an address names them."""

    scheme: str
    host: str
    port: int


async def resolve(host: str, port: int) -> list[str]:
    """Every address a name has; raises OSError, and TimeoutError when nobody answers."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(RESOLVE_SECONDS):
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def read_url(url: str, *, to_loopback: bool) -> Place:
    """The place an address names; raises ForbiddenAddressError for what is no address of a webhook.

    A demonstration may send to loopback, without encryption.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError as error:  # UnicodeError is one
        raise ForbiddenAddressError("this is no address") from error
    if len(url) > URL_CHARACTERS_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise ForbiddenAddressError(f"an address has up to {URL_CHARACTERS_MAX} plain characters")
    if parts.scheme != "https" and not (to_loopback and parts.scheme == "http"):
        raise ForbiddenAddressError("an address begins with https://")
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenAddressError("an address names a host, and neither a user nor a fragment")
    place = Place(
        parts.scheme, host, port or (HTTPS_PORT if parts.scheme == "https" else HTTP_PORT)
    )
    if place.port < PORT_MIN and place.port not in {HTTPS_PORT, HTTP_PORT}:
        raise ForbiddenAddressError(f"port {place.port} belongs to another service")
    return place


async def checked_address(place: Place, *, to_loopback: bool, ask: Resolve = resolve) -> str:
    """An address to connect to; raises ForbiddenAddressError if one of the host's is forbidden.

    One forbidden address forbids the name: whoever mixes them tries us out. OSError when the name
    has none, or nobody answers.
    """
    told = await ask(place.host, place.port)
    if not told:
        raise OSError(f"{place.host} has no address")
    for one in told:
        if not is_allowed(one, to_loopback=to_loopback):
            raise ForbiddenAddressError(f"{place.host} leads to an address that is not public")
    if place.scheme == "http" and not all(ip_address(one).is_loopback for one in told):
        raise ForbiddenAddressError("only loopback is reached without encryption")
    return told[0]


def is_allowed(told: str, *, to_loopback: bool) -> bool:
    """Whether a webhook may connect to an address."""
    try:
        address = ip_address(told)
    except ValueError:  # one with a scope, for instance: those are local
        return False
    if to_loopback and address.is_loopback:
        return True
    return all(_is_public(one) for one in (address, *_carried(address)))


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not any(address in network for network in NEVER)
    )


def _carried(address: Address) -> list[Address]:
    """The IPv4 addresses to which an IPv6 address leads in the end."""
    if isinstance(address, IPv4Address):
        return []
    carried: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    if address.teredo is not None:
        carried += address.teredo
    if address in NAT64:
        carried.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [one for one in carried if one is not None]
