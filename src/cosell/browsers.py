"""What a browser may do here: which Host and which Origin are let in, and the words of CORS.

A web page must not be able to reset a developer's server. Must not know an operation.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from cosell.config import Config
from cosell.errors import ForbiddenOriginException
from cosell.http import HttpResponse

_LOOPBACK = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.ASCII)
_ADDRESS = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?", re.ASCII)
_LOCAL_ORIGIN = re.compile(r"https?://" + _LOOPBACK.pattern, re.ASCII)
_EXPOSED = "x-amzn-requestid, x-amzn-errortype, date"
_PREFLIGHT_S = "600"


class Gate:
    """Decides on Host and Origin before anything else is looked at."""

    def __init__(self, config: Config) -> None:
        self._hosts = frozenset(host.lower().strip("[]") for host in (config.host, *config.hosts))
        self._origins = frozenset(config.cors.origins)
        self._local_origins = config.auth.mode != "strict"

    def ensure_let_in(self, headers: Mapping[str, str], *, by_address: bool = False) -> None:
        """ForbiddenOriginException for a foreign Host or Origin. `by_address` lets in any Host that
        is a number: no name of a foreign page leads here then, and probes come that way."""
        host = headers.get("host", "")
        if not self._is_ours(host) and not (by_address and _ADDRESS.fullmatch(host)):
            raise ForbiddenOriginException(
                f"The Host {host[:100]!r} is neither loopback nor configured. If it is this"
                " server's name, add it to 'hosts' in the configuration file."
            )
        origin = headers.get("origin")
        if origin is not None and not self._allows(origin):
            raise ForbiddenOriginException(
                f"Pages of {origin[:100]!r} may not call this server. If they should, add the"
                " origin to [cors] origins in the configuration file."
            )

    def preflight(self, headers: Mapping[str, str]) -> HttpResponse | None:
        """The answer to a browser's OPTIONS before it calls; None if it does not ask."""
        asked = headers.get("access-control-request-method")
        if asked is None or "origin" not in headers:
            return None
        answer = [
            ("access-control-allow-methods", "GET, POST"),
            (
                "access-control-allow-headers",
                headers.get("access-control-request-headers", ""),
            ),
            ("access-control-max-age", _PREFLIGHT_S),
            *self.granted(headers),
        ]
        return HttpResponse(204, answer, b"")

    def granted(self, headers: Mapping[str, str]) -> list[tuple[str, str]]:
        """The headers that let an allowed page read an answer; none for other callers."""
        origin = headers.get("origin")
        if origin is None or not self._allows(origin):
            return []
        return [
            ("access-control-allow-origin", origin),
            ("access-control-expose-headers", _EXPOSED),
            ("vary", "origin"),
        ]

    @lru_cache(maxsize=64)  # noqa: B019 - one gate lives as long as its server
    def _is_ours(self, host: str) -> bool:
        return _LOOPBACK.fullmatch(host.lower()) is not None or self._knows(host)

    def _knows(self, host: str) -> bool:
        whole = host.lower()
        name, _, port = whole.rpartition(":")
        if not port.isdecimal() or (":" in name and not name.endswith("]")):
            name = whole
        return name.strip("[]") in self._hosts

    def _allows(self, origin: str) -> bool:
        if origin in self._origins:
            return True
        return self._local_origins and _LOCAL_ORIGIN.fullmatch(origin) is not None
