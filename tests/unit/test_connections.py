"""Connections that are cut: found among this process's own by the name of their client."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from cosell import connections


@contextlib.contextmanager
def connected(host: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection: the client's and the server's."""
    with socket.create_server((host, 0), family=_family(host)) as listener:
        address = (host, listener.getsockname()[1])
        with socket.create_connection(address, timeout=10) as client:
            server, _ = listener.accept()
            with server:
                yield client, server


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def told(client: socket.socket) -> str:
    """A client as RSGI names it."""
    host, port = client.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_cut_connection_ends_and_no_other_does(host: str) -> None:
    try:
        socket.create_server((host, 0), family=_family(host)).close()
    except OSError:
        assert host == "::1"  # a machine without IPv6 has nothing to show
        return
    with connected(host) as (cut, _), connected(host) as (kept, server):
        assert connections.cut(told(cut))
        assert cut.recv(1) == b""
        server.sendall(b"x")
        assert kept.recv(1) == b"x"


@pytest.mark.parametrize("client", ["127.0.0.1:1", "127.0.0.1", "", "unix:", "[::1]:99999"])
def test_client_that_is_not_there_is_not_found(client: str) -> None:
    with connected("127.0.0.1") as (kept, server):
        open_before = len(os.listdir("/dev/fd"))
        assert not connections.cut(client)
        assert len(os.listdir("/dev/fd")) == open_before
        server.sendall(b"x")
        assert kept.recv(1) == b"x"


def test_client_that_has_left_is_no_trouble() -> None:
    with connected("127.0.0.1") as (gone, _):
        name = told(gone)
        gone.close()
        connections.cut(name)
    assert not connections.cut(name)


_EXHAUSTED = """
import resource, socket
from cosell import connections

listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
name = f"127.0.0.1:{client.getsockname()[1]}"
limit = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, limit[1]))
taken = []
try:
    while True:
        taken.append(open("/dev/null"))
except OSError:
    pass
found = []
for _ in range(2):  # with none free, and with one
    found.append(connections.cut(name))
    taken.pop().close()
assert found == [False, True], found
assert client.recv(1) == b""
"""


def test_a_process_out_of_descriptors_finds_nothing_and_says_so() -> None:
    """Then whoever cuts has another way."""
    done = subprocess.run([sys.executable, "-c", _EXHAUSTED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
