"""The address of a server: what is read from it, and what somebody is told who wrote none."""

import re

import pytest

from cosell.address import Address, read
from cosell.kept_files import KeptFileError, Server, load
from cosell.testing import World

LOOPBACK = "http://127.0.0.1:2673"
WRONG = {
    "": "it is blank",
    "  ": "it is blank",
    "http://": "it names no host",
    "http://:2673": "it names no host",
    "//host": "it names no host",
    "://there": "it begins with ://, and a server is asked over http:// or https://",
    "ftp://host": "it begins with ftp://, and a server is asked over http:// or https://",
    "http:/host": "there are two slashes after http:",
    "https:host:8443": "there are two slashes after http:",
    "http://my host": "there is a space, or a character that cannot be seen, in it",
    "http://host\n": "there is a space, or a character that cannot be seen, in it",
    "http://[::1": "an address of IPv6 stands in brackets, as in http://[::1]:2673",
    "http://::1:2673": "an address of IPv6 stands in brackets, as in http://[::1]:2673",
    "::1": "an address of IPv6 stands in brackets, as in http://[::1]:2673",
    "http://host:": "its port is blank, and not a number from 1 to 65535",
    "http://host:http": "its port is 'http', and not a number from 1 to 65535",
    "http://host:-1": "its port is '-1', and not a number from 1 to 65535",
    "http://host:0": "its port is '0', and not a number from 1 to 65535",
    "http://host:65536": "its port is '65536', and not a number from 1 to 65535",
    "http://[::1]:x": "its port is 'x', and not a number from 1 to 65535",
    "http://[host]": "there can be no host '[host]'",
    "http://a..b:80": "there can be no host 'a..b'",
    "http://.:1": "there can be no host '.'",
    "http://" + "a" * 70: f"there can be no host '{'a' * 70}'",
    "http://℀": "there can be no host '℀'",
    "http://" + "ä" * 80: f"there can be no host '{'ä' * 80}'",
}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (LOOPBACK, Address("http", "127.0.0.1:2673", "127.0.0.1", 2673, "")),
        ("localhost:2673/", Address("http", "localhost:2673", "localhost", 2673, "")),
        ("HTTPS://[::1]:443/a/", Address("https", "[::1]:443", "::1", 443, "/a")),
        ("http://[::1]", Address("http", "[::1]", "::1", None, "")),
        ("http://me:hush@host:80/a?b", Address("http", "me:hush@host:80", "host", 80, "/a")),
    ],
)
def test_an_address(url: str, address: Address) -> None:
    assert read(url) == address


@pytest.mark.parametrize("url", WRONG)
def test_what_is_none(url: str) -> None:
    told = f"{url!r} is no address of a server, as {LOOPBACK} is: {WRONG[url]}."
    for asked in (read, lambda url: World(server=url)):
        with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
            asked(url)


def test_what_is_no_text() -> None:
    told = f"True is no address of a server, as {LOOPBACK} is: it is no text."
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        read(True)


def test_a_world_has_a_namespace_of_its_own() -> None:
    with pytest.raises(ValueError, match=r"has a path \(/ns/mine\), .* alone, as in http://host:1"):
        World(server="http://host:1/ns/mine")


def test_an_endpoint_of_the_command_line() -> None:
    with pytest.raises(KeptFileError, match=r"^--endpoint: 'http://\[::1' is no address"):
        load(Server("http://[::1", "default"), __file__)
