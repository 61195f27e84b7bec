"""Who listens goes on listening: without descriptors, and without threads.

The process that runs out of them is one of its own. Must not depend on how fast it is.
"""

import subprocess
import sys
from textwrap import dedent

import pytest

_LISTENING = {
    "doorway": """
        from cosell.testing import World

        world = World()
        world.__enter__()
        port = int(world.endpoint_url.split("/")[2].split(":")[1])
        ask = b"GET /_cosell/health HTTP/1.1\\r\\nHost: localhost\\r\\n"
        ask += b"Connection: close\\r\\n\\r\\n"
        expected = b"HTTP/1.1 200"
        """,
    "run's server": """
        from cosell.testing.run_server import RunServer

        class Started(RunServer):
            def url(self):
                return "http://127.0.0.1:1"

        port = Started(None).port()
        ask = b""
        expected = b"found "
        """,
}
_EXHAUSTED = """
import resource, socket, threading

def answer(connected=None):
    connection = connected or socket.create_connection(("127.0.0.1", port))
    connection.settimeout(30)
    connection.sendall(ask)
    return b"".join(iter(lambda: connection.recv(4096), b""))

assert answer().startswith(expected)
client = socket.socket()
limit = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, limit[1]))
taken = []
try:
    while True:
        taken.append(open("/dev/null"))
except OSError:
    pass
client.connect(("127.0.0.1", port))  # accept() has no descriptor: for it, or for the next one
threading.Event().wait(0.2)
taken.clear()
assert answer(client).startswith(expected)
assert answer().startswith(expected)
"""
_FIRST = """
import resource, socket, sys

taken = []

class Last:
    # Asked in the thread that is about to read it: before that, whether accept() holds a descriptor
    # for a client who is yet to come depends on the system, and on who came first.
    def find_spec(name, path=None, target=None):
        if name == "cosell.testing.edge":
            try:
                while True:
                    taken.append(open("/dev/null"))
            except OSError:
                pass

assert "cosell.testing.edge" not in sys.modules
sys.meta_path.insert(0, Last)
limit = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, limit[1]))
client = socket.create_connection(("127.0.0.1", port))
client.settimeout(30)
try:
    client.sendall(ask)
    told = client.recv(4096)
except ConnectionError:  # what it asked was not read
    told = b""
assert taken and told == b"", told
assert "cosell.testing.edge" not in sys.modules
sys.meta_path.remove(Last)
taken.clear()
connection = socket.create_connection(("127.0.0.1", port))
connection.settimeout(30)
connection.sendall(ask)
assert connection.recv(4096).startswith(expected)
"""
_NO_THREADS = """
import socket, threading

threading.stack_size(1 << 60)  # more than there is: no thread can be begun
connection = socket.create_connection(("127.0.0.1", port))
connection.settimeout(30)
assert connection.recv(1) == b""  # at once, and not let wait for nobody
threading.stack_size(0)
connection = socket.create_connection(("127.0.0.1", port))
connection.settimeout(30)
connection.sendall(ask)
assert connection.recv(4096).startswith(expected)
"""


def _run(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=_LISTENING)
def listening(request: pytest.FixtureRequest) -> str:
    """Python that listens at `port`, and what to `ask` there."""
    return dedent(_LISTENING[request.param])


def test_a_process_out_of_descriptors_listens_again_when_it_has_some(listening: str) -> None:
    _run(listening + _EXHAUSTED)


def test_a_first_client_whom_nothing_is_left_to_answer_is_sent_away() -> None:
    """What answers is read from files when the first client comes; and no thread dies of it."""
    done = subprocess.run(
        [sys.executable, "-c", dedent(_LISTENING["doorway"]) + dedent(_FIRST)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_client_for_whom_there_is_no_thread_is_sent_away() -> None:
    _run(dedent(_LISTENING["doorway"]) + _NO_THREADS)
