"""Whether a server is ready: it is, unless its state cannot be read and written right now."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.harness import Reply, Server, World, opportunity, send


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Server]:
    """A server of its own, whose file a test may touch."""
    running = Server(str(tmp_path / "state.db"), ("--metrics",), log=tmp_path / "log").start()
    yield running
    assert running.stop() == 0


def ready(server: Server, method: str = "GET") -> Reply:
    return send(server.url, method, "/_cosell/ready")


def other(server: Server) -> sqlite3.Connection:
    """Another program that has the file open."""
    return sqlite3.connect(server.database, isolation_level=None)


def test_a_server_that_answers_is_ready(world: World) -> None:
    reply = ready(world.server)
    assert (reply.status, reply.document) == (200, {"Status": "ready"})
    assert ready(world.server, "HEAD").status == 200
    assert send(world.server.url, "POST", "/_cosell/ready").status == 400


def test_a_state_in_memory_is_ready() -> None:
    server = Server(":memory:").start()
    assert ready(server).status == 200
    assert server.stop() == 0


def test_who_locks_the_file_makes_the_server_unready_and_calls_go_on_afterwards(
    alone: Server,
) -> None:
    partner = World(alone).client()
    partner.create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    with closing(other(alone)) as foreign:
        foreign.execute("begin immediate")
        for _ in range(2):
            reply = ready(alone)
            assert reply.status == 503
            assert reply.document["Status"] == "unready"
            assert "database is locked" in reply.document["Message"]
            assert alone.database not in reply.document["Message"], "it is nobody's business"
        assert send(alone.url, "GET", "/_cosell/health").status == 200, "it lives"
        assert send(alone.url, "GET", "/_cosell/metrics").status == 200
        foreign.execute("rollback")
    assert ready(alone).status == 200
    partner.create_opportunity(Catalog="Sandbox", ClientToken="2", **opportunity())
    told = alone.log and alone.log.read_text()
    assert told
    assert told.count("database is locked") == 1, "told once, not at every probe"
    assert "The store answers again." in told


def test_a_state_of_another_format_makes_the_server_unready(alone: Server) -> None:
    with closing(other(alone)) as foreign:
        [format] = foreign.execute("pragma user_version").fetchone()
        foreign.execute("pragma user_version = 99")
        reply = ready(alone)
        assert reply.status == 503
        assert f"has format 99; this cosell keeps format {format}" in reply.document["Message"]
        foreign.execute(f"pragma user_version = {format}")
    assert ready(alone).status == 200


@pytest.mark.parametrize("path", ["/_cosell/ready", "/_cosell/health", "/_cosell/metrics"])
def test_probes_are_behind_the_gate_and_may_ask_by_address(world: World, path: str) -> None:
    def status(path: str, **headers: str) -> int:
        return send(world.server.url, "GET", path, headers=headers).status

    home = status(path)
    assert home in (200, 404)
    for address in ("10.1.2.3:2673", "10.1.2.3", "[fd00::7]:2673"):
        assert status(path, Host=address) == home
        assert status("/", Host=address) == 403, "the API is asked by names that it knows"
    for host in ("elsewhere.example", "10.1.2.3.elsewhere.example", "[fd00::7].example"):
        assert status(path, Host=host) == 403
    assert status(path, Host="10.1.2.3", Origin="https://elsewhere.example") == 403
