"""`python -m bench.hostile`: what hostile requests cost the others, as one table of one run.

A probe in a process of its own asks the same small question again and again and notes how long
each answer took; meanwhile hostile requests are sent, each several times. What the probe waited
for during them is what they cost somebody else.
"""

import json
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import LIST, ROOT, servers
from bench.hostile_requests import BODY_MAX, HOSTILE, post
from bench.signed import sign

SHOTS = 9
CALM_S = 0.5
PAUSE_S = 0.005
STALLED = 50
_ASK = post(LIST, b'{"Catalog":"AWS"}').replace(b"Connection: close\r\n", b"")


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the probe's calls took, in milliseconds."""

    p50: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hostile request cost the probe: of each shot its longest wait, of these the median
    and the longest; and how the shots were answered."""

    longest_p50: float
    longest: float
    waits: Waits
    statuses: tuple[int, ...]


class Probe:
    """Another client: a process that asks one thing after the other, until it is told to end."""

    def __init__(self, port: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.hostile", "probe", str(port)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it has begun

    def end(self) -> list[tuple[float, float]]:
        """When each call began, and how long it took, in seconds."""
        told, _ = self._process.communicate(b"\n", timeout=60)
        return [(at, took) for at, took in json.loads(told)]


def probe(port: int) -> None:
    """Ask until a line comes; then tell what was noted."""
    noted: list[tuple[float, float]] = []
    with socket.create_connection(("127.0.0.1", port)) as made:
        ended = _ended()
        print("begun", flush=True)
        while not ended():
            begun = time.monotonic()
            made.sendall(_ASK)
            if not made.recv(65_536).startswith(b"HTTP/1.1 200"):
                raise SystemExit("the probe was refused")
            noted.append((begun, time.monotonic() - begun))
            time.sleep(0.001)
    print(json.dumps(noted))


def _ended() -> Callable[[], bool]:
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    return lambda: bool(selector.select(0))


def waits(noted: Sequence[tuple[float, float]], begun: float, ended: float) -> Waits:
    """What the probe noted between two instants; calls under way at either end count."""
    took = sorted(1000 * t for at, t in noted if at + t >= begun and at <= ended) or [0.0]
    return Waits(statistics.median(took), took[len(took) * 99 // 100], took[-1])


def fire(port: int, request: bytes) -> int:
    """Send one hostile request; the status of its answer (0: the connection was closed)."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as made:
        try:
            made.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # answered before it was heard to the end
        try:
            head = made.recv(65_536)
        except ConnectionResetError:
            head = b""
        return int(head.split(b" ", 2)[1]) if head else 0


def costs(port: int, requests: Mapping[str, bytes], shots: int = SHOTS) -> dict[str, Cost]:
    """Fire requests, each several times, while a probe asks."""
    asking = Probe(port)
    time.sleep(PAUSE_S)
    fired = {
        name: [_shot(port, request) for _ in range(shots)] for name, request in requests.items()
    }
    noted = asking.end()
    return {name: _cost(noted, shots_fired) for name, shots_fired in fired.items()}


def _shot(port: int, request: bytes) -> tuple[float, float, int]:
    begun = time.monotonic()
    status = fire(port, request)
    ended = time.monotonic()
    time.sleep(PAUSE_S)
    return begun, ended, status


def _cost(noted: Sequence[tuple[float, float]], fired: Sequence[tuple[float, float, int]]) -> Cost:
    longest = [waits(noted, begun, ended + PAUSE_S).longest for begun, ended, _ in fired]
    during = waits(noted, fired[0][0], fired[-1][1])
    statuses = tuple(sorted({status for _, _, status in fired}))
    return Cost(statistics.median(longest), max(longest), during, statuses)


def calm(port: int, seconds: float = CALM_S) -> Waits:
    """What the probe waits for when nobody disturbs it."""
    asking = Probe(port)
    begun = time.monotonic()
    time.sleep(seconds)
    ended = time.monotonic()
    return waits(asking.end(), begun, ended)


@contextmanager
def stalled(port: int, clients: int = STALLED) -> Iterator[None]:
    """Clients that send half a body and go quiet."""
    request = post(LIST, b'{"Catalog":' + b" " * 1000, length=2000)
    with ExitStack() as open_ones:
        for _ in range(clients):
            made = open_ones.enter_context(socket.create_connection(("127.0.0.1", port)))
            made.sendall(request)
        yield


@contextmanager
def slow_readers(port: int, request: bytes, clients: int = STALLED) -> Iterator[Callable[[], None]]:
    """Clients that read their answer one byte at a time: one for each call of what is yielded."""
    with ExitStack() as open_ones:
        lines = []
        for _ in range(clients):
            made = open_ones.enter_context(socket.socket())
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            made.connect(("127.0.0.1", port))
            made.sendall(request)
            lines.append(made)
        yield lambda: [line.recv(1) for line in lines].clear()


def crowds(port: int, seconds: float = 2.0) -> dict[str, Waits]:
    """What the probe waits for beside fifty stalled senders, and beside fifty slow readers."""
    found = {}
    with stalled(port):
        found["50 clients that send half a body and stall"] = calm(port, seconds)
    # The largest answer to an unsigned call: it tells every fault of the request.
    large = HOSTILE["200 tags without anything"]()
    with slow_readers(port, large) as read:
        asking, begun = Probe(port), time.monotonic()
        while time.monotonic() < begun + seconds:
            read()
            time.sleep(min(1.0, seconds / 2))
        ended = time.monotonic()
        found["50 clients that read one byte a second"] = waits(asking.end(), begun, ended)
    return found


def table(port: int) -> Iterator[str]:
    """The whole run, line by line."""
    yield "| meanwhile | p50 ms | p99 ms | longest ms | longest wait per request, p50 ms | answer |"
    yield "|---|---|---|---|---|---|"
    yield _line("nothing", calm(port, 2.0))
    for name, found in costs(port, {name: made() for name, made in HOSTILE.items()}).items():
        answer = ", ".join(map(str, found.statuses))
        yield _line(name, found.waits, f"{found.longest_p50:.1f}", answer)
    for name, crowd in crowds(port).items():
        yield _line(name, crowd)
    yield _line("nothing, at the end", calm(port, 2.0))


def _line(name: str, found: Waits, longest: str = "", answer: str = "") -> str:
    cells = (f"{found.p50:.2f}", f"{found.p99:.2f}", f"{found.longest:.1f}", longest, answer)
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, servers.cosell(Path(folder) / "state.db") as one:
        one.first_answer(sign(one.url("hostile"), LIST, {"Catalog": "AWS"}))
        print(f"bodies of {BODY_MAX:,} bytes; each request {SHOTS} times; a probe asks meanwhile\n")
        for line in table(one.port):
            print(line, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["probe"]:
        probe(int(sys.argv[2]))
    else:
        main()
