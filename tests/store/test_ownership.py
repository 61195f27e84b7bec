"""Whose the state is, and what a start does with a file that it cannot or must not use."""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

import cosell.store
from cosell.store import StoreError, Tx, documents
from cosell.store.sqlite import SqliteStore
from tests.harness import Server, environment
from tests.store.rows import put_document

FORMAT = 3  # the newest: as many migrations
NOBODY = 65534


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def opened_and_closed(path: Path) -> None:
    SqliteStore(str(path)).close()


def serve(database: Path) -> "subprocess.CompletedProcess[str]":
    """A start that is expected to fail."""
    command = [sys.executable, "-m", "cosell", "serve", "--port", "0", "--database", str(database)]
    return subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=60)


# --- one owner -----------------------------------------------------------------------------------


def test_second_server_on_a_state_says_whose_it_is_and_ends(state: Path) -> None:
    first = Server(str(state)).start()
    second = serve(state)
    assert second.returncode == 1
    assert "belongs to another cosell" in second.stderr
    assert first.main is not None
    assert f"process {first.main.pid}" in second.stderr
    assert "Traceback" not in second.stderr
    assert first.worker() > 0, "the first one goes on"
    assert first.stop() == 0


def test_second_owner_is_refused_also_through_a_link(state: Path) -> None:
    first = SqliteStore(str(state))
    link = state.with_name("link.db")
    link.symlink_to(state)
    with pytest.raises(StoreError, match=f"process {os.getpid()}"):
        SqliteStore(str(link))
    first.close()


def test_start_while_the_owner_ends_waits_for_it(state: Path) -> None:
    first = SqliteStore(str(state))
    threading.Timer(0.3, first.close).start()
    second = SqliteStore(str(state))
    second.close()


def test_server_that_starts_while_another_one_ends_takes_the_state(state: Path) -> None:
    first = Server(str(state)).start()
    assert first.main is not None
    first.main.terminate()
    second = Server(str(state)).start()
    assert first.main.wait(30) == 0
    assert second.stop() == 0


def test_state_of_an_owner_that_was_killed_is_free(state: Path) -> None:
    program = (
        "import sys, time; from cosell.store.sqlite import SqliteStore;"
        "store = SqliteStore(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"open\n"
        owner.kill()
    opened_and_closed(state)


def test_store_that_is_closed_twice_closes_nothing_else(state: Path, tmp_path: Path) -> None:
    store = SqliteStore(str(state))
    store.close()
    with (tmp_path / "other").open("w") as other:  # takes the number of the lock's file
        store.close()
        other.write("still open")


def test_state_in_a_folder_that_is_not_there_makes_it(tmp_path: Path) -> None:
    opened_and_closed(tmp_path / "a" / "b" / "state.db")
    assert (tmp_path / "a" / "b" / "state.db").exists()


# --- files that are not ours ---------------------------------------------------------------------


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    version = int(connection.execute("pragma user_version").fetchone()[0])
    connection.close()
    return version


def test_empty_file_becomes_a_state_of_the_newest_format(state: Path) -> None:
    state.touch()
    opened_and_closed(state)
    assert version_of(state) == FORMAT
    assert len(list((files(cosell.store) / "migrations" / "sqlite").iterdir())) == FORMAT


def test_newer_format_is_refused_and_left_as_it_is(state: Path) -> None:
    opened_and_closed(state)
    connection = sqlite3.connect(state)
    connection.execute("pragma user_version = 99")
    connection.close()
    before = state.read_bytes()
    with pytest.raises(
        StoreError, match=rf"has format 99; this cosell knows formats up to {FORMAT}\."
    ) as why:
        SqliteStore(str(state))
    assert "--database" in str(why.value)
    assert state.read_bytes() == before
    refused = serve(state)
    assert (refused.returncode, "format 99" in refused.stderr) == (1, True)


def test_file_that_is_no_database_is_refused_and_left_as_it_is(state: Path) -> None:
    state.write_bytes(b"Dear diary, " * 1_000)
    with pytest.raises(StoreError, match="cannot be used"):
        SqliteStore(str(state))
    assert state.read_bytes() == b"Dear diary, " * 1_000
    refused = serve(state)
    assert (refused.returncode, "cannot be used" in refused.stderr) == (1, True)


@pytest.mark.parametrize("version", [0, 1, 7])
def test_database_of_another_program_is_refused_and_left_as_it_is(
    state: Path, version: int
) -> None:
    connection = sqlite3.connect(state)
    connection.executescript(f"create table bookmarks (url text); pragma user_version = {version};")
    connection.close()
    before = state.read_bytes()
    with pytest.raises(StoreError, match="database of another program"):
        SqliteStore(str(state))
    assert state.read_bytes() == before


def test_interrupted_migration_leaves_a_file_that_the_next_start_uses(state: Path) -> None:
    """A process is killed at each tenth statement of the migration."""
    script = (files(cosell.store) / "migrations" / "sqlite" / "0001_founding.sql").read_text()
    script = re.sub(r"--.*", "", script)
    program = (
        "import os, signal, sqlite3, sys\n"
        "left = int(sys.argv[2])\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('pragma journal_mode = wal')\n"
        "connection.execute('pragma cache_size = 1')\n"  # so that pages reach the file early
        "connection.execute('begin immediate')\n"
        "for statement in sys.stdin.read().split(';'):\n"
        "    connection.execute(statement)\n"
        "    left -= 1\n"
        "    if not left:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for killed_at in range(1, script.count(";"), 10):
        file = state.with_name(f"state-{killed_at}.db")
        command = [sys.executable, "-c", program, str(file), str(killed_at)]
        ended = subprocess.run(command, input=script, text=True, timeout=60)
        assert ended.returncode == -9
        opened_and_closed(file)
        assert version_of(file) == FORMAT


# --- folders and disks that take nothing ---------------------------------------------------------


@contextmanager
def as_nobody() -> Iterator[None]:
    """Whoever may write everywhere sees no read-only folder."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_folder_that_is_read_only_is_refused_with_the_reason() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with as_nobody(), pytest.raises(StoreError, match="Permission denied"):
            SqliteStore(f"{folder}/state.db")
        with as_nobody(), pytest.raises(StoreError, match="Permission denied"):
            SqliteStore(f"{folder}/deeper/state.db")


def test_file_that_is_read_only_is_refused_with_the_reason() -> None:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.db"
        opened_and_closed(state)
        Path(folder).chmod(0o777)
        for file in Path(folder).iterdir():
            file.chmod(0o666)
        state.chmod(0o444)
        with as_nobody(), pytest.raises(StoreError, match="Permission denied"):
            SqliteStore(str(state))


def test_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Is a directory"):
        SqliteStore(str(tmp_path))


def test_path_below_a_file_is_refused(state: Path) -> None:
    state.touch()
    with pytest.raises(StoreError, match="cannot be kept at"):
        SqliteStore(str(state / "state.db"))


def fill_up(store: SqliteStore, pages: int) -> None:
    """Let the disk be full after so many more pages."""
    (used,) = store._writer.execute("pragma page_count").fetchone()
    store._writer.execute(f"pragma max_page_count = {used + pages}")


def write_many(store: SqliteStore, first: int, count: int) -> None:
    with store.write() as tx:
        for number in range(first, first + count):
            put_document(tx, 1, f"thing-{number}" * 50)


def test_full_disk_undoes_the_whole_transaction_and_lets_the_next_go_on(
    sqlite_file: SqliteStore,
) -> None:
    write_many(sqlite_file, 0, 3)
    fill_up(sqlite_file, 5)
    with pytest.raises(StoreError, match="full"):
        write_many(sqlite_file, 10, 1_000)
    with sqlite_file.read() as tx:
        assert documents.find(tx, 1, "thing", "thing-10" * 50) is None
    fill_up(sqlite_file, 5_000)
    write_many(sqlite_file, 10, 1_000)
    with sqlite_file.read() as tx:
        assert documents.find(tx, 1, "thing", "thing-1009" * 50) is not None


def test_full_disk_in_a_savepoint_lets_nothing_be_written_afterwards(
    sqlite_file: SqliteStore,
) -> None:
    """SQLite ends the transaction by itself; what follows must not be written on its own."""
    fill_up(sqlite_file, 5)

    def too_much(tx: Tx) -> None:
        with tx.savepoint():
            for number in range(1_000):
                put_document(tx, 1, f"thing-{number}" * 50)

    def go_on_regardless() -> None:
        with sqlite_file.write() as tx:
            put_document(tx, 1, "before")
            with pytest.raises(StoreError, match="full"):
                too_much(tx)
            put_document(tx, 1, "after")

    with pytest.raises(StoreError):
        go_on_regardless()
    with sqlite_file.read() as tx:
        assert [documents.find(tx, 1, "thing", id) for id in ("before", "after")] == [None, None]
