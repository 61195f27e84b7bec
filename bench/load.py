"""Load on a server of this machine: wrk where there is one, else a loop over plain sockets.

The loop is also what sends requests that differ, and what measures waiting times. Every request
that was sent is answered before `drive` returns, and an answer other than 200 is an error.
"""

import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

from bench import BenchError
from bench.signed import Request

CONNECTIONS = 16
PATIENCE_S = 30.0
WRK = shutil.which("wrk")
_LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: *(\d+)")


@dataclass(slots=True)
class Outcome:
    """What came back, and when; `bodies` only if they were asked for."""

    answers: int = 0
    elapsed_s: float = 0.0
    waits_s: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.answers / self.elapsed_s


@dataclass(slots=True)
class Line:
    """One connection and the request that is on its way; `spent` if the server means to close."""

    address: tuple[str, int]
    socket: socket.socket
    sent_at: float = 0.0
    buffer: bytes = b""
    spent: bool = False


def tool(seconds: float) -> str:
    """What sends the load of a measurement that takes so long."""
    return f"{'wrk' if WRK and seconds >= 1 else 'plain sockets'}, {CONNECTIONS} connections"


def rate(request: Request, seconds: float) -> float:
    """Answers per second when sixteen connections ask the same again and again."""
    if WRK and seconds >= 1:  # it counts in whole seconds
        return _rate_by_wrk(WRK, request, seconds)
    return drive(repeat(request.bytes()), request.address, seconds=seconds).rate


def once(request: Request) -> bytes:
    """Send one request on a connection of its own; its answer's body."""
    outcome = drive([request.bytes()], request.address, connections=1, keep=True)
    return outcome.bodies[0]


def drive(
    requests: Iterable[bytes],
    address: tuple[str, int],
    *,
    connections: int = CONNECTIONS,
    seconds: float = 600.0,
    keep: bool = False,
) -> Outcome:
    """Send requests until there are no more or the time is over, one at a time per connection."""
    outcome, waiting = Outcome(), iter(requests)
    begun = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            line = Line(address, _connect(address))
            selector.register(line.socket, selectors.EVENT_READ, line)
            _next(selector, line, waiting)
        while selector.get_map():
            if time.perf_counter() - begun > seconds:
                waiting = iter(())
            answered = [line for line in _ready(selector) if _receive(line, outcome, keep)]
            for line in answered:
                _next(selector, line, waiting)
    outcome.elapsed_s = time.perf_counter() - begun
    return outcome


def _ready(selector: selectors.BaseSelector) -> list[Line]:
    ready = selector.select(PATIENCE_S)
    if not ready:
        raise BenchError(f"no answer within {PATIENCE_S:.0f} s")
    return [key.data for key, _ in ready]


def paced(request: Request, seconds: float, every_s: float) -> list[float]:
    """How long single calls wait for their answers, sent every so often over one connection."""
    waits, until = [], time.perf_counter() + seconds
    with _connect(request.address) as connection:
        connection.settimeout(PATIENCE_S)
        line, outcome, sent = Line(request.address, connection), Outcome(), request.bytes()
        while time.perf_counter() < until:
            line.sent_at = time.perf_counter()
            connection.sendall(sent)
            while not _receive(line, outcome, False):
                pass
            waits.append(outcome.waits_s[-1])
            time.sleep(max(0.0, every_s - outcome.waits_s[-1]))
    return waits


def _connect(address: tuple[str, int]) -> socket.socket:
    connection = socket.create_connection(address, timeout=PATIENCE_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _next(selector: selectors.BaseSelector, line: Line, waiting: Iterator[bytes]) -> None:
    request = next(waiting, None)
    if request is None or line.spent:
        selector.unregister(line.socket)
        line.socket.close()
    if request is None:
        return
    line.sent_at = time.perf_counter()
    if line.spent:
        line.socket, line.spent = _connect(line.address), False
        selector.register(line.socket, selectors.EVENT_READ, line)
    line.socket.sendall(request)


def _receive(line: Line, outcome: Outcome, keep: bool) -> bool:
    """Read what is there; whether the answer is complete."""
    data = line.socket.recv(262_144)
    if not data:
        raise BenchError("the server closed the connection")
    line.buffer = line.buffer + data if line.buffer else data
    head = line.buffer.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = _LENGTH.search(line.buffer, 0, head)
    if len(line.buffer) < head + 4 + (int(length[1]) if length else 0):
        return False
    if line.buffer[9:12] != b"200":
        raise BenchError(f"an answer was refused: {line.buffer[:2000]!r}")
    line.spent = b"onnection: close" in line.buffer[:head]
    outcome.answers += 1
    outcome.waits_s.append(time.perf_counter() - line.sent_at)
    if keep:
        outcome.bodies.append(line.buffer[head + 4 :])
    line.buffer = b""
    return True


def _rate_by_wrk(wrk: str, request: Request, seconds: float) -> float:
    host, port = request.address
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "request.lua"
        script.write_text(_lua(request))
        ran = subprocess.run(
            [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s", str(script),
             f"http://{host}:{port}{request.path}"],
            capture_output=True, text=True, check=True, timeout=seconds + PATIENCE_S,
        )  # fmt: skip
    found = re.search(r"Requests/sec: +([\d.]+)", ran.stdout)
    if found is None or "Non-2xx" in ran.stdout or "Socket errors" in ran.stdout:
        raise BenchError(f"wrk met errors:\n{ran.stdout}{once(request)[:2000]!r}")
    return float(found[1])


def _lua(request: Request) -> str:
    given = {k: v for k, v in request.headers.items() if k != "Content-Length"}
    headers = "\n".join(f"wrk.headers[ [==[{k}]==] ] = [==[{v}]==]" for k, v in given.items())
    return f'wrk.method = "POST"\nwrk.body = [==[{request.body.decode()}]==]\n{headers}\n'
