"""One HTTP exchange as values, so that neither the wire nor auth depends on a server.

Must not import anything of cosell, nor know a protocol.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

BUILT: Final = "x-cosell-built"
"""A header of calls by which a test's world makes what the test begins with: they are not of the
code under test. Whoever watches the world's way knows them by it, also those of a process that was
forked off, and no quota counts them."""


class HttpRequest(NamedTuple):
    """A request as it was sent: `path` and `query` undecoded, header names in lower case.

    A header sent several times is one entry, its values joined by a comma. `namespace` goes before
    the one in the path: a caller in this process may say it aside, and leave the path as signed.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    namespace: str | None = None


class HttpResponse(NamedTuple):
    """An answer; `delay_s` asks the edge to wait that many seconds before it sends it, `cut` to
    close the connection instead. One with `then` is none yet: whoever asked waits `delay_s`,
    holding nobody up, and asks `then` for what to answer (which may be to wait once more); with
    `pen` that is a call that may write, from here on."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    delay_s: float = 0.0
    cut: bool = False
    then: "Callable[..., HttpResponse] | None" = None
    pen: bool = False
