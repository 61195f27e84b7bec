"""Connections of a server that are dead without a word while the database lives: what a firewall
forgot, a pooler that takes and gives nothing, a backend that hangs. Whoever waits on one is told,
or served on another one, and nothing of the server is lost for good."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from cosell.config import Postgres
from cosell.store import postgres_watch
from cosell.store.postgres import PostgresStore
from cosell.store.postgres_pool import connected
from cosell.store.postgres_watch import Watch
from tests.failures.asking import Crowd, crowd, kept
from tests.failures.cluster import Cluster, stopped
from tests.failures.conftest import Start
from tests.failures.proxy import Proxy
from tests.failures.test_connections import OURS
from tests.failures.test_outage import ANSWER_S_MAX, CLIENTS, slowness_s
from tests.failures.test_refused_by_the_database import ready
from tests.harness import Server, World
from tests.observing.scraping import scrape
from tests.waiting import until, until_told

STATEMENT_S = 5.0
WRITERS = Postgres().writers_max
LOCK_S = 3.0
WAITING = "wait_event_type = 'Lock' and query_start > clock_timestamp() - interval '1 second'"
ENGAGEMENT = {"Catalog": "Sandbox", "ClientToken": "1", "Title": "T", "Description": "D"}
MARGIN_S = 2.0  # what a server waits beyond the database's own time-outs


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    one = Proxy(cluster.socket)
    yield one
    one.end()


def backends(cluster: Cluster, condition: str) -> list[int]:
    """Those of a server's calls; its watch's says nothing else than what is left out here."""
    calls = f"{OURS} and query !~ '^(select 1|select pid, case\\s.*|)$'"
    return [
        pid
        for (pid,) in cluster.ask(f"select pid from pg_stat_activity where {calls} and {condition}")
    ]


def warm(world: World, seen: Crowd) -> None:
    """Let its server have several connections."""
    seen.good_since(time.monotonic(), 60)
    assert used(world.server) >= 0


def used(server: Server) -> float:
    return scrape(server).number("cosell_pool_connections", state="used")


def ensure_served(seen: Crowd, since: float) -> None:
    """Everybody was answered in time, and served again at once."""
    for one in seen.since(since):
        assert one.status in (200, 500), str(one)
        assert one.took_s < ANSWER_S_MAX + slowness_s_before(seen, since), str(one)


def slowness_s_before(seen: Crowd, instant: float) -> float:
    """What the machine adds; told by the calls before something was wrong."""
    return slowness_s(Crowd([one for one in seen.asked if one.began < instant]))


def test_backends_that_hang_while_nobody_uses_them(
    cluster: Cluster, database: str, serve: Start
) -> None:
    world = World(serve(database))
    with crowd([world], CLIENTS, CLIENTS) as seen:
        warm(world, seen)
    hanging = backends(cluster, "state = 'idle'")
    assert len(hanging) > 2
    before = time.monotonic()
    with stopped(hanging), crowd([world], CLIENTS, CLIENTS) as later:
        later.good_since(before, 60)
    later.asked += seen.asked
    ensure_served(later, before)
    assert seen.made | later.made <= kept(world)
    until(lambda: used(world.server) <= 1, "no connection is lost for good")
    assert ready(world.server)[0] == 200
    told = until_told(world.server.log, "had heard nothing of what was said on it")
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "wires",
    [slice(None), slice(1, None), slice(1)],
    ids=["all", "all-but-the-watch's", "the-watch's-alone"],
)
def test_wires_that_lead_nowhere_any_more(
    database: str, serve: Start, proxy: Proxy, wires: slice
) -> None:
    """The first wire that there still is, is that of the watch."""
    world = World(serve(proxy.url(database)))
    with crowd([world], CLIENTS, CLIENTS) as seen:
        warm(world, seen)
    lost = time.monotonic()
    proxy.lose(wires)
    with crowd([world], CLIENTS, CLIENTS) as later:
        later.good_since(lost, 60)
    later.asked += seen.asked
    ensure_served(later, lost)
    assert seen.made | later.made <= kept(world)
    until(lambda: used(world.server) <= 1, "no connection is lost for good")


def test_backends_that_hang_at_work_are_given_up_when_their_time_is_over(
    cluster: Cluster, database: str, serve: Start, tmp_path: Path
) -> None:
    """The database says that they are at work, so nothing tells them from slow ones before; but a
    server that has no others says that it is not ready."""
    file = tmp_path / "cosell.toml"
    file.write_text(f"[postgres]\nlock_s_max = {LOCK_S}\nstatement_s_max = {STATEMENT_S}\n")
    server = serve(database, "--config", str(file))
    log, given_up = server.log, f"gave no answer within {STATEMENT_S + MARGIN_S:g} seconds"
    assert log is not None
    worlds = [World(server) for _ in range(CLIENTS)]  # writers of one would wait for each other
    with crowd(worlds, CLIENTS, CLIENTS) as seen:
        warm(worlds[0], seen)
        with cluster.session("kept") as other:
            other.execute("begin; lock table document in access exclusive mode")
            until(lambda: len(backends(cluster, WAITING)) >= WRITERS)  # and not about to give up
            hanging = backends(cluster, WAITING)
            with stopped(hanging):
                other.execute("rollback")
                until(lambda: "have waited for the database" in ready(server)[1])
                until(lambda: given_up in log.read_text())
                before = len(seen.made)
                until(lambda: len(seen.made) > before + 20, "others write on")
    slowest = max(one.took_s for one in seen.asked)
    assert slowest < STATEMENT_S + MARGIN_S + ANSWER_S_MAX + slowness_s(seen)
    assert {one.status for one in seen.asked} == {200, 500}
    assert seen.made <= set().union(*map(kept, worlds))
    until(lambda: ready(server)[0] == 200)


def test_what_may_take_its_time_is_not_given_up_before(database: str) -> None:
    settings = Postgres(statement_s_max=0.2, long_s_max=60)
    store = PostgresStore(database, settings)
    with store.read(long=True) as tx:
        slept = tx.query(f"select 1 from pg_sleep({0.2 + MARGIN_S + 1})", {})
    assert slept == [(1,)]
    store.close()


def test_answer_that_nobody_had_a_turn_to_read_yet_is_not_one_that_never_came(
    database: str,
) -> None:
    """On a machine that is busy who asked is late to read, and so is who asks after him."""
    watch = Watch(lambda: connected(database, "it"), "it", Postgres(), lambda: None)
    watch.end()
    with closing(connected(database, "it")) as one, closing(connected(database, "it")) as other:
        wait = postgres_watch._Wait(one, time.monotonic(), one.info.backend_pid)
        one.pgconn.send_query(b"select 1")  # who waits has said since when before he asks
        for _ in range(200):
            watch._asked_about = [wait]
            text = postgres_watch._IDLE.replace(":pids", f"'{{{wait.pid}}}'")
            answer = other.pgconn.exec_(text.encode())
            heard_at = time.monotonic()
            if heard_at - wait.since > postgres_watch._ON_ITS_WAY_S:
                break  # an answer that is as late counts as lost, however busy the machine is
            assert watch._unheard(answer, heard_at) == []
        watch._asked_about = [wait._replace(since=time.monotonic())]
        assert len(watch._unheard(answer, watch._asked_about[0].since)) == 1, "idle since before"


def test_database_that_answers_others_is_busy_and_not_silent(database: str) -> None:
    watch = Watch(lambda: connected(database, "it"), "it", Postgres(), lambda: None)
    asks, ended = watch._connection, Event()
    assert asks is not None
    with closing(connected(database, "it")) as busy, closing(connected(database, "it")) as slow:
        for one in (busy, slow):
            watch.know(one, one.info.backend_pid)

        def answered_on_and_on() -> None:
            while not ended.wait(0.01):
                busy.execute("select 2")

        with stopped([asks.info.backend_pid]), ThreadPoolExecutor(1) as pool:
            going = pool.submit(answered_on_and_on)
            try:
                slow.execute("select pg_sleep(1.5)")
                assert not watch.silent
            finally:
                ended.set()
            going.result()
    watch.end()


def test_database_is_not_silent_because_the_watch_alone_hears_nothing(database: str) -> None:
    """Nobody else asks meanwhile; one waits, as for somebody's lock, and gets his answer."""
    watch = Watch(lambda: connected(database, "it"), "it", Postgres(), lambda: None)
    asks = watch._connection
    assert asks is not None
    with closing(connected(database, "it")) as slow:
        watch.know(slow, slow.info.backend_pid)
        with stopped([asks.info.backend_pid]):
            slow.execute("select pg_sleep(2.5)")
        assert (watch.silent, watch.lost) == (False, "")
        assert asks.closed, "it has another one"
    watch.end()


def test_server_whose_watch_alone_has_lost_its_wire_serves_on(
    cluster: Cluster, database: str, serve: Start, proxy: Proxy
) -> None:
    server = serve(proxy.url(database))
    world, log = World(server), server.log
    assert log is not None
    made = world.client().create_engagement(Catalog="Sandbox", Title="One", Description="Two")
    proxy.lose(slice(1))
    with cluster.session("kept") as other, ThreadPoolExecutor(1) as pool:
        other.execute("begin")
        other.execute("select 1 from namespace where name = %s for update", [world.namespace])
        waits = pool.submit(world.post, "CreateEngagement", ENGAGEMENT)
        until(lambda: len(backends(cluster, WAITING)) == 1, "one waits")
        other.execute("select pg_sleep(2)")
        assert (
            world.post("GetEngagement", {"Catalog": "Sandbox", "Identifier": made["Id"]}).status
            == 200
        )
        other.execute("rollback")
        assert waits.result().status == 200
    assert "does not answer" not in log.read_text()
