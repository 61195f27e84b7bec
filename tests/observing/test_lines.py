"""A log whose reader stands still holds nobody up; what is lost for it is counted, and what a
process says last is written."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cosell.observing.lines import Lines
from tests.harness import START_S_MAX, Server, World, environment, free_port, send
from tests.observing.test_watching import ready
from tests.waiting import until

PAGE = {"Catalog": "Sandbox"}
STANDS = "Logging stands still: whoever reads this log does not"
BEHIND = "Logging falls behind: more is said than can be written"


class Pipe:
    """A log and its reader, who reads when it is asked to."""

    def __init__(self) -> None:
        self.reads, self.writes = os.pipe()
        os.set_blocking(self.reads, False)

    def fill(self) -> int:
        """Let it take no more; answers how many bytes it has."""
        return fill(self.writes)

    def read(self) -> bytes:
        """What has come until now."""
        try:
            return os.read(self.reads, 1 << 20)
        except BlockingIOError:
            return b""


def fill(writes: int) -> int:
    """Let a pipe take no more; answers how many bytes came into it."""
    filled, size = 0, fcntl.fcntl(writes, fcntl.F_GETPIPE_SZ)
    os.set_blocking(writes, False)
    with suppress(BlockingIOError):
        while filled <= size:
            filled += os.write(writes, b" " * 4096)
    os.set_blocking(writes, True)
    return filled


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    yield made
    os.close(made.reads)
    os.close(made.writes)


def gap(lost: int) -> bytes:
    return b"lost %d\n" % lost


def read_until(pipe: Pipe, end: bytes) -> bytes:
    """All that comes, up to what it is to end with."""
    parts: list[bytes] = []

    def ended() -> bool:
        parts.append(pipe.read())
        return b"".join(parts[-2:]).endswith(end)

    until(ended, f"{end!r} is written")
    return b"".join(parts)


# --- a reader that stands still -----------------------------------------------------------------


def test_server_whose_log_nobody_reads_answers_says_so_and_ends(tmp_path: Path) -> None:
    pipe = tmp_path / "log"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    server = Server(str(tmp_path / "state.db"), ("--log-format", "json"), log=pipe).start()
    world, writer = World(server), os.open(pipe, os.O_WRONLY)
    fill(writer)
    for _ in range(3):
        assert world.post("ListEngagements", PAGE).status == 200
    until(lambda: ready(server).get("Message") == f"{STANDS}.", "it is told")
    elsewhere = {"Host": "elsewhere.example"}  # its refusal is logged by who answers probes
    assert send(server.url, "POST", "/", PAGE, elsewhere).status == 403
    assert send(server.url, "GET", "/_cosell/health").status == 200
    assert world.post("ListEngagements", PAGE).status == 200
    assert server.stop() == 0
    os.close(writer)
    os.close(reader)


def test_worker_whose_log_nobody_reads_is_at_work_says_so_and_ends(
    migrated: str, pipe: Pipe
) -> None:
    pipe.fill()
    port = free_port()
    command = [sys.executable, "-m", "cosell", "worker", "--database", migrated]
    worker = subprocess.Popen(
        [*command, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=pipe.writes,
        env=environment(),
    )

    def said() -> Any:
        with suppress(ConnectionError):
            return send(f"http://127.0.0.1:{port}", "GET", "/_cosell/ready").document

    until(lambda: said() == {"Status": "ready", "Message": f"{STANDS}."}, "it is told")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=START_S_MAX) == 0


def test_lines_that_have_no_room_are_counted_where_they_are_missing(pipe: Pipe) -> None:
    lines = Lines(pipe.writes, gap, bytes_max=1_000)
    filled = pipe.fill()
    lines.put(b"first\n")
    until(lambda: lines.trouble() == f"{STANDS}.")
    for number in range(1_000):
        lines.put(b"%d\n" % number)
    # Beside the first, which is being written: ten of two bytes, ninety of three, and of four as
    # many as are begun in the rest.
    kept = 276
    lost = 1_000 - kept
    assert lines.trouble() == f"{STANDS}, and {lost} lines were lost."
    lines.flush()  # waits not for who stands still: he reads below
    told = read_until(pipe, gap(lost))[filled:].decode()
    assert told == "".join(["first\n", *map(written, range(kept)), f"lost {lost}\n"])
    until(lambda: lines.trouble() == "", "it goes on")
    lines.put(b"more\n")
    assert read_until(pipe, b"more\n") == b"more\n"


def test_lines_that_come_faster_than_they_are_written_are_nobodys_fault(pipe: Pipe) -> None:
    lines = Lines(pipe.writes, gap, bytes_max=10)
    with lines._lock:  # so that nothing is taken in between
        lines.put(b"x" * 10 + b"\n")
        assert lines.trouble() == ""
        lines.put(b"y\n")
        assert lines.trouble() == f"{BEHIND}; 1 lines were lost."
    assert read_until(pipe, gap(1)) == b"x" * 10 + b"\n" + gap(1)
    assert lines.trouble() == ""


def test_there_is_no_rest_while_much_waits(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cosell.observing.lines._REST_S", 600)
    lines = Lines(pipe.writes, gap, bytes_max=1_000)
    lines.put(b"first\n")
    assert read_until(pipe, b"first\n")
    lines.put(b"little\n")
    much = b"x" * 500 + b"\n"
    lines.put(much)
    assert read_until(pipe, b"x\n") == b"little\n" + much


def written(number: int) -> str:
    return f"{number}\n"


def test_lines_of_many_threads_are_whole_and_in_order(pipe: Pipe) -> None:
    """More than a pipe takes at once: nothing of another process's could come between."""
    lines, text = Lines(pipe.writes, gap), b"x" * 300
    told: list[bytes] = []

    def say(name: int) -> None:
        for number in range(500):
            lines.put(b"%d %d %s\n" % (name, number, text))

    threads = [threading.Thread(target=say, args=(name,)) for name in range(4)]
    for one in threads:
        one.start()
    read = threading.Thread(target=lambda: told.append(read_until(pipe, b"end\n")))
    read.start()
    for one in threads:
        one.join()
    lines.put(b"end\n")
    read.join()
    said = [one.split() for one in told[0].splitlines()[:-1]]
    for name in range(4):
        numbers = [int(one[1]) for one in said if int(one[0]) == name]
        assert numbers == list(range(500))
    assert {one[2] for one in said} == {text}


def test_whoever_cannot_bear_to_hear_of_a_line_does_not_end_the_log(pipe: Pipe) -> None:
    def heard(_: OSError | None) -> None:
        raise RuntimeError

    lines = Lines(pipe.writes, gap)
    lines.put(b"one\n", heard)
    lines.flush()
    lines.put(b"two\n")
    lines.flush()
    assert pipe.read() == b"one\ntwo\n"


def test_process_that_is_forked_has_a_log(pipe: Pipe) -> None:
    lines = Lines(pipe.writes, gap)
    lines.put(b"parent\n")
    lines.flush()
    child = os.fork()
    if not child:
        lines.put(b"child\n")
        lines.flush()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert pipe.read() == b"parent\nchild\n"


def test_log_that_does_not_want_to_wait_is_waited_for(pipe: Pipe) -> None:
    """Whoever shares it has made it so."""
    filled = pipe.fill()
    os.set_blocking(pipe.writes, False)
    lines = Lines(pipe.writes, gap)
    lines.put(b"one\n")
    lines.put(b"two\n")
    until(lambda: lines.trouble())
    assert read_until(pipe, b"one\ntwo\n")[filled:] == b"one\ntwo\n"


# --- a process that ends ------------------------------------------------------------------------

ENDING = """
import logging, os, sys
from multiprocessing import get_context
from cosell.config import Log
from cosell.observing import logs

def said():
    logs.set_up(Log())
    for number in range(1_000):
        logging.getLogger("cosell").info("line %d", number)

def returns():
    said()

def raises():
    said()
    raise SystemExit(3)

def at_once():
    said()
    logs.flush()
    os._exit(1)

def of(how):
    one = get_context(how).Process(target=raises)
    one.start()
    one.join()

if __name__ == "__main__":
    {"returns": returns, "raises": raises, "at_once": at_once,
     "fork": lambda: of("fork"), "spawn": lambda: of("spawn")}[sys.argv[1]]()
"""


@pytest.mark.parametrize("how", ["returns", "raises", "at_once", "fork", "spawn"])
def test_what_a_process_says_last_is_written(how: str, tmp_path: Path) -> None:
    program = tmp_path / "ending.py"
    program.write_text(ENDING)
    done = subprocess.run(
        [sys.executable, str(program), how],
        capture_output=True,
        env=environment(),
        timeout=START_S_MAX,
    )
    told = [one.rpartition(b"line ")[2] for one in done.stderr.splitlines()]
    assert told == [b"%d" % number for number in range(1_000)]


def test_server_that_ends_has_written_a_line_for_each_call_in_their_order(tmp_path: Path) -> None:
    server = Server(":memory:", ("--log-format", "json"), log=tmp_path / "log").start()
    world = World(server)
    asked = [world.post("ListEngagements", PAGE) for _ in range(50)]
    assert server.main is not None
    server.main.send_signal(signal.SIGTERM)
    assert server.main.wait(timeout=START_S_MAX) == 0
    told = (tmp_path / "log").read_text().splitlines()
    lines = [json.loads(one) for one in told if one.startswith("{")]
    ids = [one["request_id"] for one in lines if "status" in one]
    assert ids == [one.headers["x-amzn-requestid"] for one in asked]
