"""Disks that are full, that may only be read, and that fail, under a SQLite state and under a
PostgreSQL: real file systems, which only who may mount one can make (conftest.py looks)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.failures.asking import kept
from tests.failures.cluster import Cluster
from tests.failures.conftest import Start, migrate, run
from tests.failures.disk import SmallDisk, disk_for, small_disk
from tests.failures.test_refused_by_the_database import create, ready, refused
from tests.harness import World

TRIES_MAX = 2_000


def until_full(world: World) -> tuple[list[str], str, str]:
    """Create until that fails; the ids of those that were acknowledged, the token of the one that
    was not, and the line of the log that tells why."""
    made = []
    for number in range(TRIES_MAX):
        token = f"full-{number}"
        try:
            made.append(create(world, token)["Id"])
        except ClientError:
            return made, token, refused(world, token)
    raise AssertionError("the disk is never full")


def ids(world: World) -> set[str]:
    return {one.split("/")[1] for one in kept(world)}


# --- PostgreSQL ----------------------------------------------------------------------------------


@pytest.fixture
def small(cluster: Cluster, tmp_path: Path) -> Iterator[SmallDisk]:
    yield from disk_for(cluster)


def test_full_disk_of_a_postgresql_refuses_writes_and_nothing_is_lost(
    cluster: Cluster, small: SmallDisk, serve: Start
) -> None:
    cluster.ask(f"create tablespace small location '{small.folder}'")
    cluster.ask("create database full_one tablespace small")
    try:
        url = cluster.url("full_one")
        migrate(url)
        world = World(serve(url))
        small.fill()
        made, token, told = until_full(world)
        assert "Its disk is full: make room there" in told
        assert ids(world) == {*made}
        small.free()
        made.append(create(world, token)["Id"])
        assert ids(world) == {*made}
    finally:
        cluster.ask("drop database full_one with (force)")
        cluster.ask("drop tablespace small")


# --- SQLite --------------------------------------------------------------------------------------


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    with small_disk() as one:
        yield one


def test_full_disk_of_a_state_refuses_writes_and_nothing_is_lost(
    disk: SmallDisk, serve: Start
) -> None:
    server = serve(f"{disk.folder}/state.db")
    world = World(server)
    made = [create(world, "before")["Id"]]
    disk.fill()
    more, token, told = until_full(world)
    made += more
    assert "database or disk is full. Make room on its disk" in told
    assert ids(world) == {*made}, "it can be read"
    status, message = ready(server)
    assert (status, "its disk is full" in message) == (503, True)
    disk.free()
    made.append(create(world, token)["Id"])
    assert ids(world) == {*made}
    assert ready(server)[0] == 200
    assert server.stop() == 0
    again = World(serve(f"{disk.folder}/state.db"), world.namespace)
    assert ids(again) == {*made}


def test_server_that_is_killed_on_a_full_disk_has_what_it_acknowledged(
    disk: SmallDisk, serve: Start
) -> None:
    server = serve(f"{disk.folder}/state.db")
    world = World(server)
    create(world, "before")
    disk.fill()
    until_full(world)
    made = ids(world)
    server.kill()
    assert server.main is not None
    server.main.wait(30)
    disk.free()
    again = World(serve(f"{disk.folder}/state.db"), world.namespace)
    assert ids(again) == made


def test_start_on_a_disk_that_takes_nothing_says_why(disk: SmallDisk, serve: Start) -> None:
    state = f"{disk.folder}/state.db"
    server = serve(state)
    made = create(World(server, "kept"), "before")["Id"]
    assert server.stop() == 0
    disk.only_read(True)
    ended = run("serve", "--port", "0", "--database", state)
    assert (ended.returncode, "Read-only file system" in ended.stderr) == (1, True), ended.stderr
    assert "Traceback" not in ended.stderr
    disk.only_read(False)
    assert ids(World(serve(state), "kept")) == {made}
    disk.fill()
    ended = run("serve", "--port", "0", "--database", f"{disk.folder}/another.db")
    assert (ended.returncode, "No space left on device" in ended.stderr) == (1, True), ended.stderr
    assert "Traceback" not in ended.stderr


def test_disk_that_becomes_read_only_refuses_writes_and_nothing_is_lost(serve: Start) -> None:
    with small_disk("ext4") as disk:
        server = serve(f"{disk.folder}/state.db")
        world = World(server)
        made = [create(world, f"before-{number}")["Id"] for number in range(5)]
        disk.fail()
        told = refused(world, "meanwhile")
        assert "cannot be used" in told
        status, message = ready(server)
        assert (status, "cannot be" in message) == (503, True)
        assert ids(world) == {*made}, "it can be read"
        assert server.stop() == 0
