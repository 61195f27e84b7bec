"""A process that takes a dead one's place meets a state that cannot be used: it waits for it, says
so once, and takes nobody along."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.failures import crew
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.failures.proxy import Proxy
from tests.harness import World
from tests.waiting import until

WAITS = "A process that answers has to wait."
NEWER = 999


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    one = Proxy(cluster.socket)
    yield one
    one.end()


def told(log: Path) -> list[str]:
    """What those that wait have said."""
    return [one.partition(WAITS)[2] for one in log.read_text().splitlines() if WAITS in one]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_database_that_gives_it_some_connections_and_then_no_more(
    database: str, serve: Start, proxy: Proxy, tmp_path: Path, count: int
) -> None:
    """It goes away, or has no more room, at whichever of those that a beginning wants."""
    server = serve(proxy.url(database), "--workers", "2")
    log = tmp_path / "server-0.log"
    [killed, living] = crew.answering(server, 2)
    proxy.let_in(count)
    server.kill(killed)
    until(lambda: told(log), "it says that it has to wait")
    assert server.worker() == living
    assert World(server).desk("GetClock")["Frozen"] is False
    proxy.let_in(None)
    assert living in crew.answering(server, 2)
    assert len(told(log)) == len(set(told(log))), "nothing twice"
    assert "Traceback" not in log.read_text()


def test_database_that_a_newer_program_has_migrated_meanwhile(
    cluster: Cluster, database: str, serve: Start, tmp_path: Path
) -> None:
    server = serve(database, "--workers", "2")
    log = tmp_path / "server-0.log"
    [killed, living] = crew.answering(server, 2)
    cluster.ask(f"insert into cosell_format values ({NEWER}, {NEWER})", "kept")
    server.kill(killed)
    until(lambda: told(log), "it says that it has to wait")
    assert server.worker() == living
    cluster.ask(f"delete from cosell_format where format = {NEWER}", "kept")
    assert living in crew.answering(server, 2)
    [line] = told(log)
    assert "Use the newer cosell that migrated it." in line


def test_file_that_a_newer_program_has_taken_meanwhile(serve: Start, tmp_path: Path) -> None:
    state, log = tmp_path / "state.db", tmp_path / "server-0.log"
    server = serve(str(state))
    killed = server.worker()
    with closing(sqlite3.connect(state)) as other:
        [(format,)] = other.execute("pragma user_version").fetchall()
        other.execute(f"pragma user_version = {NEWER}")
        server.kill(killed)
        until(lambda: told(log), "it says that it has to wait")
        other.execute(f"pragma user_version = {format}")
    assert killed not in crew.answering(server, 1)
    [line] = told(log)
    assert f"format {NEWER}" in line


def test_first_start_says_what_is_wrong_and_ends(database: str, serve: Start, proxy: Proxy) -> None:
    """At any of the connections that it wants."""
    for count in range(4):
        proxy.let_in(count)
        with pytest.raises(AssertionError, match="the server ended with 1"):
            serve(proxy.url(database))
