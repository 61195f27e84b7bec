"""Connections to PostgreSQL that die: those that nobody uses, those in the middle of a call, and
those that die between a commit and its answer. And a database that says nothing any more."""

import threading
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.failures.asking import crowd, kept
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start
from tests.failures.proxy import Proxy
from tests.failures.test_outage import ANSWER_S_MAX, CLIENTS, RESUME_S_MAX, ensure_told, slowness_s
from tests.harness import World, opportunity

OURS = "datname = 'kept' and application_name = 'cosell' and pid <> pg_backend_pid()"
KILLED = f"select count(pg_terminate_backend(pid)) from pg_stat_activity where {OURS}"


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    one = Proxy(cluster.socket)
    yield one
    one.end()


def busy(cluster: Cluster, world: World) -> int:
    """Let a server have several connections, of which nobody uses one; how many."""
    with crowd([world], CLIENTS, CLIENTS) as seen:
        seen.good_since(time.monotonic(), 40)
    assert not seen.errors
    [[count]] = cluster.ask(f"select count(*) from pg_stat_activity where {OURS}")
    return int(count)


def test_connections_that_die_while_nobody_uses_them_are_replaced_unseen(
    cluster: Cluster, database: str, serve: Start
) -> None:
    world = World(serve(database))
    assert busy(cluster, world) > 2
    partner = world.client()
    for number in range(5):
        [[killed]] = cluster.ask(KILLED)
        assert killed
        if number % 2:
            partner.list_opportunities(Catalog="Sandbox")
        else:
            partner.create_opportunity(
                Catalog="Sandbox", ClientToken=f"after-{number}", **opportunity()
            )


def test_connection_that_dies_within_a_call_ends_it_with_nothing_done(
    cluster: Cluster, database: str, serve: Start
) -> None:
    """The calls wait in the middle of their transactions for a lock when they are killed."""
    world = World(serve(database))
    before = kept(world)
    partner, refused = world.client(), []

    def create(number: int) -> None:
        with pytest.raises(ClientError) as why:
            partner.create_opportunity(
                Catalog="Sandbox", ClientToken=f"cut-{number}", **opportunity()
            )
        refused.append(why.value.response["ResponseMetadata"])

    with cluster.session("kept") as other:
        other.execute("begin; lock table document in exclusive mode")
        threads = [threading.Thread(target=create, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        cluster.wait_for(
            f"select 1 from pg_stat_activity where {OURS} and wait_event_type = 'Lock'"
        )
        cluster.ask(f"{KILLED} and pid <> {other.info.backend_pid}")
        for thread in threads:
            thread.join(20)
        other.execute("rollback")
    assert [one["HTTPStatusCode"] for one in refused] == [500] * 3
    assert all(one["RequestId"] for one in refused)
    assert kept(world) == before
    again = partner.create_opportunity(Catalog="Sandbox", ClientToken="cut-0", **opportunity())
    assert kept(world) == before | {f"{world.namespace}/{again['Id']}"}


def test_commit_whose_answer_is_lost_is_told_again_to_who_repeats_the_call(
    database: str, serve: Start, proxy: Proxy
) -> None:
    world = World(serve(proxy.url(database)))
    partner = world.client()
    partner.create_opportunity(Catalog="Sandbox", ClientToken="first", **opportunity())
    for number in range(5):
        before = kept(world)
        proxy.lose_answer()
        asked = {"Catalog": "Sandbox", "ClientToken": f"lost-{number}", **opportunity()}
        with pytest.raises(ClientError) as why:
            partner.create_opportunity(**asked)
        assert why.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        after = kept(world)
        assert len(after - before) == 1, "it did happen"
        again = partner.create_opportunity(**asked)
        assert {f"{world.namespace}/{again['Id']}"} == after - before
        assert kept(world) == after


def test_sdk_that_repeats_by_itself_makes_one_opportunity_of_a_lost_answer(
    database: str, serve: Start, proxy: Proxy
) -> None:
    world = World(serve(proxy.url(database)))
    partner = world.client(config={"retries": {"mode": "standard", "max_attempts": 3}})
    before = kept(world)
    proxy.lose_answer()
    made = partner.create_opportunity(Catalog="Sandbox", ClientToken="sdk", **opportunity())
    assert made["ResponseMetadata"]["RetryAttempts"] == 1
    assert kept(world) - before == {f"{world.namespace}/{made['Id']}"}


def test_database_that_falls_silent_is_told_within_a_second(
    database: str, serve: Start, proxy: Proxy
) -> None:
    """As a machine that has lost its power, or its network: nothing comes, not even an error."""
    world = World(serve(proxy.url(database)))
    with crowd([world], CLIENTS, CLIENTS) as seen:
        seen.good_since(time.monotonic(), 30)
        proxy.fall_silent()
        time.sleep(4)
        proxy.speak()
        back = time.monotonic()
        assert seen.good_since(back, 30) - back < RESUME_S_MAX + slowness_s(seen)
    ensure_told(seen)
    assert seen.made <= kept(world)


def test_cut_wires_are_told_at_once_and_replaced(database: str, serve: Start, proxy: Proxy) -> None:
    world = World(serve(proxy.url(database)))
    with crowd([world], CLIENTS, CLIENTS) as seen:
        for _ in range(5):
            seen.good_since(time.monotonic(), 10)
            proxy.cut()
        seen.good_since(time.monotonic(), 30)
    assert {one.status for one in seen.errors} <= {500}
    assert max((one.took_s for one in seen.errors), default=0) < ANSWER_S_MAX + slowness_s(seen)
    assert seen.made <= kept(world)
