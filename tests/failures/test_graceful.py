"""Asked to end, a server answers what it is at, takes no more, and ends with 0; a worker finishes
the look that it is at."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.failures import crew
from tests.failures.asking import Crowd, kept
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.failures.crew import children
from tests.harness import ACCOUNT, START_S_MAX, Server, Worker, World, opportunity, send
from tests.waiting import until

AT_WORK = 6
DELAY_MS = 4_000


@pytest.mark.parametrize(
    ("where", "options", "word"),
    [
        ("file", (), signal.SIGTERM),
        ("postgres", (), signal.SIGTERM),
        ("postgres", ("--workers", "2"), signal.SIGTERM),
        ("file", (), signal.SIGHUP),
        ("postgres", ("--workers", "2"), signal.SIGHUP),
    ],
    ids=["sqlite", "postgres", "two-processes", "sqlite-terminal", "two-processes-terminal"],
)
def test_server_that_is_asked_to_end_finishes_what_it_is_at(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    serve: Start,
    where: str,
    options: tuple[str, ...],
    word: signal.Signals,
) -> None:
    database = str(tmp_path / "state.db")
    if where == "postgres":
        database = request.getfixturevalue("database")
    server = serve(database, *options)
    world = World(server)
    before = kept(world)
    delay = {"Operation": "CreateOpportunity", "Effect": "Delay", "DelayMilliseconds": DELAY_MS}
    world.desk("PutFault", **delay, Count=AT_WORK)
    seen = Crowd()

    partners = [world.client() for _ in range(AT_WORK)]  # made before: the wait is for the calls

    def create(number: int) -> None:
        seen.ask(
            "CreateOpportunity",
            lambda: partners[number].create_opportunity(
                Catalog="Sandbox", ClientToken=f"slow-{number}", **opportunity()
            ),
        )

    threads = [threading.Thread(target=create, args=(number,)) for number in range(AT_WORK)]
    for thread in threads:
        thread.start()
    while fired(world) < AT_WORK:
        assert seen.asked == [], "they are at work"
    assert server.main is not None
    for process in (server.main.pid, *children(server.main.pid)):
        if word == signal.SIGHUP or process == server.main.pid:
            os.kill(process, word)  # a terminal that is closed tells every process
    while takes_connections(server.port):
        time.sleep(0.02)
    assert seen.asked == [], "no more calls, while these are at work"
    for thread in threads:
        thread.join(30)
    assert [one.status for one in seen.asked] == [200] * AT_WORK, [str(one) for one in seen.asked]
    assert server.main.wait(START_S_MAX) == 0
    again = World(serve(database), world.namespace)
    assert {one.split("/")[1] for one in kept(again) - before} == {
        one.answer["Id"] for one in seen.asked
    }
    for log in tmp_path.glob("server-*.log"):
        assert "Traceback" not in log.read_text()


def test_server_that_is_kept_from_its_terminal_outlives_it(serve: Start) -> None:
    """As by `nohup`: whoever starts it ignores what a terminal says when it is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        server = serve(":memory:")
    finally:
        signal.signal(signal.SIGHUP, before)
    world = World(server)
    made = world.client().create_opportunity(Catalog="Sandbox", ClientToken="1", **opportunity())
    worker = server.worker()
    assert server.main is not None
    for process in (server.main.pid, worker):
        os.kill(process, signal.SIGHUP)
    assert [one.split("/")[1] for one in kept(world)] == [made["Id"]]
    assert server.worker() == worker


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_worker_that_is_told_again_and_again_to_end_ends_in_order(
    database: str, tmp_path: Path, word: signal.Signals
) -> None:
    """Whenever that comes: also when there is nothing left to be ended."""
    worker = Worker(database, tmp_path / "log").start()
    assert worker.main is not None
    while worker.main.poll() is None:
        worker.main.send_signal(word)
        time.sleep(0.005)
    assert worker.main.returncode == 0


def test_worker_ends_in_order_with_its_terminal(database: str, tmp_path: Path) -> None:
    worker = Worker(database, tmp_path / "worker.log").start()
    until(lambda: "At work on" in worker.log.read_text())
    assert worker.main is not None
    worker.main.send_signal(signal.SIGHUP)
    assert worker.main.wait(START_S_MAX) == 0


STRAY = [signal.SIGUSR1, signal.SIGUSR2]


@pytest.mark.parametrize("word", STRAY)
def test_server_goes_on_at_a_signal_that_is_for_others(
    database: str, serve: Start, tmp_path: Path, word: signal.Signals
) -> None:
    """As whoever rotates logs sends it."""
    server = serve(database, "--workers", "2")
    both, world = crew.answering(server, 2), World(server)
    assert server.main is not None
    server.main.send_signal(word)
    for pid in both:
        os.kill(pid, word)  # as to a whole group, or unit
    world.desk("PutClock", Time="2030-01-01T00:00:00.000Z", Frozen=True)
    assert world.desk("GetClock")["Frozen"] is True
    assert crew.answering(server, 2) == both
    assert send(server.url, "GET", "/_cosell/ready").status == 200
    assert server.stop() == 0
    assert (tmp_path / "server-0.log").read_text().count("ERROR") == 0


@pytest.mark.parametrize("word", STRAY)
def test_worker_goes_on_at_a_signal_that_is_for_others(
    database: str, tmp_path: Path, word: signal.Signals
) -> None:
    worker = Worker(database, tmp_path / "worker.log").start()
    until(lambda: "At work on" in worker.log.read_text())
    assert worker.main is not None
    worker.main.send_signal(word)
    assert worker.stop() == 0, "it was there to be asked"


def fired(world: World) -> int:
    return sum(int(one["Fired"]) for one in world.desk("ListFaults")["Faults"])


def takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=["file", "postgres"])
def standing(
    request: pytest.FixtureRequest, tmp_path: Path, serve: Start
) -> tuple[str, Server, World]:
    """A database, its server, and a world there whose clock stands."""
    database = str(tmp_path / "state.db")
    if request.param == "postgres":
        database = request.getfixturevalue("database")
    server = serve(database)
    world = World(server)
    world.desk("PutClock", Time="2030-01-01T00:00:00.000Z", Frozen=True)
    return database, server, world


def test_clock_that_is_being_moved_when_the_server_ends_can_be_moved_on(
    standing: tuple[str, Server, World], serve: Start
) -> None:
    database, server, world = standing
    world.desk("PutPace", Mode="Paced", StepSeconds=60)
    count = 60
    partner = world.client()
    for number in range(count):
        invitation = world.referred(catalog="AWS")["EngagementInvitationId"]
        partner.start_engagement_by_accepting_invitation_task(
            Catalog="AWS", ClientToken=f"start-{number}", Identifier=invitation
        )
    seen = Crowd()
    moving = threading.Thread(
        target=lambda: seen.ask("AdvanceClock", lambda: world.desk("AdvanceClock", Seconds=3_600))
    )
    moving.start()
    while completed(world) == 0 and moving.is_alive():
        time.sleep(0.01)
    assert server.stop() == 0
    moving.join(30)
    [asked] = seen.asked  # done, or told that it is to be repeated
    assert asked.error is None or "The server is stopping" in str(asked.error), str(asked)
    again = World(serve(database), world.namespace)
    again.desk("PutClock", Time="2030-01-01T01:00:00.000Z", Frozen=True)
    again.desk("AdvanceClock", Seconds=1)
    assert completed(again) == count


def test_whoever_moves_a_clock_far_is_told_that_the_server_ends(
    standing: tuple[str, Server, World], serve: Start
) -> None:
    database, server, world = standing
    rule = {"Act": "Refer", "Catalog": "AWS", "ReceiverAccountId": ACCOUNT, "EverySeconds": 60}
    world.desk("PutAutopilot", **rule)
    seen = Crowd()
    moving = threading.Thread(
        target=lambda: seen.ask(
            "AdvanceClock", lambda: world.desk("AdvanceClock", Seconds=10 * 365 * 86_400)
        )
    )
    moving.start()
    until(lambda: world.desk("GetClock")["Time"] > "2030-01-01T01", "the clock moves")
    assert server.stop() == 0
    moving.join(30)
    [asked] = seen.asked
    assert "500 InternalServerException: The server is stopping" in str(asked), str(asked)
    again = World(serve(database), world.namespace)
    clock = again.desk("GetClock")
    assert again.desk("AdvanceClock", To=clock["NextDueTime"])["Fired"] == 1


def completed(world: World) -> int:
    pages = world.client().get_paginator("list_engagement_by_accepting_invitation_tasks")
    found = pages.paginate(Catalog="AWS", TaskStatus=["COMPLETE"])
    return sum(len(page["TaskSummaries"]) for page in found)


def test_worker_that_is_asked_to_end_leaves_nothing_half_done(
    cluster: Cluster, database: str, serve: Start, tmp_path: Path
) -> None:
    """Each is ended in the middle of the looks; the last one finishes what is left."""
    world = World(serve(database))
    world.desk("PutPace", Mode="Paced", StepSeconds=0)
    partner = world.client()
    count = 20
    for number in range(count):
        invitation = world.referred(catalog="AWS")["EngagementInvitationId"]
        partner.start_engagement_by_accepting_invitation_task(
            Catalog="AWS", ClientToken=f"start-{number}", Identifier=invitation
        )
    for number in range(3):
        one = Worker(database, tmp_path / f"worker-{number}.log").start()
        while "At work" not in one.log.read_text():
            time.sleep(0.01)
        time.sleep(0.05 * number)
        assert one.stop() == 0
        assert "Traceback" not in one.log.read_text()
        doing = cluster.ask(
            "select count(*) from procrastinate_jobs where status = 'doing'", "kept"
        )
        assert doing == [(0,)], "no job is left by it"
    last = Worker(database, tmp_path / "worker-last.log").start()
    until = time.monotonic() + 120
    while completed(world) < count:
        assert time.monotonic() < until, completed(world)
        time.sleep(0.1)
    assert last.stop() == 0
    assert len(kept_in_aws(world)) == count, "no effect twice"


def kept_in_aws(world: World) -> list[str]:
    pages = world.client().get_paginator("list_opportunities").paginate(Catalog="AWS")
    return [one["Id"] for page in pages for one in page["OpportunitySummaries"]]


def test_measures_of_servers_that_were_killed_are_taken_away_and_those_of_others_not(
    database: str, tmp_path: Path, serve: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    killed, living = [serve(database, "--workers", "2") for _ in range(2)]
    assert len(metrics(tmp_path)) == 2
    killed.kill()
    assert len(metrics(tmp_path)) == 2
    [kept, other] = [serve(database, "--workers", "2") for _ in range(2)]
    assert len(metrics(tmp_path)) == 3
    assert [one.stop() for one in (living, kept, other)] == [0, 0, 0]
    assert metrics(tmp_path) == []


def metrics(folder: Path) -> list[Path]:
    return list((folder / "tmp").glob("cosell-metrics-*"))
