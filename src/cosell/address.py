"""A server's address and a namespace's name, as somebody wrote them, or what is wrong with them.

Must not connect.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

EXAMPLE: Final = "http://127.0.0.1:2673"
_PORT_MAX: Final = 65_535
_PORT: Final = re.compile(r":([^:\]]*)\Z")
NAMESPACE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""A namespace's name."""
_NAME_SHOWN_MAX: Final = 100
_COLONS_MAX: Final = 1  # more are IPv6, which brackets keep apart from the port


class Address(NamedTuple):
    """Where a server is; `port` None is the scheme's own. `path` does not end with a slash."""

    scheme: str
    netloc: str
    host: str
    port: int | None
    path: str


def read(url: object) -> Address:
    """Without a scheme it is http. ValueError, which says what is wrong and shows one."""
    wrong = _wrong_with(url) if isinstance(url, str) else "it is no text"
    if wrong or not isinstance(url, str):
        raise ValueError(f"{url!r} is no address of a server, as {EXAMPLE} is: {wrong}.")
    parts = urlsplit(_with_scheme(url))
    return Address(
        parts.scheme, parts.netloc, parts.hostname or "", parts.port, parts.path.rstrip("/")
    )


def impossible(namespace: str) -> str:
    """What to say of a name that no namespace can have."""
    return (
        f"{namespace[:_NAME_SHOWN_MAX]!r} cannot be a namespace's name: that has 1 to 63 characters"
        " of a-z, 0-9 and '-', and does not begin with '-'."
    )


def _with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"


def _wrong_with(url: str) -> str:
    if not url.strip():
        return "it is blank"
    if not url.isprintable() or " " in url:
        return "there is a space, or a character that cannot be seen, in it"
    if re.match(r"(?i)https?:(?!//)", url):
        return "there are two slashes after http:"
    scheme, _, rest = _with_scheme(url).partition("://")
    if scheme.lower() not in ("http", "https"):
        return f"it begins with {scheme}://, and a server is asked over http:// or https://"
    place = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    host = place if place.endswith("]") else _PORT.sub("", place)
    if place.count(":") > _COLONS_MAX and not re.fullmatch(r"\[[^\]]+\]", host):
        return "an address of IPv6 stands in brackets, as in http://[::1]:2673"
    port = _PORT.search(place)
    if port is not None and not _is_port(port[1]):
        told = repr(port[1]) if port[1] else "blank"
        return f"its port is {told}, and not a number from 1 to {_PORT_MAX}"
    return _wrong_with_host(host)


def _is_port(told: str) -> bool:
    return told.isascii() and told.isdecimal() and 1 <= int(told[:6]) <= _PORT_MAX


def _wrong_with_host(host: str) -> str:
    if not host:
        return "it names no host"
    try:
        urlsplit(f"//{host}")  # what brackets hold is an address of IPv6
        if not host.startswith("["):
            host.encode("idna")  # as it is looked up: no part is empty, nor too long
    except ValueError:
        return f"there can be no host {host!r}"
    return ""
