"""Several processes on one PostgreSQL: whichever a scrape or a probe reaches, it tells all of them.
And a server that is to end, which says so before it does."""

import signal
import socket
import threading
import time
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.harness import Reply, Server, Worker, World, free_port, opportunity, send
from tests.observing.scraping import Scrape, scrape
from tests.waiting import until

WAIT_S_MAX = 20.0


def test_a_scrape_of_any_process_tells_what_all_of_them_counted(
    migrated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "counts"  # of this server's alone
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    server = Server(migrated, ("--workers", "2"), log=tmp_path / "log").start()
    world = World(server)
    seen: set[int] = set()
    calls = 0
    while len(seen) < 2 or calls < 20:  # a connection of its own for each: both get some
        world.post("ListOpportunities", {"Catalog": "Sandbox"})
        calls += 1
        seen.add(server.worker())
        assert calls < 2_000
    for _ in range(8):
        assert scrape(server).calls("ListOpportunities") == calls
    until(lambda: pools(server) >= 2, "each process tells of its pool within a second or so")
    [one, _] = seen
    server.kill(one)
    until(lambda: answers_anew(server, seen), "another process takes its place")
    assert scrape(server).calls("ListOpportunities") == calls, "what it counted stays"
    assert len([*folder.glob("cosell-metrics-*")]) == 1
    assert server.stop() == 0
    assert [*folder.iterdir()] == [], "nothing is left behind"


def answers_anew(server: Server, seen: set[int]) -> bool:
    """Whether a process that nobody has seen answers; connections of a killed one are reset."""
    try:
        return server.worker() not in seen
    except OSError:
        return False


def pools(server: Server) -> float:
    return scrape(server).number("cosell_pool_connections", state="open")


def test_a_server_on_postgres_counts_by_itself_and_its_pool(migrated: str, tmp_path: Path) -> None:
    server = Server(migrated, log=tmp_path / "log").start()
    World(server).client().create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    found = scrape(server)
    assert found.calls("CreateOpportunity") == 1
    assert found.number("cosell_pool_connections", state="open") >= 1
    assert found.number("cosell_agenda_lag_seconds") == 0
    assert found.number("cosell_store_up") == 1
    assert server.stop() == 0


def test_a_database_that_is_gone_makes_the_server_unready_until_it_is_back(
    migrated: str, tmp_path: Path
) -> None:
    server = Server(migrated, log=tmp_path / "log").start()
    assert ready(server).status == 200
    name = database_name(migrated)
    with psycopg.connect(postgres.cluster().get_uri(), autocommit=True) as admin:
        admin.execute(f"alter database {name} allow_connections false")
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        began = time.monotonic()
        reply = ready(server)
        assert reply.status == 503
        assert time.monotonic() - began < 5
        assert name not in reply.document["Message"]
        assert send(server.url, "GET", "/_cosell/health").status == 200
        assert scrape(server).number("cosell_store_up") == 0
        admin.execute(f"alter database {name} allow_connections true")
    until(lambda: ready(server).status == 200, "it is ready again by itself")
    assert server.stop() == 0


def test_a_worker_tells_what_it_did_where_it_is_asked(migrated: str, tmp_path: Path) -> None:
    server = Server(migrated, log=tmp_path / "log").start()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = ("--port", str(port), "--log-format", "json")
    worker = Worker(migrated, tmp_path / "worker-log", options).start()
    until(lambda: answers(url), "the worker answers")
    world = World(server)
    world.desk("PutPace", Mode="Paced", StepSeconds=1)
    invitation = world.referred()["EngagementInvitationId"]
    world.client().start_engagement_by_accepting_invitation_task(
        Catalog="Sandbox", Identifier=invitation
    )
    kind = "engagement-by-accepting-invitation-task"
    until(lambda: done(url, kind) == 1, "the worker has counted the task that it ended")
    found = Scrape(send(url, "GET", "/_cosell/metrics").body.decode())
    assert found.number("cosell_agenda_entries_run_total", kind="task-step", outcome="done") >= 2
    assert found.number("cosell_pool_connections", state="open") >= 1
    assert scrape(server).number("cosell_tasks_ended_total", kind=kind, state="COMPLETE") == 0
    assert send(url, "GET", "/_cosell/ready").document == {"Status": "ready"}
    assert send(url, "HEAD", "/_cosell/health").status == 200
    assert send(url, "GET", "/").status == 404
    away = {"Host": "elsewhere.example"}
    assert send(url, "GET", "/_cosell/metrics", headers=away).status == 403
    assert (worker.stop(), server.stop()) == (0, 0)
    assert '"logger":"cosell.worker"' in worker.log.read_text()


def answers(url: str) -> bool:
    try:
        return send(url, "GET", "/_cosell/health").status == 200
    except OSError:
        return False


def done(url: str, kind: str) -> float:
    text = send(url, "GET", "/_cosell/metrics").body.decode()
    return Scrape(text).number("cosell_tasks_ended_total", kind=kind, state="COMPLETE")


def test_a_worker_whose_port_is_taken_says_so(migrated: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        worker = Worker(migrated, tmp_path / "worker-log", ("--port", port)).start()
        assert worker.main is not None
        assert worker.main.wait(timeout=WAIT_S_MAX) == 2
    assert f"--port: cannot listen at 127.0.0.1, port {port}" in worker.log.read_text()


def database_name(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.info.dbname


def ready(server: Server) -> Reply:
    return send(server.url, "GET", "/_cosell/ready")


def test_a_server_that_is_to_end_says_so_and_answers_on_for_a_while(tmp_path: Path) -> None:
    server = Server(":memory:", ("--drain", "3"), log=tmp_path / "log").start()
    world = World(server)
    fault = {"Operation": "ListOpportunities", "Effect": "Delay", "DelayMilliseconds": 4_000}
    world.desk("PutFault", **fault)
    answers: list[int] = []
    slow = threading.Thread(
        target=lambda: answers.append(world.post("ListOpportunities", {"Catalog": "AWS"}).status)
    )
    slow.start()
    until(lambda: world.desk("ListFaults")["Faults"][0]["Fired"] == 1, "the call is at work")
    assert ready(server).status == 200
    assert server.main is not None
    server.main.send_signal(signal.SIGTERM)
    until(lambda: ready(server).status == 503, "it says that it is not ready")
    assert "stopping" in ready(server).document["Message"]
    assert send(server.url, "GET", "/_cosell/health").status == 200
    assert world.desk("GetClock")["Frozen"] is False, "calls are answered meanwhile"
    assert server.main.wait(timeout=WAIT_S_MAX) == 0
    slow.join()
    assert answers == [200], "a call that runs is finished"


def test_ctrl_c_ends_a_server_at_once_however_long_it_would_drain(tmp_path: Path) -> None:
    server = Server(":memory:", ("--drain", "600"), log=tmp_path / "log").start()
    assert server.stop() == 0
    server = Server(":memory:", ("--drain", "600"), log=tmp_path / "log").start()
    assert server.main is not None
    server.main.send_signal(signal.SIGTERM)
    until(lambda: ready(server).status == 503, "it says that it is not ready")
    server.main.send_signal(signal.SIGTERM)
    assert server.main.wait(timeout=WAIT_S_MAX) == 0
