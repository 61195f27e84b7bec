"""The processes of a server that answer: which there are, and which of them have answered.

Must not know what becomes of them.
"""

import http.client
from pathlib import Path

from tests.harness import Server
from tests.waiting import until


def children(process: int) -> list[int]:
    """The processes that one has begun and that have not been let go."""
    told = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(one) for one in told.split()]


def of(server: Server) -> set[int]:
    """The processes of a server but the main one."""
    assert server.main is not None
    return set(children(server.main.pid))


def answering(server: Server, count: int) -> set[int]:
    """Wait until so many processes have answered since; which."""
    seen: set[int] = set()

    def enough() -> bool:
        try:
            seen.add(server.worker())
        except (OSError, http.client.HTTPException):  # of one that has just been killed
            return False
        return len(seen & of(server)) == count

    until(enough, f"{count} processes answer")
    return seen & of(server)
