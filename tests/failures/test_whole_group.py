"""What asks a server to end is told to each of its processes, as a terminal and a supervisor do:
the main one heeds it. And processes that die while a server is to end."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.failures import crew
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.failures.proxy import Proxy
from tests.harness import START_S_MAX, Server, World, send
from tests.waiting import until

ANOTHER = "here is another"
LONG = ("--drain", "600")  # longer than any test waits


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    one = Proxy(cluster.socket)
    yield one
    one.end()


def tell_all(server: Server, number: signal.Signals) -> None:
    """Those that answer first: what they do about it they do before the main one knows."""
    assert server.main is not None
    for process in (*crew.of(server), server.main.pid):
        os.kill(process, number)


def is_ready(server: Server) -> bool:
    return send(server.url, "GET", "/_cosell/ready").status == 200


def ended(server: Server) -> int:
    assert server.main is not None
    return server.main.wait(START_S_MAX)


def test_group_that_is_told_goes_on_for_as_long_as_it_is_to_drain(
    database: str, serve: Start, tmp_path: Path
) -> None:
    server = serve(database, "--workers", "2", *LONG)
    both = crew.answering(server, 2)
    tell_all(server, signal.SIGTERM)
    until(lambda: not is_ready(server), "it says that it is not ready")
    assert crew.answering(server, 2) == both
    assert World(server).desk("GetClock")["Frozen"] is False
    for _ in range(20):
        assert not is_ready(server)
    tell_all(server, signal.SIGTERM)
    assert ended(server) == 0
    assert ANOTHER not in (tmp_path / "server-0.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_those_that_answer_leave_it_to_the_main_process(
    serve: Start, number: signal.Signals
) -> None:
    server = serve(":memory:")
    process, world = server.worker(), World(server)
    os.kill(process, number)
    world.desk("PutClock", Time="2030-01-01T00:00:00.000Z", Frozen=True)
    assert world.desk("GetClock")["Frozen"] is True
    assert server.worker() == process
    tell_all(server, number)
    assert ended(server) == 0


def test_process_that_dies_while_the_server_drains_is_not_replaced(
    database: str, serve: Start, tmp_path: Path
) -> None:
    """When the last one is gone, nothing is left to wait for."""
    server = serve(database, "--workers", "2", *LONG)
    one, other = crew.answering(server, 2)
    assert server.main is not None
    server.main.send_signal(signal.SIGTERM)
    until(lambda: not is_ready(server), "it says that it is not ready")
    server.kill(one)
    until(lambda: one not in crew.of(server))
    assert crew.answering(server, 1) == {other}
    assert not is_ready(server)
    server.kill(other)
    assert ended(server) == 0
    assert ANOTHER not in (tmp_path / "server-0.log").read_text()


def test_process_that_still_begins_is_ended_by_any_word(
    database: str, serve: Start, proxy: Proxy, tmp_path: Path
) -> None:
    server = serve(proxy.url(database), "--workers", "2", *LONG)
    killed, living = crew.answering(server, 2)
    proxy.let_in(0)
    server.kill(killed)
    until(lambda: len(crew.of(server) - {killed}) == 2)
    [beginning] = crew.of(server) - {killed, living}
    os.kill(beginning, signal.SIGTERM)
    until(lambda: beginning not in crew.of(server), "it ends")
    until(lambda: len(crew.of(server) - {beginning}) == 2, "another one begins")
    [beginning] = crew.of(server) - {living}
    assert server.main is not None
    server.main.send_signal(signal.SIGTERM)
    until(lambda: beginning not in crew.of(server), "nor does it begin to answer while others end")
    proxy.let_in(None)
    assert crew.answering(server, 1) == {living}
    assert not is_ready(server)
    server.main.send_signal(signal.SIGTERM)
    assert ended(server) == 0
