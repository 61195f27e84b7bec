"""Server processes: started for a measurement, watched, and ended by their own number."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import ACCOUNT, KEY_ID, ROOT, SECRET, BenchError
from bench.load import once
from bench.signed import Request

READY_S = 30.0
CONFIG = (
    f'[[keys]]\nid = "{KEY_ID}"\nsecret = "{SECRET}"\naccount = "{ACCOUNT}"\nnamespaces = ["*"]\n'
)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started, and when."""

    process: subprocess.Popen[bytes]
    port: int
    begun: float
    log: Path

    def url(self, namespace: str = "") -> str:
        path = f"/ns/{namespace}/" if namespace else "/"
        return f"http://127.0.0.1:{self.port}{path}"

    def first_answer(self, request: Request) -> float:
        """Ask until there is an answer; seconds since the process was started."""
        while True:
            try:
                once(request)
            except (OSError, BenchError) as error:
                self._still_starting(error)
                time.sleep(0.002)
            else:
                return time.perf_counter() - self.begun

    def _still_starting(self, error: Exception) -> None:
        if self.process.poll() is None and time.perf_counter() - self.begun < READY_S:
            return
        told = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
        raise BenchError(f"the server did not answer ({error}); it said:\n{told}") from error

    def memory_bytes(self) -> int:
        """Of the process and all below it, shared pages counted once (PSS) where that is known."""
        return sum(_memory(pid) for pid in (self.process.pid, *_below(self.process.pid)))

    def resident_bytes(self) -> list[int]:
        """Of each process, the first of them first: what a container has to have for it (RSS)."""
        return [_resident(pid) for pid in (self.process.pid, *_below(self.process.pid))]


@contextmanager
def cosell(database: Path) -> Iterator[Server]:
    """cosell on a state file, in open mode, with the bench's key known and so verified."""
    config = database.with_suffix(".toml")
    config.write_text(CONFIG)
    command = [sys.executable, "-m", "cosell", "serve", "--host", "127.0.0.1", "--port", "{port}"]
    command += ["--database", str(database), "--config", str(config)]
    with launched(command, database.with_suffix(".log")) as server:
        yield server


@contextmanager
def floor(database: Path) -> Iterator[Server]:
    """The floor program on a database of its own."""
    command = [sys.executable, "-m", "bench.floor", "serve", "{port}", str(database)]
    with launched(command, database.with_suffix(".log")) as server:
        yield server


@contextmanager
def launched(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Any server; `{port}` in its command or environment is a free port of this machine."""
    port = free_port()
    words = [word.replace("{port}", str(port)) for word in command]
    added = {k: v.replace("{port}", str(port)) for k, v in (environment or {}).items()}
    with log.open("wb") as told:
        begun = time.perf_counter()
        process = subprocess.Popen(
            words, cwd=ROOT, env={**os.environ, **added}, stdout=told, stderr=told
        )
    server = Server(process, port, begun, log)
    try:
        yield server
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it started; by force if it does not go by itself."""
    below = _below(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in below:
        _end(pid)


def _end(pid: int) -> None:
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _below(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    ran = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = [tuple(map(int, line.split())) for line in ran.stdout.splitlines()]
    found: list[int] = []
    waiting = [pid]
    while waiting:
        above = waiting.pop()
        children = [child for child, parent in parents if parent == above]
        found += children
        waiting += children
    return found


def _resident(pid: int) -> int:
    ran = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True)
    return int(ran.stdout.strip() or 0) * 1024


def _memory(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    if rollup.exists():
        lines = [line for line in rollup.read_text().splitlines() if line.startswith("Pss:")]
        return int(lines[0].split()[1]) * 1024
    return _resident(pid)
