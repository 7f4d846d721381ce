"""Webhooks go to public addresses alone, whatever an address pretends to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.webhooks.addresses import (
    ForbiddenAddressError,
    Place,
    checked_address,
    is_allowed,
    read_url,
)

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")
FORBIDDEN = (
    "0.0.0.0",  # noqa: S104  # not bound to, but refused
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001:0:53aa:64c:0:0:80ff:fffe",
    "3fff::1",
    "5f00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "no address",
    "",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_allowed(address, to_loopback=False)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_forbidden(address: str) -> None:
    assert not is_allowed(address, to_loopback=False)


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_judged_as_by_itself(address: object) -> None:
    mapped = f"::ffff:{address}"

    if is_allowed(mapped, to_loopback=False):
        assert is_allowed(str(address), to_loopback=False)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_demonstration_may_send_to_loopback_and_to_nothing_else_at_home(address: str) -> None:
    assert is_allowed(address, to_loopback=True)
    assert not is_allowed("10.1.2.3", to_loopback=True)
    assert not is_allowed("169.254.169.254", to_loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.larkspur.example/",
        "ftp://hooks.larkspur.example/",
        "file:///etc/passwd",
        "gopher://hooks.larkspur.example/",
        "//hooks.larkspur.example/",
        "hooks.larkspur.example",
        "https://",
        "https:///path",
        "https://ana@hooks.larkspur.example/",
        "https://ana:secret@hooks.larkspur.example/",
        "https://hooks.larkspur.example/#part",
        "https://hooks.larkspur.example:22/",
        "https://hooks.larkspur.example:25/",
        "https://hooks.larkspur.example:99999/",
        "https://hooks.larkspur.example/\r\nHost: elsewhere",
        "https://hooks.larkspur.example/ space",
        "https://[::1",
        "https://" + "a" * 64 + ".example/",
        "https://hooks.larkspur.example/" + "a" * 2000,
        "https://hooks.larkspur.example/\N{LATIN SMALL LETTER E WITH ACUTE}",
        "",
    ],
)
def test_what_is_no_address_of_a_webhook_is_told_so(url: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        read_url(url, to_loopback=False)


def test_an_address_names_its_place() -> None:
    assert read_url("https://Hooks.larkspur.example/coffer?x=1", to_loopback=False) == Place(
        "https", "hooks.larkspur.example", 443
    )
    assert read_url("https://hooks.larkspur.example:8443/", to_loopback=False).port == 8443


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_forbidden(typed: str) -> None:
    for url in (typed, f"https://{typed}"):
        try:
            place = read_url(url, to_loopback=False)
        except ForbiddenAddressError:
            continue
        assert place.scheme == "https"
        assert place.host


async def test_one_forbidden_address_forbids_the_name() -> None:
    async def both(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    place = Place("https", "hooks.larkspur.example", 443)

    with pytest.raises(ForbiddenAddressError):
        await checked_address(place, to_loopback=False, ask=both)


async def test_without_encryption_nothing_but_loopback_is_reached() -> None:
    async def public(_host: str, _port: int) -> list[str]:
        return ["93.184.216.34"]

    place = Place("http", "hooks.larkspur.example", 80)

    with pytest.raises(ForbiddenAddressError):
        await checked_address(place, to_loopback=True, ask=public)
