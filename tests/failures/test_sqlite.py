"""A SQLite state in trouble: its write-ahead log torn after a crash, its file locked by another
program, of a newer format while a server is at work on it."""

import random
import shutil
import sqlite3
import struct
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cosell.store.sqlite import SqliteStore
from tests.failures.conftest import Start
from tests.failures.test_refused_by_the_database import create, ready, refused
from tests.harness import World

CREATED = 24
TEARS = 60
FRAME_HEADER = 24
LOG_HEADER = 32


@pytest.fixture
def crashed(tmp_path: Path, serve: Start) -> tuple[Path, str, list[tuple[str, int]]]:
    """The folder of a server that was killed, the namespace, and each opportunity that was
    acknowledged, with the length that the log had then."""
    folder = tmp_path / "crashed"
    folder.mkdir()
    server = serve(str(folder / "state.db"))
    world = World(server, "torn")
    made = []
    for number in range(CREATED):
        made.append((create(world, f"token-{number}")["Id"], length(folder)))
    server.kill()
    assert server.main is not None
    server.main.wait(30)
    assert made[0][1] < made[-1][1], "nothing was put back into the state's file yet"
    return folder, world.namespace, made


def length(folder: Path) -> int:
    """How far the log goes that is in use."""
    return (folder / "state.db-wal").stat().st_size


def copied(folder: Path, to: Path) -> Path:
    """The state, and its log, as the crash has left them."""
    to.mkdir()
    for name in ("state.db", "state.db-wal"):
        shutil.copy(folder / name, to / name)
    return to


def listed(state: Path, namespace: str) -> list[str]:
    """The opportunities that are in the state once it has been opened."""
    SqliteStore(str(state)).close()
    connection = sqlite3.connect(state)
    assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
    rows = connection.execute(
        "select id from opportunity_view join namespace using (ns) where name = ? order by seq",
        [namespace],
    ).fetchall()
    connection.close()
    return [row[0] for row in rows]


def torn(log: Path, at: int, how: str, chance: random.Random) -> int:
    """From a byte on the log is not what it was; answers the first that does differ."""
    was = log.read_bytes()
    bytes_ = bytearray(was)
    if how == "cut":
        del bytes_[at:]
    elif how == "zeros":
        bytes_[at:] = bytes(len(bytes_) - at)
    else:
        bytes_[at] ^= 1 << chance.randrange(8)
    log.write_bytes(bytes_)
    return next((i for i in range(at, len(bytes_)) if bytes_[i] != was[i]), len(bytes_))


def frame_of(log: Path, at: int) -> int:
    """Where the frame begins that a byte is in."""
    page = struct.unpack(">I", log.read_bytes()[8:12])[0]
    size = FRAME_HEADER + (65_536 if page == 1 else int(page))
    return max(0, (at - LOG_HEADER) // size * size + LOG_HEADER) if at >= LOG_HEADER else 0


@pytest.mark.parametrize("how", ["cut", "zeros", "bit"])
def test_torn_log_has_all_commits_before_the_tear_and_none_after(
    crashed: tuple[Path, str, list[tuple[str, int]]], tmp_path: Path, how: str
) -> None:
    folder, namespace, made = crashed
    chance = random.Random(f"tear {how}")
    end = length(folder)
    for number in range(TEARS):
        at = chance.randrange(end)
        broken = copied(folder, tmp_path / f"torn-{number}")
        log = broken / "state.db-wal"
        valid = frame_of(folder / "state.db-wal", torn(log, at, how, chance))
        there = [one for one, until in made if until <= valid]
        assert listed(broken / "state.db", namespace) == there, (how, at)
        shutil.rmtree(broken)


def test_server_on_a_torn_log_starts_and_goes_on(
    crashed: tuple[Path, str, list[tuple[str, int]]], tmp_path: Path, serve: Start
) -> None:
    folder, namespace, made = crashed
    broken = copied(folder, tmp_path / "torn")
    half = made[CREATED // 2][1]
    torn(broken / "state.db-wal", half + 100, "cut", random.Random())
    world = World(serve(str(broken / "state.db")), namespace)
    there = {one for one, until in made if until <= half}
    assert ids(world) == there
    again = create(world, f"token-{CREATED - 1}")["Id"]  # its first answer was torn off
    assert again not in there
    assert ids(world) == there | {again}
    assert create(world, "token-0")["Id"] == made[0][0], "the token is remembered"


def ids(world: World) -> set[str]:
    pages = world.client().get_paginator("list_opportunities").paginate(Catalog="Sandbox")
    return {one["Id"] for page in pages for one in page["OpportunitySummaries"]}


def test_state_that_another_program_has_locked(tmp_path: Path, serve: Start) -> None:
    server = serve(str(tmp_path / "state.db"))
    world = World(server)
    create(world, "before")
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("begin exclusive")
    began = time.monotonic()
    told = refused(world, "meanwhile")
    assert time.monotonic() - began < 2.0
    assert "Another program has locked it" in told
    assert len(ids(world)) == 1, "it can be read"
    status, message = ready(server)
    assert (status, "Another program has locked it" in message) == (503, True)
    other.execute("rollback")
    other.close()
    create(world, "meanwhile")
    assert len(ids(world)) == 2
    assert ready(server)[0] == 200


def test_lock_that_is_short_is_waited_for(tmp_path: Path, serve: Start) -> None:
    world = World(serve(str(tmp_path / "state.db")))
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None, check_same_thread=False)
    other.execute("begin exclusive")
    ending = threading.Timer(0.2, other.execute, ["rollback"])
    ending.start()
    create(world, "meanwhile")
    ending.join()
    other.close()


def test_format_that_becomes_newer_under_a_server_is_told_by_the_probe(
    tmp_path: Path, serve: Start
) -> None:
    server = serve(str(tmp_path / "state.db"))
    version(tmp_path / "state.db", 99)
    status, message = ready(server)
    assert (status, "format 99" in message) == (503, True)


def version(state: Path, number: int) -> None:
    connection: Any = sqlite3.connect(state)
    connection.execute(f"pragma user_version = {number}")
    connection.close()
