"""A server that stands still in the middle of a write, as on a machine that is paused: the database
gives its namespaces to others after a while."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.failures.asking import crowd
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.harness import World, opportunity
from tests.waiting import until

PATIENCE = "[postgres]\nidle_s_max = 1\nstatement_s_max = 2\nlock_s_max = 1\n"
STOPS = 300  # one in some hundreds would be caught in a pipeline, if there were one
LOADED = 20_000  # events, in many statements
# The database waits for the rest of a pipeline: no time-out of its own ends that.
IN_A_PIPELINE = (
    "select query from pg_stat_activity where datname = 'kept' and application_name = 'cosell'"
    " and state = 'active' and wait_event = 'ClientRead'"
)

FILLING = (
    "select query from pg_stat_activity where datname = 'kept' and query like 'insert into outbox%'"
    " and state <> 'idle'"
)


def in_a_pipeline(cluster: Cluster) -> bool:
    """Whether the database waits there for a server that stands still: longer than it takes to hear
    what that had sent, and to tell of it."""
    for pause_s in (0.01, 0.1, 1.0):
        time.sleep(pause_s)
        if not cluster.ask(IN_A_PIPELINE):
            return False
    return True


def test_server_that_stands_still_within_a_write_keeps_nobody_else_from_writing(
    database: str, serve: Start, tmp_path: Path
) -> None:
    config = tmp_path / "hub.toml"
    config.write_text(PATIENCE)
    standing, other = [serve(database, "--config", str(config)) for _ in range(2)]
    here = World(standing)
    there = World(other, here.namespace)

    def written() -> bool:
        token = f"there-{time.monotonic()}"
        body = {"Catalog": "Sandbox", "ClientToken": token, **opportunity()}
        return there.post("CreateOpportunity", body).status == 200

    with crowd([here], 8, 8) as seen:
        seen.good_since(time.monotonic(), 40)
        process = standing.worker()
        os.kill(process, signal.SIGSTOP)
        try:
            until(written)
        finally:
            os.kill(process, signal.SIGCONT)


def test_server_never_stands_where_the_database_has_no_time_out(
    cluster: Cluster, database: str, serve: Start
) -> None:
    server = serve(database)
    with crowd([World(server)], 8, 8) as seen:
        seen.good_since(time.monotonic(), 40)
        process = server.worker()
        for _ in range(STOPS):
            os.kill(process, signal.SIGSTOP)
            try:
                found = in_a_pipeline(cluster)
            finally:
                os.kill(process, signal.SIGCONT)
            assert not found
            time.sleep(0.005)


def test_server_that_loads_a_namespace_never_stands_where_the_database_has_no_time_out(
    cluster: Cluster, database: str, serve: Start
) -> None:
    server = serve(database)
    source, target = World(server), World(server)
    source.referred()
    cluster.ask(
        "insert into outbox (ns, seq, account, body) select ns, seq * 1000 + n, account, body"
        f" from (select * from outbox limit 1) one, generate_series(1, {LOADED}) n",
        "kept",
    )
    state = source.desk("SaveNamespace")["State"]
    process, stops = server.worker(), 0
    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(target.desk, "LoadNamespace", State=state)
        while not loading.done():
            os.kill(process, signal.SIGSTOP)
            try:
                found, within = in_a_pipeline(cluster), cluster.ask(FILLING)
            finally:
                os.kill(process, signal.SIGCONT)
            assert not found
            stops += len(within)
            time.sleep(0.002)
        assert loading.result()["Namespace"] == target.namespace
    assert stops > 1
